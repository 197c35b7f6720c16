// kill -9 of the supervisor in the middle of a session.
#include <csignal>
#include <filesystem>
#include <set>
#include <sstream>

#include "base/json.hpp"
#include "journal/fields.hpp"
#include "journal/reader.hpp"
#include "tests/catch.hpp"
#include "tests/lab/engine.hpp"
#include "tests/lab/lab.hpp"
#include "tests/lab/program.hpp"

using namespace ride::lab;
using ride::journal::Field;
using ride::journal::Fields;
using ride::journal::Kind;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

// psql itself ends the supervisor, between two of its statements.
Outcome psql_that_kills(const Lab& lab, int before, int after) {
  std::ostringstream text;
  for (int n = 1; n <= before; ++n) text << "SELECT 'answer " << n << "';\n";
  text << "\\! kill -9 " << lab.run_value("supervisor") << '\n';
  for (int n = before + 1; n <= before + after; ++n) text << "SELECT 'answer " << n << "';\n";
  return lab.psql(text.str(), {"-At"});
}

std::set<std::string> lines_of(const std::string& text) {
  std::set<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("answer ")) out.insert(line);
  return out;
}

// The texts of the queries that have an end in the record.
std::set<std::string> recorded_answers(const fs::path& file) {
  ride::journal::Reader reader(file);
  std::set<std::string> out;
  for (const auto& event : reader.all({.attempt = {}, .kinds = {Kind::ended}, .after = 0})) {
    const auto request = reader.find(Fields(event.body).get_int(Field::request));
    if (!request) continue;
    const std::string text(Fields(request->body).get_bytes(Field::text));
    const auto quote = text.find('\'');
    if (quote != std::string::npos)
      out.insert(text.substr(quote + 1, text.rfind('\'') - quote - 1));
  }
  return out;
}

}  // namespace

TEST_CASE("after kill -9 every statement whose answer psql printed is in the file",
          "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  const auto printed = lines_of(psql_that_kills(lab, 300, 20).out);
  CHECK(printed.size() >= 300);
  const auto status = lab.must({"postgres", "status"});
  CHECK(status.find("interrupted") != std::string::npos);
  const auto recorded = recorded_answers(lab.file());
  for (const auto& line : printed) {
    INFO(line);
    CHECK(recorded.contains(line));
  }
}

TEST_CASE("an interrupted run refuses submit, scores so far, and is left behind by stop",
          "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  const fs::path folder = lab.run_value("private_folder");
  const auto container = lab.run_value("container");
  psql_that_kills(lab, 3, 0);
  const auto submit = lab.ride({"postgres", "submit"});
  CHECK(submit.exit_code == 1);
  CHECK(submit.err.find("ride postgres reset") != std::string::npos);
  CHECK_FALSE(fs::exists(folder));
  if (in_containers()) CHECK_FALSE(container_exists(container));
  CHECK(processes_with("RIDE_HOME=" + lab.home().string()).empty());
  CHECK(lab.ride({"score", lab.file().string()}).exit_code == 0);
  CHECK(lab.card().fix == 0);
  CHECK(lab.stop() == lab.file());
  for (const auto& entry : fs::directory_iterator(lab.home() / "attempts"))
    CHECK(entry.path() == lab.file());
}

TEST_CASE("start after kill -9 says what was, and begins anew", "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  const auto first = lab.file();
  psql_that_kills(lab, 3, 0);
  std::vector<std::string> words{"postgres", "start", Lab::scenario, "--json"};
  for (const auto& word : sandbox_words()) words.push_back(word);
  const auto again = lab.ride(words);
  INFO(again.err);
  REQUIRE(again.exit_code == 0);
  CHECK(again.err.find("interrupted") != std::string::npos);
  CHECK(again.err.find(first.string()) != std::string::npos);
  CHECK(json::parse(again.out).as_object().at("file").as_string() != first.string());
  CHECK(lab.ride({"score", first.string()}).exit_code == 0);
}

TEST_CASE("reset after kill -9 begins attempt 2 in the same file", "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  psql_that_kills(lab, 3, 0);
  const auto again = json::parse(lab.must({"postgres", "reset", "--json"})).as_object();
  CHECK(again.at("attempt").to_number<int>() == 2);
  CHECK(again.at("file").as_string() == lab.file().string());
  CHECK(again.at("dsn").as_string() == lab.dsn());
  lab.psql_file("solutions/page.sql");
  lab.submit();
  CHECK(lab.card().total == 100);
}

TEST_CASE("a graded attempt keeps its card after kill -9", "[lab][postgres]") {
  Lab lab;
  lab.start();
  lab.play("partial/fix-only.sql");
  const auto card = lab.submit();
  psql_that_kills(lab, 3, 0);
  CHECK(lab.submit() == card);
  CHECK(lab.must({"score", lab.file().string()}) == card);
}
