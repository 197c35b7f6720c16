// What other systems take as an audit log, line by line. docs/audit.md has every name; names once
// given stay. Lines carry everything as UTF-8 without control characters. Pure but for the
// Exporter, which belongs to one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "audit/files.hpp"
#include "audit/walk.hpp"

namespace ride::audit {

inline constexpr int ndjson_version = 1;
inline constexpr const char* ocsf_version = "1.3.0";

// What all lines of one file have in common.
struct Source {
  std::string file;     // as it was named
  std::string file_id;  // of the file itself
  Origin origin;
  std::string program_version;
};

// One line each, with its line feed; "" where the format has no word for it.
std::string ndjson_line(const Source& source, const Statement& statement);
std::string ndjson_line(const Source& source, const journal::Event& event, const Client* client);
std::string csv_line(const Statement& statement);  // pgAudit's columns
std::string ocsf_line(const Source& source, const Statement& statement);
std::string ocsf_line(const Source& source, const journal::Event& event, const Client* client);

enum class Format : std::uint8_t { ndjson, csv, ocsf };

struct ExportOptions {
  Format format = Format::ndjson;
  std::optional<std::int64_t> since_us = {}, until_us = {};  // [since, until) of when it was sent
};

// Follows one file from its first event on: advance() exports what was committed since the last
// call.
class Exporter {
 public:
  using Sink = std::function<void(const std::string& line)>;
  Exporter(const std::filesystem::path& file, const std::string& program_version,
           const ExportOptions& options, sql::Analyser& analyser, Sink sink);
  ~Exporter();
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;

  void advance();
  // The record has ended: what is open is told as it stands.
  void finish();
  std::uint64_t lines() const { return lines_; }

 private:
  bool in_time(std::int64_t us) const;
  void put(const std::string& line);
  void hear(const Statement& statement);
  void hear(const journal::Event& event, const Client* client);

  std::unique_ptr<journal::Reader> reader_;
  Source source_;
  ExportOptions options_;
  Sink sink_;
  Walk walk_;
  std::uint64_t lines_ = 0;
};

}  // namespace ride::audit
