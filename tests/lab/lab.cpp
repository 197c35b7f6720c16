#include "tests/lab/lab.hpp"

#include <signal.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/lab/engine.hpp"
#include "tests/lab/program.hpp"
#include "tests/support/eventually.hpp"

namespace ride::lab {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

std::string read_all(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

fs::path make_home() {
  std::string name = "/tmp/ride-lab-XXXXXX";  // short: a unix socket's path has a limit
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  return name;
}

// Templates of clusters take longest to make, so labs share theirs, as long as the program stays
// the same.
void share_templates(const fs::path& home) {
  const auto built = fs::last_write_time(RIDE_PROGRAM).time_since_epoch().count();
  const fs::path all = RIDE_TEST_CACHE;
  const fs::path own = all / std::to_string(built);
  fs::create_directories(own);
  std::error_code ignored;  // another test does the same at this moment
  for (const auto& entry : fs::directory_iterator(all, ignored))
    if (entry.path() != own) fs::remove_all(entry.path(), ignored);
  fs::create_directory_symlink(own, home / "cache");
}

int points(const json::object& card, std::string_view part) {
  return card.at(part).as_object().at("points").to_number<int>();
}

}  // namespace

Lab::Lab()
    : home_(make_home()),
      program_{RIDE_PROGRAM},
      environment_{"RIDE_HOME=" + home_.string(), "RIDE_SCENARIOS=" RIDE_SOURCE_SCENARIOS,
                   "NO_COLOR=1", "PGAPPNAME"} {
  share_templates(home_);
}

Lab::~Lab() {
  if (fs::exists(home_ / "run" / "run.json")) ride({"postgres", "stop"});
  std::error_code ignored;
  fs::remove_all(home_, ignored);
}

Outcome Lab::ride(const std::vector<std::string>& words) const {
  std::vector<std::string> all = program_;
  all.insert(all.end(), words.begin(), words.end());
  return run_program(all, environment_);
}

// With copies of its own: the build's folders may be closed to others.
void Lab::become(unsigned user, unsigned group) {
  fs::remove(home_ / "cache");
  fs::copy_file(RIDE_PROGRAM, home_ / "ride");
  fs::copy(RIDE_SOURCE_SCENARIOS, home_ / "scenarios", fs::copy_options::recursive);
  environment_.push_back("RIDE_SCENARIOS=" + (home_ / "scenarios").string());
  environment_.push_back("HOME=" + home_.string());
  const auto number = std::to_string(user);
  REQUIRE(run_program({"chown", "-R", number + ":" + number, home_.string()}).exit_code == 0);
  program_ = {"setpriv",           "--reuid=" + number,
              "--regid=" + number, "--groups=" + std::to_string(group),
              "--inh-caps=-all",   (home_ / "ride").string()};
}

Outcome Lab::on_a_terminal(const std::string& words) const {
  return run_program({"script", "-qec", std::string(RIDE_PROGRAM) + " " + words, "/dev/null"},
                     environment_);
}

std::string Lab::must(const std::vector<std::string>& words) const {
  const Outcome outcome = ride(words);
  INFO("ride " << words[0] << ' ' << words[1]);
  INFO(outcome.err);
  INFO(read_all(home_ / "run" / "supervisor.log"));
  REQUIRE(outcome.exit_code == 0);
  return outcome.out;
}

void Lab::start_on_small_disk(const std::string& size) {
  const auto attempts = home_ / "attempts";
  fs::create_directories(attempts);
  const auto usual = program_;
  program_ = {"unshare",
              "-m",
              "sh",
              "-c",
              "mount -t tmpfs -o size=" + size + " tmpfs \"$0\" && exec \"$@\"",
              attempts.string()};
  program_.insert(program_.end(), usual.begin(), usual.end());
  start({"--sandbox", "local"});
  program_ = usual;
}

void Lab::resize_small_disk(const std::string& size) const {
  const auto done = run_program({"nsenter", "-t", run_value("supervisor"), "-m", "mount", "-o",
                                 "remount,size=" + size, (home_ / "attempts").string()});
  INFO(done.err);
  REQUIRE(done.exit_code == 0);
}

void Lab::start(const std::vector<std::string>& words) {
  std::vector<std::string> all{"postgres", "start", scenario, "--json"};
  if (std::find(words.begin(), words.end(), "--sandbox") == words.end())
    for (const auto& word : sandbox_words()) all.push_back(word);
  all.insert(all.end(), words.begin(), words.end());
  const auto run = json::parse(must(all)).as_object();
  dsn_ = std::string(run.at("dsn").as_string());
  file_ = std::string(run.at("file").as_string());
}

void Lab::kill_supervisor() const {
  REQUIRE(::kill(static_cast<pid_t>(std::stol(run_value("supervisor"))), SIGKILL) == 0);
  const auto lock = (home_ / "run" / "lock").string();
  REQUIRE(test::eventually([&] {
    return run_program({"flock", "-n", lock, "true"}).exit_code == 0;
  }));
}

int Lab::port() const {
  const auto colon = dsn_.rfind(':');
  return std::stoi(dsn_.substr(colon + 1));
}

Outcome Lab::psql(const std::string& text, const std::vector<std::string>& words) const {
  std::vector<std::string> all{"psql", "-X", "-d", dsn_};
  all.insert(all.end(), words.begin(), words.end());
  return run_program(all, environment_, text);
}

Outcome Lab::psql_file(const fs::path& script) const {
  return run_program({"psql", "-X", "-d", dsn_, "-f", (scenario_folder() / script).string()},
                     environment_);
}

std::string Lab::write(const std::string& name, const std::string& text) const {
  const fs::path path = home_ / name;
  std::ofstream(path) << text;
  return path.string();
}

std::string Lab::play(const fs::path& script) const {
  return must({"scenario", "play", (scenario_folder() / script).string()});
}

std::string Lab::play_text(const std::string& text) const {
  return must({"scenario", "play", write("script.sql", text)});
}

std::string Lab::submit() const { return must({"postgres", "submit"}); }

std::string Lab::verdict() const { return must({"score", file_.string(), "--verdict", "--json"}); }

Card Lab::card() const {
  const json::value value = json::parse(verdict());
  const json::object& object = value.as_object();
  Card card;
  card.total = object.at("total").is_object() ? points(object, "total")
                                              : object.at("total").to_number<int>();
  card.detect = points(object, "detect");
  card.fix = points(object, "fix");
  card.trap = points(object, "trap");
  for (const auto& item : object.at("checks").as_array()) {
    const auto& check = item.as_object();
    if (check.at("verdict").as_string() == "pass") continue;
    auto& list = check.at("kind").as_string() == "trap" ? card.sprung : card.failed;
    list.emplace_back(check.at("id").as_string());
  }
  return card;
}

std::string Lab::stop() {
  const auto stopped = json::parse(must({"postgres", "stop", "--json"})).as_object();
  return std::string(stopped.at("file").as_string());
}

std::string Lab::run_value(const std::string& key) const {
  const json::value value = json::parse(read_all(home_ / "run" / "run.json"));
  const json::value& found = value.as_object().at(key);
  return found.is_string() ? std::string(found.as_string()) : json::serialize(found);
}

fs::path Lab::scenario_folder() { return fs::path(RIDE_SOURCE_SCENARIOS) / scenario; }

}  // namespace ride::lab
