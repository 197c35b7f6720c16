#include "tests/proxy/recording.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "journal/event_json.hpp"
#include "journal/reader.hpp"
#include "proxy/certificate.hpp"
#include "tests/support/eventually.hpp"

namespace ride::test {

Recording::Recording(proxy::Options options, Clock clock) : clock_(clock) {
  writers_.push_back(std::make_unique<journal::Writer>(directory_ / "test.ride"));
  const auto files = proxy::ensure_certificate(tls_directory().string());
  if (options.tls_certificate_file.empty()) {
    options.tls_certificate_file = files.certificate;
    options.tls_key_file = files.key;
  }
  if (options.upstream.host == proxy::Upstream{}.host)
    options.upstream = {Postgres::instance().socket_directory(), Postgres::port};
  proxy_ = std::make_unique<proxy::Proxy>(std::move(options), clock_, writer());
  proxy_->start();
}

Recording::~Recording() {
  proxy_.reset();  // before the writer: it appends
}

void Recording::rotate() {
  const auto name = "test-" + std::to_string(writers_.size() + 1) + ".ride";
  auto next = std::make_unique<journal::Writer>(directory_ / name);
  proxy_->record_in(*next);
  writers_.push_back(std::move(next));
}

std::vector<journal::Writer*> Recording::each_writer() const {
  std::vector<journal::Writer*> out;
  for (const auto& writer : writers_) out.push_back(writer.get());
  return out;
}

std::string Recording::dsn(const std::string& more) const {
  return "host=127.0.0.1 port=" + std::to_string(proxy_->port()) +
         " user=oncall dbname=postgres sslmode=disable " + more;
}

Connection Recording::connect(const std::string& more) const {
  return {PQconnectdb(dsn(more).c_str()), PQfinish};
}

Finished Recording::psql(const std::string& input, const std::vector<std::string>& more,
                         const std::vector<std::string>& environment) const {
  std::vector<std::string> argv = {"psql", "-X", "-q", "-A", "-t", dsn()};
  argv.insert(argv.end(), more.begin(), more.end());
  return run(argv, input, {.environment = environment});
}

std::vector<boost::json::object> Recording::events() {
  writer().flush();
  journal::Reader reader(writer().file());
  std::vector<boost::json::object> out;
  for (const auto& event : reader.all()) out.push_back(journal::to_json(event));
  return out;
}

std::vector<boost::json::object> Recording::events(std::string_view kind) {
  auto out = events();
  std::erase_if(out, [&](const auto& event) { return text(event, "kind") != kind; });
  return out;
}

bool Recording::has(std::string_view kind) {
  return eventually([&] { return !events(kind).empty(); });
}

std::string Recording::journal_bytes() {
  writer().flush();
  std::string out;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
    if (!entry.is_regular_file()) continue;
    std::string content(entry.file_size(), '\0');
    std::ifstream file(entry.path(), std::ios::binary);
    file.read(content.data(), static_cast<std::streamsize>(content.size()));
    out += content;
  }
  return out;
}

std::string text(const boost::json::object& event, std::string_view field) {
  const auto* found = event.if_contains(field);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : "";
}

std::string bytes(const boost::json::object& event, std::string_view field) {
  const auto* found = event.if_contains(field);
  if (found == nullptr || !found->is_object()) return text(event, field);
  const std::string hex(found->at("hex").as_string());
  std::string out;
  for (std::size_t at = 0; at < hex.size(); at += 2)
    out.push_back(static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16)));
  return out;
}

std::int64_t number(const boost::json::object& event, std::string_view field) {
  const auto* found = event.if_contains(field);
  return found != nullptr && found->is_number() ? found->to_number<std::int64_t>() : 0;
}

std::string value(const Connection& connection, const std::string& sql) {
  const Result result(PQexec(connection.get(), sql.c_str()), PQclear);
  if (PQntuples(result.get()) == 0) return PQerrorMessage(connection.get());
  return PQgetvalue(result.get(), 0, 0);
}

std::string sqlstate(const Result& result) {
  const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
  return state != nullptr ? state : "";
}

RawClient::RawClient(std::uint16_t tcp_port) : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(tcp_port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot connect to the proxy");
}

RawClient::RawClient(const std::string& unix_path) : descriptor_(socket(AF_UNIX, SOCK_STREAM, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  unix_path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot connect to " + unix_path);
}

RawClient::~RawClient() {
  if (descriptor_ >= 0) close(descriptor_);
}

void RawClient::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return;  // what was received says why
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void RawClient::finish_sending() const { shutdown(descriptor_, SHUT_WR); }

void RawClient::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(std::exchange(descriptor_, -1));
}

std::string RawClient::receive_some() const {
  timeval limit{.tv_sec = 30, .tv_usec = 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  std::array<char, 65536> block{};
  const auto size = recv(descriptor_, block.data(), block.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    throw std::runtime_error("nothing was received in 30 s");
  return size > 0 ? std::string(block.data(), static_cast<std::size_t>(size)) : "";
}

bool RawClient::at_end() const {
  char byte = 0;
  return recv(descriptor_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

std::string RawClient::receive_all() const {
  std::string out;
  for (auto part = receive_some(); !part.empty(); part = receive_some()) out += part;
  return out;
}

std::string RawClient::receive_until(std::string_view tail) const {
  std::string out;
  while (!std::string_view(out).ends_with(tail)) {
    const auto part = receive_some();
    if (part.empty()) break;
    out += part;
  }
  return out;
}

}  // namespace ride::test
