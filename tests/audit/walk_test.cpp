#include "audit/walk.hpp"

#include "journal/reader.hpp"
#include "sql/worker.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

using namespace ride;
using namespace ride::audit;
using journal::Field;
using journal::Kind;
using journal::TemporaryFolder;
using scorer::Recording;
using scorer::sample_rules;

namespace {

std::vector<std::string> told(const std::filesystem::path& file,
                              std::optional<std::uint32_t> attempt = {}) {
  std::vector<std::string> out;
  journal::Reader reader(file);
  sql::Analyser analyser;
  walk(reader, attempt, analyser, {.statement = [&](const Statement& one) {
         auto line = std::to_string(one.attempt) + "/" + std::to_string(one.row().n) + " " +
                     one.client.user + " " + one.row().outcome;
         for (const auto& read : one.effects().reads) line += " reads " + read.relation;
         out.push_back(line);
       }});
  return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a walk tells each attempt's statements from number 1", "[audit]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.select("SELECT * FROM orders", {"x"});
  recording.ask("SELECT 2");
  recording.end_attempt("reset");
  recording.begin_attempt(2);
  recording.select("SELECT 3", {"x"});
  recording.close();
  CHECK(told(folder / "a.ride") == Lines{"1/1 oncall committed reads public.orders",
                                         "1/2 oncall unknown", "2/1 oncall committed"});
  CHECK(told(folder / "a.ride", 2) == Lines{"2/1 oncall committed"});
}

TEST_CASE("a name without schema is the one of the snapshot", "[audit]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.add(Kind::snapshot, 0, [](journal::FieldWriter& out) {
    out.put(Field::name, "start").put(Field::database, "app");
    out.put(Field::text, R"({"relations":[{"oid":1,"schema":"shop","name":"orders"}]})");
  });
  recording.select("SELECT * FROM orders", {"x"});
  recording.close();
  CHECK(told(folder / "a.ride") == Lines{"1/1 oncall committed reads shop.orders"});
}

TEST_CASE("a session that closed is known as long as a statement of it is held back", "[audit]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.add(Kind::connection_started, 2, [](journal::FieldWriter& out) {
    out.put(Field::user, "app").put(Field::database, "app");
  });
  const auto slow = recording.ask("SELECT pg_sleep(9)");
  const auto quick = recording.ask("SELECT 1", 2);
  recording.answer(quick, 0, "SELECT 1", 2);
  recording.ready(quick, "I", 2);
  recording.add(Kind::connection_closed, 2);
  recording.answer(slow, 0, "SELECT 1");
  recording.ready(slow);
  recording.close();
  CHECK(told(folder / "a.ride") == Lines{"1/1 oncall committed", "1/2 app committed"});
}
