#include "cli/metrics_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <list>
#include <vector>

#include "cli/failure.hpp"
#include "proxy/address.hpp"

namespace ride::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t request_bytes_max = 8'192;
constexpr std::size_t clients_max = 64;
constexpr auto client_life_max = std::chrono::seconds(5);

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  bool loopback = false;
};

SocketAddress resolve(const std::string& text) {
  const auto address = proxy::parse_address(text);
  const auto bad = [&](const char* why) {
    return Failure("--metrics " + text + " " + why, exit_usage);
  };
  if (!address || address->is_unix()) throw bad("is no address; say 127.0.0.1:9187 or [::1]:9187");
  const auto host = address->host == "localhost" ? std::string("127.0.0.1") : address->host;
  SocketAddress out;
  sockaddr_in four{};
  sockaddr_in6 six{};
  if (::inet_pton(AF_INET, host.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(address->port);
    std::memcpy(&out.storage, &four, sizeof four);
    out.size = sizeof four;
    out.loopback = (ntohl(four.sin_addr.s_addr) >> 24U) == 127;
  } else if (::inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(address->port);
    std::memcpy(&out.storage, &six, sizeof six);
    out.size = sizeof six;
    out.loopback = IN6_IS_ADDR_LOOPBACK(&six.sin6_addr) != 0;
  } else {
    throw bad("is no numeric address; say 127.0.0.1:9187 or [::1]:9187");
  }
  return out;
}

std::string port_taken(int descriptor) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &size);
  std::array<char, 2> port{};
  // At the same place in both kinds of address, in network order.
  std::memcpy(port.data(),
              reinterpret_cast<const char*>(&storage) + offsetof(sockaddr_in, sin_port),
              port.size());
  return std::to_string(static_cast<unsigned char>(port[0]) << 8U |
                        static_cast<unsigned char>(port[1]));
}

Descriptor listen_on(const std::string& text, const SocketAddress& at) {
  Descriptor out(::socket(at.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  ::setsockopt(out.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (out.get() < 0 ||
      ::bind(out.get(), reinterpret_cast<const sockaddr*>(&at.storage), at.size) != 0 ||
      ::listen(out.get(), SOMAXCONN) != 0)
    throw Failure("cannot listen on --metrics " + text + ": " + std::strerror(errno) +
                  "; choose another, or port 0 for one that is free");
  return out;
}

// One connection: it asks, is answered, and is read to its end, so that it gets all of the answer.
struct Client {
  Descriptor descriptor;
  SteadyClock::time_point until;
  std::string in = {};
  std::string out = {};
  bool answered = false;

  short waits_for() const { return out.empty() ? POLLIN : POLLOUT; }

  // False: it is over.
  bool go_on(const MetricsPages& pages);
  bool read(const MetricsPages& pages);
  bool write();
  void answer(const HttpAnswer& what);
};

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 431:
      return "Request Header Fields Too Large";
    default:
      return "Service Unavailable";
  }
}

void Client::answer(const HttpAnswer& what) {
  answered = true;
  out = "HTTP/1.1 " + std::to_string(what.status) + " " + std::string(reason(what.status)) +
        "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: " +
        std::to_string(what.body.size()) + "\r\nConnection: close\r\n\r\n";
  if (!in.starts_with("HEAD ")) out += what.body;
}

bool Client::read(const MetricsPages& pages) {
  std::array<char, 4'096> bytes{};
  const auto got = ::recv(descriptor.get(), bytes.data(), bytes.size(), 0);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  if (answered) return true;  // it goes on talking
  in.append(bytes.data(), static_cast<std::size_t>(got));
  const auto end = in.find("\r\n\r\n");
  if (end != std::string::npos)
    answer(answer_http(std::string_view(in).substr(0, end), pages));
  else if (in.size() > request_bytes_max)
    answer({431, "too long\n"});
  return true;
}

bool Client::write() {
  const auto sent = ::send(descriptor.get(), out.data(), out.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN || errno == EINTR;
  out.erase(0, static_cast<std::size_t>(sent));
  if (out.empty()) ::shutdown(descriptor.get(), SHUT_WR);
  return true;
}

bool Client::go_on(const MetricsPages& pages) { return out.empty() ? read(pages) : write(); }

using Clients = std::list<Client>;

void accept_all(int listener, Clients& clients) {
  while (true) {
    const int descriptor = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor < 0) return;
    if (clients.size() >= clients_max) clients.pop_front();
    clients.push_back({Descriptor(descriptor), SteadyClock::now() + client_life_max});
  }
}

int wait_ms(const Clients& clients) {
  if (clients.empty()) return -1;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(clients.front().until -
                                                                          SteadyClock::now());
  return static_cast<int>(std::max<std::int64_t>(0, left.count()) + 1);
}

}  // namespace

HttpAnswer answer_http(std::string_view request, const MetricsPages& pages) {
  const auto line = request.substr(0, request.find("\r\n"));
  const auto method_end = line.find(' ');
  const auto target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || target_end == method_end ||
      !line.substr(target_end + 1).starts_with("HTTP/1."))
    return {400, "no HTTP/1.1 request\n"};
  const auto method = line.substr(0, method_end);
  auto target = line.substr(method_end + 1, target_end - method_end - 1);
  target = target.substr(0, target.find('?'));
  if (target != "/metrics" && target != "/healthz")
    return {404, "there is /metrics and /healthz\n"};
  if (method != "GET" && method != "HEAD") return {405, "GET alone\n"};
  if (target == "/metrics") return {200, pages.metrics()};
  const auto trouble = pages.trouble();
  if (!trouble.empty()) return {503, trouble + "\n"};
  return {200, "ok\n"};
}

MetricsServer::MetricsServer(const std::string& address, bool anywhere, MetricsPages pages)
    : pages_(std::move(pages)), stop_(::eventfd(0, EFD_CLOEXEC)) {
  const auto at = resolve(address);
  if (!at.loopback && !anywhere)
    throw Failure("--metrics " + address +
                      " could be read by other machines; say 127.0.0.1, or --metrics-anywhere",
                  exit_usage);
  listener_ = listen_on(address, at);
  address_ = address.substr(0, address.rfind(':') + 1) + port_taken(listener_.get());
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "ride metrics");
    serve();
  });
}

MetricsServer::~MetricsServer() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto sent = ::write(stop_.get(), &one, sizeof one);
  if (thread_.joinable()) thread_.join();
}

void MetricsServer::serve() {
  Clients clients;
  while (true) {
    std::vector<pollfd> waits{{stop_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (const auto& client : clients)
      waits.push_back({client.descriptor.get(), client.waits_for(), 0});
    ::poll(waits.data(), waits.size(), wait_ms(clients));
    if (waits[0].revents != 0) return;
    const auto now = SteadyClock::now();
    std::size_t index = 2;
    for (auto at = clients.begin(); at != clients.end(); ++index) {
      bool goes_on = at->until > now;
      try {
        if (goes_on && waits[index].revents != 0) goes_on = at->go_on(pages_);
      } catch (const std::exception& error) {
        spdlog::error("metrics could not be told: {}", error.what());
        goes_on = false;
      }
      at = goes_on ? std::next(at) : clients.erase(at);
    }
    if (waits[1].revents != 0) accept_all(listener_.get(), clients);
  }
}

}  // namespace ride::cli
