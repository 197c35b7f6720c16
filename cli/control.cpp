#include "cli/control.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/json.hpp"
#include "cli/failure.hpp"

namespace ride::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t line_bytes_max = std::size_t{64} << 20;  // a card or a log is one line
constexpr std::size_t request_bytes_max = std::size_t{64} << 10;
constexpr std::chrono::milliseconds request_wait_max{1'000};
constexpr int backlog_max = 16;

std::string reason() { return std::generic_category().message(errno); }

struct Address {
  sockaddr_un value{};
  Descriptor folder;  // must stay open while the address is used
};

Address address_in(const Home& home) {
  Address out;
  out.folder = Descriptor(::open(home.run().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!out.folder) throw Failure("cannot open " + home.run().string() + ": " + reason());
  out.value.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(out.folder.get()) + "/control.sock";
  std::memcpy(out.value.sun_path, path.c_str(), path.size() + 1);
  return out;
}

const sockaddr* plain(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address.value);  // what the sockets interface asks for
}

Descriptor new_socket() {
  Descriptor made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!made) throw Failure("cannot make a socket: " + reason());
  return made;
}

// Blocks until a whole line, end of file or the deadline; what follows the line stays in `buffer`.
std::optional<std::string> read_line(int descriptor, std::string& buffer, std::size_t bytes_max,
                                     int wait_ms) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms);
  while (true) {
    if (const auto end = buffer.find('\n'); end != std::string::npos) {
      std::string line = buffer.substr(0, end);
      buffer.erase(0, end + 1);
      return line;
    }
    if (buffer.size() > bytes_max) return std::nullopt;
    if (wait_ms >= 0) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          deadline - std::chrono::steady_clock::now());
      pollfd waiting{descriptor, POLLIN, 0};
      if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) == 0)
        return std::nullopt;
    }
    std::array<char, 65'536> chunk;
    const ssize_t got = ::read(descriptor, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    buffer.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

void send_line(int descriptor, const json::object& line) {
  const std::string bytes = json::serialize(line) + "\n";
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = ::write(descriptor, bytes.data() + sent, bytes.size() - sent);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    sent += static_cast<std::size_t>(count);
  }
}

json::object receive_answer(int descriptor, const Progress& progress) {
  std::string buffer;
  while (const auto line = read_line(descriptor, buffer, line_bytes_max, -1)) {
    const json::value value = json::parse(*line);
    const json::object& object = value.as_object();
    if (const auto* step = object.if_contains("progress")) {
      if (progress) progress(step->as_string());
      continue;
    }
    if (const auto* error = object.if_contains("error"))
      throw Failure(std::string(error->as_string()));
    return object;
  }
  throw Vanished("the supervisor went away before it answered; `ride postgres status` says more");
}

json::object request(const Home& home, const json::object& what, const Progress& progress) {
  const Address address = address_in(home);
  const Descriptor socket = new_socket();
  if (::connect(socket.get(), plain(address), sizeof(address.value)) != 0)
    throw Vanished("the supervisor does not answer: " + reason() +
                   "; `ride postgres status` says more");
  send_line(socket.get(), what);
  return receive_answer(socket.get(), progress);
}

Conversation::~Conversation() {
  if (!answered_)
    send_line(socket_.get(), {{"error", "the supervisor stopped before it answered"}});
}

void Conversation::progress(std::string_view line) {
  send_line(socket_.get(), {{"progress", line}});
}

void Conversation::answer(json::object result) {
  result["ok"] = true;
  send_line(socket_.get(), result);
  answered_ = true;
}

void Conversation::fail(std::string_view line) {
  send_line(socket_.get(), {{"error", line}});
  answered_ = true;
}

ControlServer::ControlServer(const Home& home) : listener_(new_socket()) {
  const Address address = address_in(home);
  ::unlink((home.run() / "control.sock").c_str());
  if (::bind(listener_.get(), plain(address), sizeof(address.value)) != 0 ||
      ::listen(listener_.get(), backlog_max) != 0)
    throw Failure("cannot listen in " + home.run().string() + ": " + reason());
}

std::optional<Request> ControlServer::next(int wait_ms, int wake) {
  std::array<pollfd, 2> ready{{{listener_.get(), POLLIN, 0}, {wake, POLLIN, 0}}};
  if (::poll(ready.data(), ready.size(), wait_ms) <= 0 || ready[0].revents == 0)
    return std::nullopt;
  Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!client) return std::nullopt;
  std::string buffer;
  const auto line = read_line(client.get(), buffer, request_bytes_max,
                              static_cast<int>(request_wait_max.count()));
  auto conversation = std::make_unique<Conversation>(std::move(client));
  boost::system::error_code error;
  const json::value value = line ? json::parse(*line, error) : json::value();
  if (error || !value.is_object() || !value.as_object().contains("command")) {
    conversation->fail("not a request");
    return std::nullopt;
  }
  return Request{value.as_object(), std::move(conversation)};
}

}  // namespace ride::cli
