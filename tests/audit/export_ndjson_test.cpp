#include "tests/audit/exported.hpp"
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

// A name, once given, stays: this list only grows, and docs/audit.md explains each.
TEST_CASE("a statement's object has these names", "[audit]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.select("SELECT * FROM orders", {"x"});
  recording.close();
  for (const auto& object : exported_objects(folder / "a.ride", Format::ndjson)) {
    if (object.at("type") != "statement") continue;
    for (const auto* name : {"version",
                             "type",
                             "file_id",
                             "scenario",
                             "learner",
                             "attempt",
                             "time",
                             "n",
                             "request",
                             "ordinal",
                             "ended",
                             "connection",
                             "peer",
                             "tls",
                             "pid",
                             "database",
                             "role",
                             "acting_role",
                             "application",
                             "path",
                             "class",
                             "command",
                             "text",
                             "parameters",
                             "outcome",
                             "tag",
                             "rows",
                             "sqlstate",
                             "error",
                             "transaction",
                             "transaction_before",
                             "transaction_after",
                             "tool",
                             "think_us",
                             "queued_us",
                             "server_us",
                             "transfer_us",
                             "reads",
                             "writes",
                             "calls",
                             "ddl"})
      CHECK(object.contains(name));
    CHECK(object.size() == 41);
    CHECK(object.at("learner") == "ana");
    CHECK(object.at("outcome") == "committed");
    CHECK(object.at("reads") == boost::json::array{"public.orders"});
  }
}

TEST_CASE("connections, cancels and what is missing are lines of their own", "[audit]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.add(Kind::cancel_requested, 2, [](journal::FieldWriter& out) {
    out.put(Field::connection, std::uint64_t{1}).put(Field::request, std::uint64_t{9});
  });
  recording.add(Kind::copying, 2, [](journal::FieldWriter& out) {
    out.put(Field::request, std::uint64_t{9}).put(Field::bytes_out, std::uint64_t{70'000'000});
  });
  recording.add(Kind::gap, 0, [](journal::FieldWriter& out) {
    out.put(Field::message, "bytes that cannot be read");
  });
  recording.add(Kind::connection_closed, 1,
                [](journal::FieldWriter& out) { out.put(Field::how, "terminated"); });
  recording.close();
  std::vector<std::string> seen;
  for (const auto& object : exported_objects(folder / "a.ride", Format::ndjson)) {
    std::string line(object.at("type").as_string());
    for (const auto* key : {"event", "message", "how"})
      if (const auto* found = object.if_contains(key); found != nullptr)
        line += " " + std::string(found->as_string());
    seen.push_back(line);
  }
  CHECK(seen == std::vector<std::string>{"connection opened ", "connection ready ", "cancel",
                                         "copying", "gap gap bytes that cannot be read",
                                         "connection closed terminated"});
}
