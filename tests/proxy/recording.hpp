// A proxy before the test's own PostgreSQL, with a journal of its own to read back. It shows a
// certificate of its own where the options name none.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "journal/writer.hpp"
#include "proxy/proxy.hpp"
#include "tests/support/child.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/temporary_directory.hpp"

namespace ride::test {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

class Recording {
 public:
  explicit Recording(proxy::Options options = {}, Clock clock = Clock());
  ~Recording();

  proxy::Proxy& proxy() { return *proxy_; }
  journal::Writer& writer() { return *writers_.back(); }
  // From now on it records in one more file; each_writer() has all of them, in order.
  void rotate();
  std::vector<journal::Writer*> each_writer() const;
  std::string dsn(const std::string& more = "") const;  // user=oncall dbname=postgres, no TLS

  // Connected, or with its error.
  Connection connect(const std::string& more = "") const;
  Finished psql(const std::string& input, const std::vector<std::string>& more = {},
                const std::vector<std::string>& environment = {}) const;

  // Everything recorded so far, as journal/event_json.hpp shows it.
  std::vector<boost::json::object> events();
  std::vector<boost::json::object> events(std::string_view kind);
  // Waits until there is one of this kind.
  bool has(std::string_view kind);

  std::string journal_bytes();  // the file, its WAL and its rings, as they are on disk
  std::filesystem::path tls_directory() const { return directory_ / "tls"; }

 private:
  TemporaryDirectory directory_;
  Clock clock_;
  std::vector<std::unique_ptr<journal::Writer>> writers_;
  std::unique_ptr<proxy::Proxy> proxy_;
};

std::string text(const boost::json::object& event, std::string_view field);   // "" where absent
std::string bytes(const boost::json::object& event, std::string_view field);  // text or blob
std::int64_t number(const boost::json::object& event, std::string_view field);
std::string value(const Connection& connection, const std::string& sql);  // of the first row
std::string sqlstate(const Result& result);

// A plain socket: to the proxy's port, or to the server's unix socket.
class RawClient {
 public:
  explicit RawClient(std::uint16_t tcp_port);
  explicit RawClient(const std::string& unix_path);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes) const;
  void finish_sending() const;
  void reset();                                            // gone at once, without a goodbye
  std::string receive_some() const;                        // "" at the end
  bool at_end() const;                                     // the end is here, and nothing before it
  std::string receive_all() const;                         // up to the end
  std::string receive_until(std::string_view tail) const;  // up to bytes that end so

 private:
  int descriptor_ = -1;
};

}  // namespace ride::test
