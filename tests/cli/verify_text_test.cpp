#include "cli/verify_text.hpp"

#include "base/json.hpp"
#include "tests/catch.hpp"

using namespace ride::cli;
namespace journal = ride::journal;

namespace {

VerifyReport sound() {
  VerifyReport report;
  report.file = "a.ride";
  report.record.format = 2;
  report.record.origin = "ride/8c1f0d3a5b6e7f80";
  report.record.events = 3'000'000;
  report.record.first_seq = 1;
  report.record.last_seq = 3'000'000;
  report.record.checkpoints = 302;
  report.record.signed_to = 3'000'000;
  report.record.mark = "closed";
  report.record.vkeys = {"ride+1a2b3c4d+AbC"};
  report.key_given = true;
  report.seconds = 4;
  return report;
}

bool says(const VerifyReport& report, const std::string& part) {
  return to_text(report).find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a sound file is told with its rate and what that does not prove", "[cli][verify]") {
  const auto report = sound();
  CHECK(to_text(report).starts_with("a.ride: nothing wrong was found\n"));
  CHECK(says(report, "3,000,000, format 2, ride/8c1f0d3a5b6e7f80"));
  CHECK(says(report, "up to event 3000000 (closed), checkpoints: 302"));
  CHECK(says(report, "ride+1a2b3c4d+AbC"));
  CHECK(says(report, "4.0 s, 750,000 events a second"));
  REQUIRE(unproven(report).size() == 1);
  CHECK(unproven(report)[0].starts_with("Whoever holds the key could have written"));
}

TEST_CASE("the first bad event is in the first line", "[cli][verify]") {
  auto report = sound();
  report.record.findings = {
      {0, 0, "the receipt is for another"}, {22, 22, "event 22 x"}, {17, 19, "events 17 to 19 y"}};
  report.record.findings_more = 4;
  CHECK_FALSE(report.is_sound());
  CHECK(to_text(report).starts_with("a.ride: NOT what was recorded; the first bad event is 17\n"));
  CHECK(says(report, "✗ events 17 to 19 y"));
  CHECK(says(report, "and 4 more"));
  const auto json = to_json(report);
  CHECK(json.at("sound") == false);
  CHECK(json.at("first_bad").to_number<int>() == 17);
  CHECK(json.at("findings").as_array().size() == 3);
}

TEST_CASE("everything that a sound answer leaves open is said", "[cli][verify]") {
  auto report = sound();
  report.key_given = false;
  report.record.signed_to = 2'000'000;
  report.record.mark = "";
  report.record.pruned_to = 10;
  report.record.chained_later = 20;
  report.facts = {{1, false, R"({"facts":1})", ""}};
  for (const char* part :
       {"Whose it is you must know from elsewhere", "Events 2000001 to 3000000 stand behind",
        "has no clean end", "Events 1 to 10 were pruned", "Events 1 to 20 were recorded without",
        "derived by other versions"})
    CHECK(says(report, part));
  report.record.mark = "recovered";
  CHECK(says(report, "ends where a crash was recovered"));
}

TEST_CASE("a receipt that fits is what binds the key's holder", "[cli][verify]") {
  auto report = sound();
  report.record.receipt = journal::ReceiptState::fits;
  CHECK(says(report, "receipt     fits"));
  CHECK(unproven(report)[0].starts_with("The receipt binds the events that it covers"));
  CHECK(to_json(report).at("receipt") == true);
  report.record.receipt = journal::ReceiptState::does_not_fit;
  CHECK(to_json(report).at("receipt") == false);
}

TEST_CASE("a file of format 1 is said to have no chain", "[cli][verify]") {
  auto report = sound();
  report.record.format = 1;
  report.record.checkpoints = 0;
  CHECK(says(report, "no: format 1 has no chain"));
  CHECK(unproven(report)[0].starts_with("Format 1 has no chain"));
}

TEST_CASE("facts that do not follow make a file bad though its chain is whole", "[cli][verify]") {
  auto report = sound();
  report.facts = {{1, true, "", ""}, {2, true, "", "the facts do not follow from the events"}};
  CHECK_FALSE(report.is_sound());
  CHECK(to_text(report).starts_with("a.ride: NOT what was recorded\n"));
  CHECK(says(report, "✗ attempt 2: the facts do not follow from the events"));
  CHECK(says(report, "attempt 1: follow from the events"));
  const auto json = to_json(report);
  CHECK(json.at("facts").at(0).at("state") == "follow");
  CHECK(json.at("facts").at(1).at("state") == "wrong");
}
