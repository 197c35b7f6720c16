#include "cli/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>

#include "tests/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using ride::cli::ServiceManager;

namespace {

// As systemd listens: a datagram socket at a path, or, with `@`, in the abstract name space.
class Listener {
 public:
  explicit Listener(const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  ~Listener() { ::close(descriptor_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::string hear() const {
    std::array<char, 512> bytes{};
    const auto size = ::recv(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    return size < 0 ? "" : std::string(bytes.data(), static_cast<std::size_t>(size));
  }

 private:
  int descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM, 0);
};

}  // namespace

TEST_CASE("the service manager hears what it is told, at a path or without a file",
          "[cli][service]") {
  const ride::test::TemporaryDirectory folder;
  const bool file = GENERATE(true, false);
  const auto name =
      file ? (folder / "notify").string() : "@ride-test-" + std::to_string(::getpid());
  const Listener systemd(name);
  const ServiceManager manager;
  CHECK(std::getenv("NOTIFY_SOCKET") == nullptr);
  manager.tell("READY=1\nSTATUS=here");
  CHECK(systemd.hear() == "READY=1\nSTATUS=here");
  manager.tell_reloading();
  const auto reloading = systemd.hear();
  CHECK(reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="));
}

TEST_CASE("where no manager listens nothing is told, and nothing waits", "[cli][service]") {
  const auto name = GENERATE(as<std::string>(), "/nowhere/notify", std::string(200, 'x'), "");
  ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  const ServiceManager manager;
  CHECK_NOTHROW(manager.tell("READY=1"));
  CHECK(std::getenv("NOTIFY_SOCKET") == nullptr);
}
