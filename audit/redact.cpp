#include "audit/redact.hpp"

#include <map>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "audit/redact_event.hpp"
#include "journal/copy.hpp"
#include "journal/facts/compare.hpp"
#include "journal/facts/facts.hpp"
#include "journal/facts/store.hpp"
#include "journal/facts/verify.hpp"
#include "journal/fields.hpp"
#include "journal/liveness.hpp"
#include "journal/reader.hpp"
#include "journal/stored_chain.hpp"
#include "journal/verify.hpp"
#include "sql/worker.hpp"

namespace ride::audit {
namespace {

namespace facts = journal::facts;
namespace fs = std::filesystem;
using journal::Event;
using journal::Field;
using journal::Kind;
using journal::Seq;

constexpr Seq progress_events = 10'000;

void require_sound(journal::Reader& reader, const journal::Verified& record,
                   sql::Analyser& analyser) {
  const auto refuse = [&](const std::string& why) {
    throw std::runtime_error(reader.database().file().string() + ": is not what was recorded (" +
                             why + "), and a copy would hide that; see `ride audit verify`");
  };
  if (!record.is_sound()) refuse(record.findings.front().text);
  for (const auto& one : facts::verify(reader, analyser))
    if (!one.wrong.empty()) refuse("attempt " + std::to_string(one.attempt) + ": " + one.wrong);
}

// The number behind an event: one that stands for lost events stands for several.
Seq seq_behind(const Event& event) {
  const bool spans = event.kind == Kind::hole || event.kind == Kind::gap;
  const auto count = spans ? journal::Fields(event.body).get_int(Field::number) : 0;
  return event.seq + std::max<Seq>(count, 1);
}

class Redacting {
 public:
  Redacting(journal::Reader& from, const fs::path& to, const RedactOptions& options,
            const journal::Verified& record, sql::Analyser& analyser)
      : from_(from),
        options_(options),
        analyser_(analyser),
        redactor_(options.policy, names_in(from)),
        copy_(to, {.key = options.key, .begins_behind = beginning(from, record)}) {
    out_.policies = options.policy.names();
    out_.origin = record.origin;
    out_.size = record.last_seq;
    if (record.format >= 2) {
      const auto state = journal::stored_chain(from.database());
      out_.size = state.size;
      out_.receipt = journal::receipt({record.origin, state, {}});
    }
    out_.version = options.version;
    out_.at_us = options.now_us;
  }

  journal::Redaction run() {
    const auto last = from_.last_seq();
    auto cursor = from_.events();
    Event event;
    Event end;
    for (std::uint64_t done = 0; cursor.next(event); ++done) {
      add(redactor_.redact(event));
      end = event;
      if (options_.progress && done % progress_events == 0) options_.progress(event.seq, last);
    }
    for (auto& [attempt, events] : attempts_) compare(attempt, facts::derive(events, analyser_));
    out_.counts = redactor_.counts();
    out_.scenario_touched = redactor_.scenario_touched();
    copy_.add(
        {seq_behind(end), end.attempt, journal::redacted_copy_kind, end.at_us, 0, to_body(out_)});
    copy_.close();
    return std::move(out_);
  }

 private:
  static std::optional<journal::ChainState> beginning(journal::Reader& from,
                                                      const journal::Verified& record) {
    if (!record.pruned_to) return std::nullopt;
    return journal::chain_at(from.database(), *record.pruned_to);
  }

  void add(Event event) {
    if (event.kind == Kind::submit_ended) submit(event);
    if (event.attempt > 0) attempts_[event.attempt].push_back(event);
    copy_.add(event);
  }

  // The facts of what is left take the place of those that were stored.
  void submit(Event& event) {
    auto& events = attempts_[event.attempt];
    events.push_back(event);
    auto derived = facts::derive(events, analyser_);
    events.pop_back();
    facts::store(copy_.database(), event.attempt, derived);
    const auto digest = facts::digest(copy_.database(), event.attempt);
    event.body.clear();
    journal::FieldWriter(event.body)
        .put(Field::digest, journal::as_bytes(digest))
        .put(Field::text, facts::versions());
  }

  void compare(std::uint32_t attempt, const facts::Facts& left) {
    out_.touched[attempt] = facts::differing(facts::derive(from_, attempt, analyser_), left);
  }

  journal::Reader& from_;
  const RedactOptions& options_;
  sql::Analyser& analyser_;
  EventRedactor redactor_;
  journal::Copy copy_;
  journal::Redaction out_;
  std::map<std::uint32_t, std::vector<Event>> attempts_;  // what is left of each
};

void require_at_rest(const fs::path& file) {
  journal::require_drained(file);
  if (journal::liveness(file) == journal::Liveness::writing)
    throw std::runtime_error(file.string() +
                             ": is being written; redact it when that is over (a proxy goes on in "
                             "another file at SIGUSR1)");
}

}  // namespace

journal::Redaction redact(const fs::path& from, const fs::path& to, const RedactOptions& options) {
  require_at_rest(from);
  if (fs::exists(fs::symlink_status(to)))
    throw std::runtime_error(to.string() + ": is there already; name another with -o");
  journal::Reader reader(from);
  sql::Analyser analyser;
  const auto record = journal::verify(reader);
  require_sound(reader, record, analyser);
  return Redacting(reader, to, options, record, analyser).run();
}

}  // namespace ride::audit
