// `ride postgres gc`: what dead runs left goes, what belongs to living ones or to others stays.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/lab/engine.hpp"
#include "tests/lab/lab.hpp"
#include "tests/lab/program.hpp"

using namespace ride::lab;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

bool names(const json::value& list, const std::string& name) {
  for (const auto& one : list.as_array())
    if (one.as_object().at("name").as_string() == name) return true;
  return false;
}

// gc sees the whole machine: one of these tests at a time.
class Alone {
 public:
  Alone() : file_(::open("/tmp/ride-lab-gc.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    REQUIRE(file_ >= 0);
    REQUIRE(::flock(file_, LOCK_EX) == 0);
  }
  ~Alone() { ::close(file_); }
  Alone(const Alone&) = delete;
  Alone& operator=(const Alone&) = delete;

 private:
  int file_;
};

// A folder that looks like one of ride's.
class Folder {
 public:
  explicit Folder(std::string path) : path_(std::move(path)) { fs::create_directory(path_); }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }
  void owned_by(const std::string& home) const {
    std::ofstream(fs::path(path_) / "owner") << home << '\n';
  }

 private:
  std::string path_;
};

}  // namespace

TEST_CASE("gc removes what a killed run left, from any RIDE_HOME, and leaves a living one alone",
          "[lab][postgres][sandboxes]") {
  const Alone alone;
  Lab dead;
  Lab alive;
  const Lab third;
  dead.start();
  alive.start();
  const auto folder = dead.run_value("private_folder");
  const auto container = dead.run_value("container");
  dead.kill_supervisor();
  const auto found = json::parse(third.must({"postgres", "gc", "--json"}));
  INFO(json::serialize(found));
  CHECK(names(found.at("removed"), folder));
  CHECK_FALSE(fs::exists(folder));
  if (in_containers()) {
    CHECK(names(found.at("removed"), container));
    CHECK_FALSE(container_exists(container));
    CHECK(container_exists(alive.run_value("container")));
  }
  CHECK(names(found.at("alive"), alive.run_value("private_folder")));
  CHECK(alive.psql("SELECT 1;\n", {"-At"}).out == "1\n");
  CHECK(processes_with(folder).empty());
  CHECK(dead.must({"postgres", "status"}).find("interrupted") != std::string::npos);
}

TEST_CASE("gc touches no folder that does not name a dead run of this user", "[lab]") {
  const Alone alone;
  const Lab lab;
  const Folder nobodys("/tmp/ride-0000aaaa");
  const Folder others("/tmp/ride-0000bbbb");
  others.owned_by("/nonexistent/ride");
  const bool handed_over =
      ::chown((fs::path(others.path()) / "owner").c_str(), 12'345, 12'345) == 0;
  const Folder longer("/tmp/ride-0000cccc0");
  longer.owned_by("/nonexistent/ride");
  const Folder gone("/dev/shm/ride-0000dddd");
  gone.owned_by("/nonexistent/ride");
  const auto said = lab.must({"postgres", "gc"});
  INFO(said);
  CHECK(fs::exists(nobodys.path()));
  if (handed_over) CHECK(fs::exists(others.path()));  // only root can hand a file over
  CHECK(fs::exists(longer.path()));
  CHECK_FALSE(fs::exists(gone.path()));
  CHECK(said.find("removed folder " + gone.path() + " of a dead run of /nonexistent/ride") !=
        std::string::npos);
}

TEST_CASE("the next command of a killed run removes all that its RIDE_HOME left",
          "[lab][postgres]") {
  const Alone alone;
  Lab lab;
  lab.start();
  const Folder older("/tmp/ride-0000eeee");  // of a run before, whose description is gone
  older.owned_by(lab.home().string());
  lab.kill_supervisor();
  lab.must({"postgres", "status"});
  CHECK_FALSE(fs::exists(older.path()));
}
