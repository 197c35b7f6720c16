#include "replay/rerun_plan.hpp"

#include "journal/reader.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

using namespace ride;
using namespace ride::replay;
using ride::journal::Field;
using ride::journal::Kind;
using ride::journal::TemporaryFolder;
using ride::scorer::Recording;
using ride::scorer::sample_rules;

namespace {

using Numbers = std::vector<std::int64_t>;
using What = Step::What;

RerunPlan plan(const std::filesystem::path& file, std::optional<std::int64_t> until = {}) {
  journal::Reader reader(file);
  return plan_rerun(reader, 1, until);
}

std::string word_of(const Step& step) {
  const std::map<What, std::string> words{{What::open, "open"},
                                          {What::send, "send"},
                                          {What::ended, "ended"},
                                          {What::ready, "ready"},
                                          {What::hint, "hint"}};
  const auto found = words.find(step.what);
  return found == words.end() ? "?" : found->second;
}

// "open send1 ended1 …": each step with its statement.
std::string shape(const RerunPlan& plan) {
  std::string out;
  for (const auto& step : plan.steps)
    out += (out.empty() ? "" : " ") + word_of(step) + (step.n > 0 ? std::to_string(step.n) : "");
  return out;
}

void connect(Recording& recording, journal::ConnectionId connection) {
  recording.add(Kind::connection_opened, connection);
  recording.add(Kind::connection_started, connection, [](journal::FieldWriter& out) {
    out.put(Field::user, "oncall").put(Field::database, "app");
    out.put(Field::parameters, std::string("user\0oncall\0database\0app\0", 25));
  });
  recording.add(Kind::connection_ready, connection,
                [&](journal::FieldWriter& out) { out.put(Field::pid, 5'000U + connection); });
}

}  // namespace

TEST_CASE("a statement is sent when those that had ended before it have", "[replay][rerun]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  connect(recording, 2);
  const auto slow = recording.ask("SELECT slow()", 1);
  const auto quick = recording.ask("SELECT quick()", 2);
  recording.answer(quick, 0, "SELECT 1", 2);
  recording.ready(quick, "I", 2);
  recording.add(Kind::hint, 0, [](journal::FieldWriter& out) { out.put(Field::number, 1); });
  const auto later = recording.ask("SELECT later()", 2);
  recording.answer(slow, 0, "SELECT 1", 1);
  recording.ready(slow, "I", 1);
  recording.answer(later, 0, "SELECT 1", 2);
  recording.ready(later, "I", 2);
  recording.submit();
  recording.close();
  const auto found = plan(folder / "a.ride");
  CHECK(shape(found) ==
        "open open send1 send2 ended2 ready2 hint send3 ended1 ready1 ended3 ready3");
  CHECK(found.refusals.empty());
  CHECK(found.connections.at(2).parameters ==
        std::vector<std::pair<std::string, std::string>>{{"user", "oncall"}, {"database", "app"}});
  // Behind #2 the slow one is under way.
  CHECK(points_of_rest(found) == Numbers{3});
  CHECK(shape(plan(folder / "a.ride", 2)) == "open open send1 send2 ended2 ready2");
  CHECK_THROWS_WITH(plan(folder / "a.ride", 4),
                    "the attempt has no statement 4; its last one is 3");
}

TEST_CASE("nobody can go on inside a transaction", "[replay][rerun]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  for (const auto& [text, status] :
       std::vector<std::pair<std::string, std::string>>{{"SELECT 1", "I"},
                                                        {"BEGIN", "T"},
                                                        {"SELECT 2", "T"},
                                                        {"COMMIT", "I"},
                                                        {"SELECT 3", "I"}}) {
    const auto request = recording.ask(text);
    recording.answer(request, 0, "DONE");
    recording.ready(request, status);
  }
  recording.close();
  CHECK(points_of_rest(plan(folder / "a.ride")) == Numbers{1, 4, 5});
}

TEST_CASE("pids are those of whoever had them when the statement was sent", "[replay][rerun]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.actor("blocker", "connected");  // pid 11031
  recording.select("SELECT pg_terminate_backend(11031)", {"t"});
  recording.actor("writer", "connected");  // the same pid, later
  recording.actor("writer", "connected");
  recording.select("SELECT 11031 FROM pg_locks WHERE pid IN (11031, 4711)", {"t"});
  recording.select("SELECT pg_cancel_backend(12)", {"f"});
  recording.close();
  const auto found = plan(folder / "a.ride");
  std::vector<Request> requests;
  for (const auto& [seq, request] : found.requests) requests.push_back(request);
  REQUIRE(requests.size() == 3);
  REQUIRE(requests[0].pids.size() == 1);
  CHECK(requests[0].pids[0].owner.actor == "blocker");
  REQUIRE(requests[1].pids.size() == 2);
  CHECK(requests[1].pids[0].owner.actor == "writer");
  CHECK(requests[1].pids[0].owner.session == 2);
  CHECK(requests[1].pids[1].owner.connection == 1);
  CHECK(requests[2].pids.empty());
  REQUIRE(found.notes.size() == 1);
  CHECK(found.notes[0].find("#3 names the pid 12") == 0);
}

TEST_CASE("what was not kept whole is named", "[replay][rerun]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.select("SELECT 1", {"1"});
  recording.add(Kind::query, 1, [](journal::FieldWriter& out) {
    out.put(Field::text, "ALTER ROLE a PASSWORD '<redacted>'").put(Field::redacted, "password 1");
  });
  const auto copy = recording.ask("COPY t FROM STDIN");
  recording.add(Kind::ended, 1, [&](journal::FieldWriter& out) {
    out.put(Field::request, copy).put(Field::ordinal, 0).put(Field::how, "complete");
    out.put(Field::tag, "COPY 9").put(Field::copy_format, 0).put(Field::copy_data, "1\n");
    out.put(Field::omitted_bytes, 77);
  });
  recording.add(Kind::gap, 0,
                [](journal::FieldWriter& out) { out.put(Field::message, "events were lost"); });
  recording.close();
  std::vector<std::string> why;
  for (const auto& refusal : plan(folder / "a.ride").refusals) why.push_back(refusal.why);
  CHECK(why ==
        std::vector<std::string>{"#2 cannot be sent again: a secret was cut out of it (password 1)",
                                 "#3 cannot be sent again: 77 bytes of its COPY data were not kept",
                                 "the record has a gap: events were lost"});
  CHECK(plan(folder / "a.ride", 1).refusals.empty());
}

TEST_CASE("a Sync stands where the record was ready, formats where results tell them",
          "[replay][rerun]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  const auto parse = recording.add(Kind::parse, 1, [](journal::FieldWriter& out) {
    out.put(Field::name, "").put(Field::text, "SELECT 1 WHERE $1 = 1");
  });
  const auto bind = recording.add(Kind::bind, 1, [](journal::FieldWriter& out) {
    out.put(Field::portal, "").put(Field::name, "");
    out.put(Field::parameters, std::string("\0\0\0\1\0\0\0\1"
                                           "1",
                                           9));
  });
  const auto execute = recording.add(Kind::execute, 1, [](journal::FieldWriter& out) {
    out.put(Field::portal, "").put(Field::max_rows, 5);
  });
  recording.add(Kind::ended, 1, [&](journal::FieldWriter& out) {
    out.put(Field::request, execute).put(Field::how, "complete").put(Field::tag, "SELECT 1");
    out.put(Field::rows, 1);
    out.put(Field::columns,
            std::string("\0\1c\0\0\0\0\0\0\0\0\0\0\x17\0\4\xff\xff\xff\xff\0\1", 22));
  });
  recording.ready(execute);
  recording.close();
  const auto requests = plan(folder / "a.ride").requests;
  CHECK_FALSE(requests.at(parse).sync);
  CHECK_FALSE(requests.at(bind).sync);
  CHECK(requests.at(execute).sync);
  CHECK(requests.at(execute).number == 5);
  CHECK(requests.at(bind).result_formats == std::string("\0\1", 2));
}
