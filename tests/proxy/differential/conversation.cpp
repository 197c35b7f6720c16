#include "tests/proxy/differential/conversation.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace ride::test {
namespace {

constexpr std::size_t block_bytes = std::size_t{64} << 10;
constexpr int patience_ms = 30'000;

// Bytes of one write, and how much must have come before it.
struct Write {
  std::string bytes;
  std::size_t awaits_bytes = 0;
};

void split(const std::string& bytes, std::size_t size, std::size_t awaits,
           std::vector<Write>& out) {
  for (std::size_t at = 0; at < bytes.size(); at += size)
    out.push_back({bytes.substr(at, size), awaits});
}

// What stands between two bytes that the client must wait for goes out at the pace.
std::vector<Write> plan(const Sequence& sequence, const Manner& manner) {
  std::vector<Write> out;
  std::string joined;
  std::size_t awaits = 0;
  const auto flush = [&] {
    const auto size = manner.pace == Pace::byte_by_byte ? 1
                      : manner.pace == Pace::in_blocks  ? block_bytes
                                                        : std::max<std::size_t>(joined.size(), 1);
    split(joined, size, awaits, out);
    joined.clear();
  };
  const bool in_messages = manner.pace == Pace::by_message || manner.pace == Pace::after_answers;
  for (std::size_t i = 0; i < std::min(manner.steps, sequence.steps.size()); ++i) {
    if (manner.pace == Pace::after_answers) awaits = std::max(awaits, manner.awaited_before.at(i));
    joined += sequence.steps[i].bytes;
    if (in_messages || sequence.steps[i].awaits_byte) flush();
    if (sequence.steps[i].awaits_byte) ++awaits;
  }
  flush();
  return out;
}

// All of 127/8 is this machine. A port alone comes again sooner than a test is over.
void bind_to_new_address(int socket) {
  static std::uint32_t taken = 0;
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (1U << 16U) + ++taken);
  if (bind(socket, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0)
    throw std::runtime_error("cannot bind to an address of 127/8");
}

class Conversation {
 public:
  Conversation(int socket, std::vector<Write> writes, const Manner& manner, Heard& heard)
      : socket_(socket), writes_(std::move(writes)), manner_(manner), heard_(heard) {}

  void run() {
    while (true) {
      const bool sent_all = next_ == writes_.size();
      if (sent_all && manner_.finish == Finish::reset) return reset();
      if (sent_all && !finished_ && heard_.bytes.size() >= manner_.awaits_bytes) finish_sending();
      const bool may_send = !sent_all && heard_.bytes.size() >= writes_[next_].awaits_bytes;
      pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
      if (may_send) waiting.events |= POLLOUT;
      if (poll(&waiting, 1, patience_ms) <= 0) {
        heard_.stuck = true;
        return;
      }
      if ((waiting.revents & ~POLLOUT) != 0 && !receive()) return;
      if ((waiting.revents & POLLOUT) != 0) send();
    }
  }

 private:
  void finish_sending() {
    finished_ = true;
    if (manner_.finish != Finish::half_close) return;
    char byte = 0;
    heard_.closed_early = recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
    shutdown(socket_, SHUT_WR);
  }

  void send() {
    const auto rest = Bytes(writes_[next_].bytes).substr(sent_of_write_);
    const auto sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (sent < 0) {  // the server takes no more: what it said is still to be read
      next_ = writes_.size();
      return;
    }
    sent_of_write_ += static_cast<std::size_t>(sent);
    if (sent_of_write_ < writes_[next_].bytes.size()) return;
    ++next_;
    sent_of_write_ = 0;
  }

  // False at the end, however it came about.
  bool receive() {
    const auto size = recv(socket_, block_.data(), block_.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (size <= 0) {
      heard_.closed_early = heard_.closed_early || !finished_;
      return false;
    }
    heard_.bytes.append(block_.data(), static_cast<std::size_t>(size));
    return true;
  }

  void reset() const {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }

  int socket_;
  std::vector<Write> writes_;
  const Manner& manner_;
  Heard& heard_;
  std::size_t next_ = 0;
  std::size_t sent_of_write_ = 0;
  bool finished_ = false;
  std::array<char, block_bytes> block_{};
};

}  // namespace

int Address::connect(std::string& own_address) const {
  sockaddr_in tcp{};
  tcp.sin_family = AF_INET;
  tcp.sin_port = htons(tcp_port_);
  tcp.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  unix_path_.copy(local.sun_path, sizeof local.sun_path - 1);
  const bool over_tcp = unix_path_.empty();
  const int out = socket(over_tcp ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (over_tcp) bind_to_new_address(out);
  const auto* address = over_tcp ? reinterpret_cast<const sockaddr*>(&tcp)
                                 : reinterpret_cast<const sockaddr*>(&local);
  const socklen_t size = over_tcp ? sizeof tcp : sizeof local;
  if (::connect(out, address, size) != 0) {
    close(out);
    throw std::runtime_error("cannot connect to the server or the proxy");
  }
  if (!over_tcp) return out;
  const int on = 1;
  setsockopt(out, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  socklen_t own_size = sizeof tcp;
  getsockname(out, reinterpret_cast<sockaddr*>(&tcp), &own_size);
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, &tcp.sin_addr, text.data(), text.size());
  own_address = std::string(text.data()) + ':' + std::to_string(ntohs(tcp.sin_port));
  return out;
}

Heard converse(const Address& server, const Sequence& sequence, const Manner& manner) {
  Heard heard;
  const int socket = server.connect(heard.own_address);
  Conversation(socket, plan(sequence, manner), manner, heard).run();
  close(socket);
  return heard;
}

}  // namespace ride::test
