// What a person asks of a running attempt: its state, a hint, the log, the grade.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

#include "base/json.hpp"
#include "cli/dashboard.hpp"
#include "cli/facts.hpp"
#include "cli/failure.hpp"
#include "cli/nudge.hpp"
#include "cli/run.hpp"
#include "journal/fields.hpp"
#include "journal/reader.hpp"
#include "scorer/score.hpp"

namespace ride::cli {
namespace {

namespace json = boost::json;
using journal::Field;
using journal::FieldWriter;
using journal::Kind;

constexpr std::chrono::milliseconds under_way_wait_max{5'000};
constexpr std::size_t log_lines_max = 200;
constexpr std::chrono::seconds probes_interval{3};  // while somebody watches

// Lets the learner's requests pass again however submit ends.
class Gate {
 public:
  explicit Gate(proxy::Proxy& proxy) : proxy_(proxy) {}
  ~Gate() { proxy_.release(); }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

 private:
  proxy::Proxy& proxy_;
};

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out.append(line).append("\n");
  return out;
}

json::object json_of(const journal::facts::Bypass& bypass) {
  return {{"role", bypass.user},
          {"database", bypass.database},
          {"application", bypass.application},
          {"pid", bypass.pid},
          {"at_us", bypass.logged_us}};
}

}  // namespace

// Behind a fence, so that who came before the command is in it.
void Run::notice_bypasses(journal::facts::Record record) noexcept {
  try {
    if (phase_ == Phase::open && sandbox_ && !sandbox_->server_ended()) sandbox_->fence();
  } catch (const std::exception& error) {
    spdlog::warn("run={} {}", state_.name, error.what());
  }
  look_for_bypasses(record);
}

void Run::look_around() {
  if (bypasses_.due()) look_for_bypasses(journal::facts::Record::goes_on);
}

// Whatever goes wrong here is no reason not to do what was asked for: the facts do not depend on
// it.
void Run::look_for_bypasses(journal::facts::Record record) noexcept {
  if (phase_ != Phase::open) return;
  try {
    bypasses_.look(*writer_, clock_, state_.attempt, record);
  } catch (const std::exception& error) {
    spdlog::warn("run={} cannot look for sessions around the proxy: {}", state_.name, error.what());
  }
}

json::object Run::status() {
  notice_bypasses(journal::facts::Record::goes_on);
  json::object out = describe();
  out["hints"] = hints_shown_;
  out["hints_of"] = scenario_.rules.hints.size();
  out["title"] = scenario_.rules.title;
  out["connections"] = proxy_->sessions().size();
  add_troubles(out);
  const bool gone = out.contains("sandbox_ended");
  out["probes"] = gone ? json::array() : ask_probes();
  if (!gone) out["service"] = to_json(sandbox_->dashboard());
  json::array bypasses;
  for (const auto& bypass : bypasses_.found()) bypasses.push_back(json_of(bypass));
  out["bypasses"] = std::move(bypasses);
  if (!writer_->failed()) writer_->flush();
  out["requests"] = count_requests();
  return out;
}

json::object Run::watch_status() {
  json::object out = describe();
  out["title"] = scenario_.rules.title;
  out["probes"] = json::array();
  add_troubles(out);
  if (out.contains("sandbox_ended")) return out;
  out["service"] = to_json(sandbox_->dashboard());
  if (std::chrono::steady_clock::now() - probes_asked_ >= probes_interval) ask_probes();
  out["probes"] = probes_;
  return out;
}

json::array Run::ask_probes() {
  probes_.clear();
  for (const auto& probe : sandbox_->probes())
    probes_.push_back(json::object{
        {"id", probe.id}, {"title", probe.title}, {"value", probe.value}, {"state", probe.state}});
  probes_asked_ = std::chrono::steady_clock::now();
  return probes_;
}

void Run::add_troubles(json::object& out) const {
  const auto gone = sandbox_ ? sandbox_->server_ended() : std::string("there is none");
  if (gone) out["sandbox_ended"] = *gone;
  if (writer_->failed()) out["recording_failed"] = writer_->failure();
}

json::object Run::sessions() {
  json::array actors;
  for (const auto& session : watch_.actor_sessions())
    actors.push_back(json::object{{"actor", session.actor}, {"pid", session.pid}});
  auto logged = watch_.logged_waits();
  json::array waits;
  for (const auto& wait : sandbox().lock_waits())
    waits.push_back(
        json::object{{"pid", wait.pid},
                     {"blockers", json::array(wait.blockers.begin(), wait.blockers.end())},
                     {"logged", logged[wait.pid]}});
  return {{"actors", std::move(actors)}, {"waits", std::move(waits)}};
}

// Asked of the record, by the rules that will grade it. A hint is given all the same where that
// fails.
std::string Run::nudge() const {
  try {
    writer_->flush();
    return nudge_of(scenario_.rules,
                    scorer::score(state_.file, {.attempt = state_.attempt}).verdict);
  } catch (const std::exception& error) {
    spdlog::warn("run={} cannot tell what was looked at: {}", state_.name, error.what());
    return "";
  }
}

json::object Run::hint() {
  const auto& hints = scenario_.rules.hints;
  if (hints.empty()) throw Failure("this scenario has no hints");
  const std::string line = nudge();
  const bool more = hints_shown_ < hints.size();
  const bool fresh = !line.empty() && nudged_.insert(line).second;
  if (more || fresh) {
    ++hints_shown_;
    std::string body;
    FieldWriter(body).put(Field::number, std::uint64_t{hints_shown_});
    if (!line.empty()) FieldWriter(body).put(Field::text, line);
    append(Kind::hint, body);
  }
  const auto stage = std::min(hints_shown_, hints.size());
  return {{"number", stage},          {"of", hints.size()},
          {"text", hints[stage - 1]}, {"last", stage == hints.size()},
          {"again", !more && !fresh}, {"nudge", line},
          {"taken", hints_shown_},    {"cost", state_.hint_cost}};
}

json::object Run::log() {
  const auto lines = sandbox().recent_log(log_lines_max);
  const std::string text = joined(lines);
  std::string body;
  FieldWriter(body).put(Field::number, std::uint64_t{lines.size()}).put(Field::text, text);
  append(Kind::log_shown, body);
  return {{"text", text}, {"lines", lines.size()}};
}

json::object Run::submit(const Progress& progress) {
  json::object out = describe();
  if (phase_ == Phase::submitted) return out;  // the card is in the file
  sandbox::Sandbox& sandbox = this->sandbox();
  const auto say = [&progress](std::string_view line) {
    if (progress) progress(line);
  };
  say("waiting for statements under way");
  const Gate gate(*proxy_);
  const auto busy = proxy_->hold(under_way_wait_max);
  json::array under_way;
  for (const auto& session : busy) under_way.push_back(json::value(session.connection));
  out["under_way"] = std::move(under_way);
  append(Kind::submit_began, {});
  writer_->flush();
  say("checking the end state");
  try {
    sandbox.submit_evidence();
  } catch (const std::exception& error) {
    throw Failure(std::string(error.what()) +
                  "; try again, or `ride postgres reset` begins another attempt");
  }
  look_for_bypasses(journal::facts::Record::ended);
  writer_->flush();
  say("working out the facts");
  store_facts();
  end_attempt("submitted");
  phase_ = Phase::submitted;
  writer_->checkpoint();
  return out;
}

void Run::store_facts() {
  const StoredFacts facts = derive_and_store_facts(*writer_, state_.attempt);
  std::string body;
  FieldWriter(body)
      .put(Field::digest, journal::as_bytes(facts.digest))
      .put(Field::text, facts.versions);
  append(Kind::submit_ended, body);
}

std::size_t Run::count_requests() const {
  journal::Reader reader(state_.file);
  journal::EventFilter filter;
  filter.attempt = state_.attempt;
  filter.kinds = {Kind::query, Kind::execute, Kind::function_call};
  std::size_t count = 0;
  journal::Event event;
  for (auto cursor = reader.events(filter); cursor.next(event);) ++count;
  return count;
}

}  // namespace ride::cli
