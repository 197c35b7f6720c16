#include "audit/export.hpp"

#include "journal/database.hpp"
#include "journal/reader.hpp"

namespace ride::audit {

Exporter::Exporter(const std::filesystem::path& file, const std::string& program_version,
                   const ExportOptions& options, sql::Analyser& analyser, Sink sink)
    : reader_(std::make_unique<journal::Reader>(file)),
      source_{file.string(), journal::get_meta(reader_->database(), "file_id"), origin_of(*reader_),
              program_version},
      options_(options),
      sink_(std::move(sink)),
      walk_(analyser, {.statement = [this](const Statement& statement) { hear(statement); },
                       .event = [this](const journal::Event& event,
                                       const Client* client) { hear(event, client); }}) {}
Exporter::~Exporter() = default;

void Exporter::advance() {
  auto cursor = reader_->events({.attempt = {}, .kinds = {}, .after = walk_.last_seq()});
  for (journal::Event event; cursor.next(event);) walk_.add(event);
}

void Exporter::finish() { walk_.finish(); }

bool Exporter::in_time(std::int64_t us) const {
  return (!options_.since_us || us >= *options_.since_us) &&
         (!options_.until_us || us < *options_.until_us);
}

void Exporter::put(const std::string& line) {
  if (line.empty()) return;
  sink_(line);
  ++lines_;
}

void Exporter::hear(const Statement& statement) {
  if (!in_time(statement.row().started)) return;
  switch (options_.format) {
    case Format::ndjson:
      return put(ndjson_line(source_, statement));
    case Format::csv:
      return put(csv_line(statement));
    case Format::ocsf:
      return put(ocsf_line(source_, statement));
  }
}

void Exporter::hear(const journal::Event& event, const Client* client) {
  if (!in_time(event.at_us)) return;
  if (options_.format == Format::ndjson) put(ndjson_line(source_, event, client));
  if (options_.format == Format::ocsf) put(ocsf_line(source_, event, client));
}

}  // namespace ride::audit
