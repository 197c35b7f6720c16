#include "journal/redacted_copy.hpp"

#include "journal/copy.hpp"
#include "journal/reader.hpp"
#include "journal/verify.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride::journal;

namespace {

Redaction sample() {
  Redaction out;
  out.policies = "results,values";
  out.counts = {{"literals", 40}, {"rows", 12}};
  out.origin = "ride/8c1f0d3a5b6e7f80";
  out.size = 99;
  out.receipt = "ride-receipt:1 ride/8c1f0d3a5b6e7f80 99 x";
  out.version = "0.1.0";
  out.at_us = 1'780'000'000'000'000;
  out.touched = {{1, {"saw.*", "statements.text"}}, {2, {}}};
  return out;
}

Event event_of(Seq seq, const Redaction& redaction) {
  return {seq, 1, redacted_copy_kind, 5, 0, to_body(redaction)};
}

}  // namespace

TEST_CASE("what was taken out is read as it was written", "[journal]") {
  const auto there = sample();
  const auto read = read_redaction(event_of(1, there));
  CHECK(read.policies == there.policies);
  CHECK(read.counts == there.counts);
  CHECK(read.origin == there.origin);
  CHECK(read.size == there.size);
  CHECK(read.receipt == there.receipt);
  CHECK(read.version == there.version);
  CHECK(read.at_us == there.at_us);
  CHECK(read.touched == there.touched);
  CHECK_FALSE(read.scenario_touched);
  CHECK(counts_text(there.counts) == "literals 40 rows 12");
}

TEST_CASE("a body that cannot be read is refused, with its event", "[journal]") {
  Event event{17, 1, redacted_copy_kind, 5, 0, ""};
  CHECK(contains(error_of([&] { read_redaction(event); }), "event 17"));
  FieldWriter(event.body).put(Field::text, R"({"origin":"x","scenario":false,"touched":{"a":[]}})");
  CHECK(contains(error_of([&] { read_redaction(event); }), "event 17"));
}

TEST_CASE("a file tells its redactions in their order, and what they touched together",
          "[journal]") {
  const TemporaryFolder folder;
  Copy copy(folder / "a.ride", {.key = SigningKey::ensure(folder / "key")});
  copy.add({1, 1, Kind::hint, 5, 0, ""});
  copy.add(event_of(2, sample()));
  auto second = sample();
  second.policies = "identities";
  second.touched = {{1, {"connections.application"}}};
  second.scenario_touched = true;
  copy.add(event_of(3, second));
  copy.close();
  Reader reader(folder / "a.ride");
  const auto all = redactions_of(reader);
  REQUIRE(all.size() == 2);
  CHECK(all[0].policies == "results,values");
  CHECK(all[1].policies == "identities");
  CHECK(touched_in(reader, 1) ==
        std::set<std::string>{"connections.application", "saw.*", "statements.text"});
  CHECK(touched_in(reader, 7).empty());
  CHECK(is_scenario_touched(reader));
  CHECK(verify(reader).is_sound());
}

TEST_CASE("a file as it was recorded has no redactions", "[journal]") {
  const TemporaryFolder folder;
  Copy copy(folder / "a.ride", {});
  copy.add({1, 1, Kind::hint, 5, 0, ""});
  copy.close();
  Reader reader(folder / "a.ride");
  CHECK(redactions_of(reader).empty());
  CHECK_FALSE(is_scenario_touched(reader));
}
