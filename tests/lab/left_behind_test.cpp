// `ride proxy` finds what a dead predecessor left in its folder, and says where a folder is no
// place for a record.
#include <stdlib.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "journal/liveness.hpp"
#include "tests/catch.hpp"
#include "tests/lab/program.hpp"
#include "tests/lab/proxy_process.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace ride::lab;
using ride::journal::Liveness;
using ride::journal::liveness;
using ride::test::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A folder in memory, gone with the object.
class MemoryFolder {
 public:
  MemoryFolder() {
    std::string name = "/dev/shm/ride-test-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~MemoryFolder() { fs::remove_all(path_); }
  MemoryFolder(const MemoryFolder&) = delete;
  MemoryFolder& operator=(const MemoryFolder&) = delete;
  std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

void kill(ProxyProcess& proxy) {
  proxy.process().signal(SIGKILL);
  proxy.process().wait();
}

}  // namespace

TEST_CASE("the next ride proxy in a folder finishes the file of a dead one, and says so",
          "[lab][proxy][postgres]") {
  const TemporaryDirectory folder;
  const auto journal = (folder / "journal").string();
  ProxyProcess dead({"--journal", journal});
  ProxyProcess alive({"--journal", journal});
  CHECK(dead.psql("SELECT 'before the kill';").out == "before the kill\n");
  kill(dead);
  REQUIRE(liveness(dead.file()) == Liveness::interrupted);
  ProxyProcess next({"--journal", journal});
  CHECK(contains(next.process().output(), "recovered " + dead.file().string()));
  CHECK_FALSE(contains(next.process().output(), alive.file().string()));
  CHECK(liveness(dead.file()) == Liveness::closed);
  CHECK(liveness(alive.file()) == Liveness::writing);
  CHECK(dead.events("ended").size() == 1);
  CHECK(next.psql("SELECT 'after it';").out == "after it\n");
}

TEST_CASE("a dead one's file that cannot be finished is named, and keeps nobody from recording",
          "[lab][proxy][postgres]") {
  const TemporaryDirectory folder;
  const auto journal = (folder / "journal").string();
  ProxyProcess dead({"--journal", journal});
  CHECK(dead.psql("SELECT 1;").out == "1\n");
  kill(dead);
  const auto ring = ride::journal::ring_path(dead.file(), 1);
  fs::resize_file(ring, fs::file_size(ring) - 1);
  ProxyProcess next({"--journal", journal});
  CHECK(contains(next.process().output(), "cannot recover: " + ring.string()));
  CHECK(liveness(dead.file()) == Liveness::interrupted);
  CHECK(next.psql("SELECT 'after it';").out == "after it\n");
}

TEST_CASE("recovery in a folder that cannot be written says what to do and changes nothing",
          "[lab][proxy][postgres]") {
  const TemporaryDirectory folder;
  fs::copy_file(RIDE_PROGRAM, folder / "ride");
  const auto journal = folder / "journal";
  ProxyProcess dead({"--journal", journal.string()});
  CHECK(dead.psql("SELECT 1;").out == "1\n");
  kill(dead);
  std::vector<std::string> words;
  if (::geteuid() == 0) {  // whom no permission keeps out
    for (const auto& path : {folder.path(), journal})
      REQUIRE(::chown(path.c_str(), 65534, 65534) == 0);
    for (const auto& entry : fs::recursive_directory_iterator(journal))
      REQUIRE(::chown(entry.path().c_str(), 65534, 65534) == 0);
    words = {"setpriv", "--reuid=65534", "--clear-groups"};
  }
  fs::permissions(journal, fs::perms::owner_read | fs::perms::owner_exec);
  for (const auto& word : {(folder / "ride").string(), std::string("audit"), std::string("recover"),
                           dead.file().string()})
    words.push_back(word);
  const auto refused = run_program(words, {"HOME=" + folder.path().string()});
  CHECK(refused.exit_code == 1);
  CHECK(contains(refused.err, dead.file().string()));
  CHECK(contains(refused.err, "can be written"));
  fs::permissions(journal, fs::perms::owner_all);
  CHECK(liveness(dead.file()) == Liveness::interrupted);
  CHECK(run_ride({"audit", "recover", dead.file().string()}).exit_code == 0);
  CHECK(dead.events("ended").size() == 1);
}

TEST_CASE("recovery by a user who may not read the key says whose it is, in one line",
          "[lab][proxy][postgres]") {
  if (::geteuid() != 0) {
    WARN("SKIPPED: needs root, to be another user");
    return;
  }
  const TemporaryDirectory folder;
  fs::copy_file(RIDE_PROGRAM, folder / "ride");
  const auto journal = folder / "journal";
  ProxyProcess dead({"--journal", journal.string()});
  CHECK(dead.psql("SELECT 1;").out == "1\n");
  kill(dead);
  for (const auto& path : {folder.path(), journal}) fs::permissions(path, fs::perms::all);
  for (const auto& entry : fs::directory_iterator(journal))  // a folder that people share
    if (!entry.is_directory()) fs::permissions(entry.path(), static_cast<fs::perms>(0666));
  const auto refused =
      run_program({"setpriv", "--reuid=65534", "--clear-groups", (folder / "ride").string(),
                   "audit", "recover", dead.file().string()},
                  {"HOME=" + folder.path().string()});
  CHECK(refused.exit_code == 1);
  INFO(refused.err);
  CHECK(contains(refused.err, "cannot read the signing key: Permission denied"));
  CHECK(contains(refused.err, "recover it as root"));
  CHECK(std::count(refused.err.begin(), refused.err.end(), '\n') == 1);
  CHECK(liveness(dead.file()) == Liveness::interrupted);
  CHECK(run_ride({"audit", "recover", dead.file().string()}).exit_code == 0);
  CHECK(dead.events("ended").size() == 1);
}

TEST_CASE("a journal in memory is warned of at level process, and refused at level power",
          "[lab][proxy][postgres]") {
  const MemoryFolder memory;
  ProxyProcess proxy({"--journal", memory.path()});
  CHECK(contains(proxy.process().output(), memory.path() + " lies in memory (tmpfs)"));
  CHECK(proxy.psql("SELECT 'recorded';").out == "recorded\n");
  const auto refused = run_ride({"proxy", "--listen", "127.0.0.1:0", "--upstream", "/tmp",
                                 "--journal", memory.path(), "--durability", "power"});
  CHECK(refused.exit_code == 1);
  CHECK(contains(refused.err, "lies in memory (tmpfs), where nothing survives the machine"));
  CHECK(run_ride({"proxy", "--listen", "127.0.0.1:0", "--upstream", "/tmp", "--journal",
                  memory.path(), "--durability", "eternal"})
            .exit_code == 2);
}

TEST_CASE("at level power a session works as at any other, and the file says its level",
          "[lab][proxy][postgres]") {
  ProxyProcess proxy({"--durability", "power"});
  CHECK(proxy.psql("SELECT 'on disk';\nSELECT 1/0;\nSELECT repeat('x', 300000) = '';\n").out ==
        "on disk\nf\n");
  CHECK(proxy.psql("SELECT 'once more';").out == "once more\n");
  CHECK(proxy.stop() == 0);
  CHECK(proxy.events("ended").size() == 4);
  CHECK(proxy.events("gap").empty());
}
