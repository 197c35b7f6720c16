#include "proxy/unix_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <system_error>

#include "tests/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using ride::proxy::UnixSocket;
using ride::test::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

// A listening socket and its file; closing one leaves the other, as a killed process does.
struct Server {
  Server(const std::string& path, bool replace, mode_t mode = 0700)
      : descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    try {
      file = std::make_unique<UnixSocket>(descriptor, path, mode, replace);
    } catch (...) {
      ::close(descriptor);
      throw;
    }
  }
  ~Server() { ::close(descriptor); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  // Whether a connection has come.
  bool was_reached() const { return ::accept4(descriptor, nullptr, nullptr, SOCK_CLOEXEC) >= 0; }

  int descriptor;
  std::unique_ptr<UnixSocket> file;
};

bool connects(const std::string& path) {
  const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const bool ok =
      ::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(client);
  return ok;
}

int failure(const std::string& path, bool replace = false) {
  try {
    const Server server(path, replace);
  } catch (const std::system_error& error) {
    return error.code().value();
  }
  return 0;
}

}  // namespace

TEST_CASE("a unix socket appears with its mode, and its file goes with it", "[proxy]") {
  const TemporaryDirectory folder;
  const auto path = (folder / ".s.PGSQL.1").string();
  {
    const Server server(path, false, 0750);
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0750);
    CHECK(connects(path));
    CHECK(server.was_reached());
  }
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("a socket that nobody listens on is replaced, a living one is not", "[proxy]") {
  const TemporaryDirectory folder;
  const auto path = (folder / ".s.PGSQL.1").string();
  auto dead = std::make_unique<Server>(path, false);
  CHECK(failure(path) == EADDRINUSE);
  CHECK(connects(path));
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup3(nothing, dead->descriptor, O_CLOEXEC);  // it dies; its file stays
  ::close(nothing);
  REQUIRE(fs::exists(path));
  {
    const Server next(path, false);
    CHECK(connects(path));
    CHECK(next.was_reached());
    dead.reset();  // removes its own file, not that of the next
    CHECK(connects(path));
  }
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("who may replace a living socket gets the clients from then on", "[proxy]") {
  const TemporaryDirectory folder;
  const auto path = (folder / ".s.PGSQL.1").string();
  auto old = std::make_unique<Server>(path, true);
  CHECK(connects(path));
  const Server next(path, true);
  CHECK(connects(path));
  CHECK(next.was_reached());
  CHECK(old->was_reached());
  CHECK_FALSE(old->was_reached());
  old.reset();
  CHECK(connects(path));
}

TEST_CASE("what is no socket is left alone, and so is a folder that is not there", "[proxy]") {
  const TemporaryDirectory folder;
  const auto path = (folder / ".s.PGSQL.1").string();
  std::ofstream(path) << "somebody's";
  CHECK(failure(path) == EEXIST);
  CHECK(failure(path, true) == EEXIST);
  CHECK(fs::file_size(path) == 10);
  CHECK(failure((folder / "none/.s.PGSQL.1").string()) == ENOENT);
  CHECK(failure((folder / std::string(120, 'x')).string()) == ENAMETOOLONG);
}
