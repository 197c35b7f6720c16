#include "cli/bypass_watch.hpp"

#include <algorithm>
#include <string>

#include "journal/appender.hpp"
#include "journal/facts/timeline.hpp"
#include "journal/fields.hpp"
#include "journal/reader.hpp"

namespace ride::cli {
namespace {

namespace facts = journal::facts;
using journal::Field;
using journal::Kind;

// A session that was just let in may still be turned away: its next line is not there yet.
constexpr std::int64_t settling_us = 1'000'000;

std::vector<Kind> kinds_that_tell() {
  return {Kind::connection_opened,
          Kind::connection_started,
          Kind::connection_ready,
          Kind::connection_refused,
          Kind::connection_closed,
          Kind::own_session,
          Kind::server,
          Kind::log_line,
          Kind::hole,
          Kind::gap,
          Kind::fence,
          Kind::submit_began,
          Kind::submit_ended};
}

void record(journal::Writer& writer, std::int64_t now_us, const facts::Bypass& bypass) {
  std::string body;
  journal::FieldWriter out(body);
  out.put(Field::number, bypass.seq).put(Field::pid, static_cast<std::uint64_t>(bypass.pid));
  out.put(Field::user, bypass.user).put(Field::database, bypass.database);
  if (!bypass.application.empty()) out.put(Field::application, bypass.application);
  if (bypass.logged_us != 0)
    out.put(Field::started_us, static_cast<std::uint64_t>(bypass.logged_us));
  writer.shared().append(Kind::bypass, 0, now_us, body);
}

}  // namespace

void BypassWatch::on_log(const sandbox::LogNote& note) {
  if (note.message.starts_with("connection authorized: ") ||
      note.message.starts_with("replication connection authorized: ") ||
      note.message.starts_with("disconnection: "))
    due_ = true;
}

void BypassWatch::look(journal::Writer& writer, const Clock& clock, std::uint32_t attempt,
                       facts::Record record_is) {
  due_ = false;
  writer.flush();
  journal::Reader reader(writer.file());
  const auto events = reader.all({.attempt = attempt, .kinds = kinds_that_tell()});
  const auto now_us = clock.now_us();
  for (auto& one : facts::find_bypasses(facts::make_timeline(events), record_is)) {
    const bool known = std::any_of(found_.begin(), found_.end(),
                                   [&](const auto& other) { return other.seq == one.seq; });
    if (known) continue;
    if (record_is == facts::Record::goes_on && one.only_admitted &&
        one.read_us > now_us - settling_us) {
      due_ = true;
      continue;
    }
    record(writer, now_us, one);
    found_.push_back(std::move(one));
  }
}

void BypassWatch::clear() {
  due_ = false;
  found_.clear();
}

}  // namespace ride::cli
