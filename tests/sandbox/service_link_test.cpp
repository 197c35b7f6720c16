// What ride and the entry script of a service say to each other, with a script of the test's own.
#include "sandbox/service_link.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include "sandbox/files.hpp"
#include "tests/catch.hpp"
#include "tests/sandbox/incident.hpp"
#include "tests/support/child.hpp"

using namespace ride;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using sandbox::ServiceLink;

namespace {

std::string read(const fs::path& file) { return sandbox::read_file(file, 4096); }

// Takes one request, and answers with what `reply` makes of it; dies where that is "".
class Script {
 public:
  using Reply = std::function<std::string(const std::string& request)>;

  explicit Script(Reply reply = {}, const std::string& protocol = "2", uid_t uid = geteuid()) {
    fs::create_directories(control());
    bell_ = make_fifo("bell");
    life_ = make_fifo("life");
    std::ofstream(control() / "hello")
        << "protocol " << protocol << "\nuid " << uid << "\ngid " << getegid()
        << "\nshared /seen\ncluster /seen/data\nversion postgres (PostgreSQL) 17.2 (Debian)\n";
    if (reply) thread_ = std::thread([this, reply] { answer(reply); });
  }
  ~Script() {
    if (thread_.joinable()) thread_.join();
    die();
  }

  fs::path folder() const { return folder_.path(); }
  fs::path control() const { return folder_ / "control"; }
  void die() {
    for (int* const fifo : {&bell_, &life_}) {
      if (*fifo >= 0) ::close(*fifo);
      *fifo = -1;
    }
  }

 private:
  int make_fifo(const char* name) const {
    const auto path = control() / name;
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    const int fifo = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(fifo >= 0);
    return fifo;
  }

  void answer(const Reply& reply) {
    char rung = 0;
    if (::read(bell_, &rung, 1) != 1) return;
    const auto text = reply(read(control() / "request"));
    if (text.empty()) return die();
    std::ofstream(control() / "answer.new") << text;
    fs::rename(control() / "answer.new", control() / "answer");
  }

  test::TemporaryDirectory folder_;
  int bell_ = -1;
  int life_ = -1;
  std::thread thread_;
};

std::string id_of(const std::string& request) { return request.substr(0, request.find('\n') + 1); }

}  // namespace

TEST_CASE("a service says what it is, and is told what to start", "[sandbox]") {
  std::string asked;
  bool private_password = false;
  fs::path password;
  Script script([&](const std::string& request) {
    asked = request;
    struct stat found {};
    private_password = stat(password.c_str(), &found) == 0 && (found.st_mode & 0777) == 0600 &&
                       read(password) == "secret\n";
    return id_of(request) + "ok\n";
  });
  password = script.control() / "password";
  auto link = ServiceLink::open(script.folder(), 0ms);
  CHECK(link.hello().version == "17.2");
  CHECK(link.hello().shared == "/seen");
  CHECK(link.hello().cluster == "/seen/data");
  link.start({Secret("secret"), "fsync = off\n", "local all all trust\n"}, {"-c", "a=b c"});
  CHECK(asked.substr(asked.find('\n')) == "\nstart\n-c\na=b c\n");
  CHECK(asked.find("secret") == std::string::npos);
  CHECK(private_password);
  CHECK_FALSE(fs::exists(password));
  CHECK(read(script.control() / "postgresql.conf") == "fsync = off\n");
  CHECK(read(script.control() / "pg_hba.conf") == "local all all trust\n");
}

TEST_CASE("an answer to another request is not taken, and an error is passed on", "[sandbox]") {
  Script script([](const std::string& request) { return id_of(request) + "no room left\n"; });
  std::ofstream(script.control() / "answer") << "0123456789abcdef\nok\n";
  auto link = ServiceLink::open(script.folder(), 0ms);
  const auto error = test::error_of([&] { link.start({Secret("secret"), "", ""}, {}); });
  CHECK(error == "the server behind " + script.folder().string() + ": no room left");
  CHECK_FALSE(fs::exists(script.control() / "password"));
}

TEST_CASE("a script that ends while it is asked is reported at once", "[sandbox]") {
  Script script([](const std::string&) { return ""; });
  auto link = ServiceLink::open(script.folder(), 0ms);
  CHECK(link.alive());
  CHECK(test::error_of([&] { link.stop(); }).find("ended: start it again") != std::string::npos);
  CHECK_FALSE(link.alive());
}

TEST_CASE("the end of the last server counts, and of no earlier one", "[sandbox]") {
  std::string id;
  Script script([&id](const std::string& request) {
    id = id_of(request);
    return id + "ok\n";
  });
  std::ofstream(script.control() / "ended") << "0123456789abcdef\n1\n";
  auto link = ServiceLink::open(script.folder(), 0ms);
  link.start({Secret("secret"), "", ""}, {});
  CHECK_FALSE(link.server_end());
  std::ofstream(script.control() / "ended") << id << "137\n";
  CHECK(link.server_end() == 137);
}

TEST_CASE("where no script is alive, a word left behind is not taken for one", "[sandbox]") {
  const test::TemporaryDirectory nothing;
  CHECK_FALSE(ServiceLink::find(nothing.path()));
  CHECK_FALSE(ServiceLink::find(nothing / "missing"));
  Script script;
  script.die();
  CHECK_FALSE(ServiceLink::find(script.folder()));
  const auto error = test::error_of([&] { ServiceLink::open(script.folder(), 0ms); });
  CHECK(error.starts_with("no server answers behind " + script.folder().string() + ": start"));
}

TEST_CASE("a service serves one ride at a time", "[sandbox]") {
  Script script;
  {
    const auto first = ServiceLink::open(script.folder(), 0ms);
    CHECK_THROWS_AS(ServiceLink::find(script.folder()), sandbox::ServiceInUse);
  }
  CHECK(ServiceLink::find(script.folder()));
}

TEST_CASE("a script of another version is refused", "[sandbox]") {
  Script script({}, "1");
  CHECK(test::error_of([&] { ServiceLink::open(script.folder(), 0ms); }).find("same version") !=
        std::string::npos);
}

TEST_CASE("ride and the service run as the same user", "[sandbox]") {
  Script script({}, "2", 4000);
  const pid_t pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    // Root may, so root becomes the owner of the folder, and that is not the service's user.
    const auto own = test::unprivileged_user();
    if (geteuid() == 0) {
      for (const auto& file : {script.folder(), script.control(), script.control() / "life",
                               script.control() / "hello"})
        if (chown(file.c_str(), own.first, own.second) != 0) _exit(2);
      if (setgid(own.second) != 0 || setuid(own.first) != 0) _exit(3);
    }
    const auto error = test::error_of([&] { ServiceLink::open(script.folder(), 0ms); });
    _exit(error.find("as the same user") != std::string::npos ? 0 : 4);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a folder of another user's is refused in one line", "[sandbox]") {
  if (geteuid() != 0) return;  // it takes two users to show this
  Script script;
  const pid_t pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    if (setuid(test::unprivileged_user().first) != 0) _exit(2);
    const auto error = test::error_of([&] { ServiceLink::open(script.folder(), 0ms); });
    _exit(error.find("as the same user") != std::string::npos ? 0 : 3);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
}
