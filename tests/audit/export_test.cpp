#include "audit/export.hpp"

#include "base/json.hpp"
#include "journal/reader.hpp"
#include "sql/worker.hpp"
#include "tests/audit/exported.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

using namespace ride;
using namespace ride::audit;
using journal::TemporaryFolder;
using scorer::Recording;
using scorer::sample_rules;

TEST_CASE("what is committed while the file is written is exported once, and the rest at its end",
          "[audit]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.select("SELECT 1", {"x"});
  recording.flush();
  sql::Analyser analyser;
  std::vector<std::string> lines;
  Exporter exporter(folder / "a.ride", "0.0.0", {.format = Format::csv}, analyser,
                    [&](const std::string& line) { lines.push_back(line); });
  exporter.advance();
  CHECK(lines.size() == 1);
  exporter.advance();
  CHECK(lines.size() == 1);
  recording.select("SELECT 2", {"x"});
  recording.ask("SELECT 3");
  recording.flush();
  exporter.advance();
  CHECK(lines.size() == 2);
  recording.close();
  exporter.advance();
  exporter.finish();
  CHECK(lines == std::vector<std::string>{"AUDIT,SESSION,1,1,READ,SELECT,,,SELECT 1,<none>\n",
                                          "AUDIT,SESSION,2,1,READ,SELECT,,,SELECT 2,<none>\n",
                                          "AUDIT,SESSION,3,1,READ,SELECT,,,SELECT 3,<none>\n"});
  CHECK(exporter.lines() == 3);
}

TEST_CASE("an export is of statements sent in a span of time", "[audit]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  for (const auto* text : {"SELECT 1", "SELECT 2", "SELECT 3"}) recording.select(text, {"x"});
  recording.close();
  std::vector<std::int64_t> sent;
  journal::Reader reader(folder / "a.ride");
  for (const auto& event : reader.all({.attempt = {}, .kinds = {journal::Kind::query}, .after = 0}))
    sent.push_back(event.at_us);
  const auto lines = exported(folder / "a.ride",
                              {.format = Format::csv, .since_us = sent[1], .until_us = sent[2]});
  REQUIRE(lines.size() == 1);
  CHECK(journal::contains(lines[0], "SELECT 2"));
}
