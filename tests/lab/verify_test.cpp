// Can a record be told from one that was changed, by the program alone?
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/json.hpp"
#include "journal/database.hpp"
#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"
#include "tests/lab/proxy_process.hpp"

using namespace ride::lab;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string without_line_end(std::string line) {
  std::erase(line, '\n');
  return line;
}

json::object verify(const Lab& lab, const fs::path& file, std::vector<std::string> more = {}) {
  std::vector<std::string> words{"audit", "verify", file.string(), "--json"};
  words.insert(words.end(), more.begin(), more.end());
  const auto outcome = lab.ride(words);
  INFO(outcome.out << outcome.err);
  auto out = json::parse(outcome.out).as_object();
  REQUIRE(outcome.exit_code == (out.at("sound").as_bool() ? 0 : 1));
  return out;
}

}  // namespace

TEST_CASE(
    "submit gives a receipt, and the file fits it for good, over a reset and a second attempt",
    "[lab][postgres]") {
  Lab lab;
  lab.start();
  lab.psql_file("partial/fix-only.sql");
  const auto submitted = lab.ride({"postgres", "submit"});
  REQUIRE(submitted.exit_code == 0);
  const auto receipt = without_line_end(submitted.err);
  REQUIRE(receipt.starts_with("ride-receipt:1 ride/"));
  CHECK(verify(lab, lab.file(), {"--receipt", receipt}).at("receipt") == true);
  lab.must({"postgres", "reset"});
  lab.psql_file("solutions/page.sql");
  lab.submit();
  lab.stop();
  const auto key = (lab.home() / "key" / "journal.vkey").string();
  const auto verified = verify(lab, lab.file(), {"--receipt", receipt, "--key", key});
  CHECK(verified.at("sound") == true);
  CHECK(verified.at("receipt") == true);
  CHECK(verified.at("mark") == "closed");
  CHECK(verified.at("signed_to") == verified.at("last_seq"));
  const auto& facts = verified.at("facts").as_array();
  REQUIRE(facts.size() == 2);
  for (const auto& one : facts) CHECK(one.at("state") == "follow");
  CHECK(contains(lab.must({"audit", "receipt", lab.file().string()}), "ride-receipt:1 ride/"));

  // The learner, who has the key, makes the first attempt a better one.
  ride::journal::Database::open_for_writing(lab.file())
      .run("UPDATE fact_statements SET text = 'SELECT 1' WHERE attempt = 1");
  const auto changed = verify(lab, lab.file());
  CHECK(changed.at("sound") == false);
  CHECK(changed.at("facts").at(0).at("state") == "wrong");
}

TEST_CASE("the record of a supervisor that was killed goes on with its chain", "[lab][postgres]") {
  Lab lab;
  lab.start();
  lab.psql("SELECT 1;\n");
  lab.kill_supervisor();
  const auto early = lab.ride({"audit", "verify", lab.file().string()});
  CHECK(early.exit_code == 1);
  CHECK(contains(early.err, "ride audit recover"));
  lab.ride({"postgres", "status"});
  CHECK(verify(lab, lab.file()).at("sound") == true);
  lab.must({"postgres", "reset"});
  lab.stop();
  const auto verified = verify(lab, lab.file());
  CHECK(verified.at("sound") == true);
  CHECK(verified.at("mark") == "closed");
}

TEST_CASE("verify names the first bad event, and says what it cannot prove", "[lab][postgres]") {
  ProxyProcess proxy({"--quiet"});
  proxy.psql("SELECT 1;\nSELECT 2;\n");
  CHECK(fs::exists(proxy.file().parent_path() / "key" / "journal.key"));
  REQUIRE(proxy.stop() == 0);
  const auto file = proxy.file().string();
  const auto whole = run_ride({"audit", "verify", file});
  CHECK(whole.exit_code == 0);
  CHECK(contains(whole.out, "nothing wrong was found"));
  CHECK(contains(whole.out, "events a second"));
  CHECK(contains(whole.out, "Against the key's holder only a receipt counts"));
  ride::journal::Database::open_for_writing(file).run("UPDATE events SET at_us = 0 WHERE seq = 5");
  const auto changed = run_ride({"audit", "verify", file});
  CHECK(changed.exit_code == 1);
  CHECK(contains(changed.out, "NOT what was recorded; the first bad event is 5"));
}

TEST_CASE("a receipt or key that is none is bad usage", "[lab]") {
  const std::string file = RIDE_JOURNALS "/1-proxy.ride";
  const auto receipt = run_ride({"audit", "verify", file, "--receipt", "ride-receipt:1 half"});
  CHECK(receipt.exit_code == 2);
  CHECK(contains(receipt.err, "say the whole line"));
  const auto key = run_ride({"audit", "verify", file, "--key", file});
  CHECK(key.exit_code == 2);
  CHECK(contains(key.err, "is no public key"));
  CHECK(run_ride({"audit", "receipt", file}).exit_code == 1);
  CHECK(run_ride({"audit", "verify", "/nowhere.ride"}).exit_code == 1);
}
