// One libpq connection to the sandbox's server: with time limits on everything, or in pieces that
// never block, for many on one thread. Used by one thread at a time.
//
// A session that lost its connection, or timed out in a statement, is broken: it answers every
// further call with an error result. Results carry errors; only what opens one throws.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "sandbox/server.hpp"

namespace ride::sandbox {

class OwnSessions;

struct Login {
  Endpoint endpoint;
  std::string role;
  Secret password;
  std::string database;
  std::string application;
  std::string
      options;  // startup options: "-c statement_timeout=1s"; they beat ALTER DATABASE … SET
  std::chrono::milliseconds limit{10'000};
  OwnSessions* own_sessions = nullptr;  // where the session is noted as ride's own
  std::string server = {};              // and under which server's name
};

// Why a connection or statement failed.
struct Failure {
  std::string sqlstate;  // "" where the server said nothing
  std::string message;   // one line, without severity
};

class SessionError : public std::runtime_error {
 public:
  SessionError(const std::string& what, Failure cause)
      : std::runtime_error(what), failure(std::move(cause)) {}
  Failure failure;
};

// Rows as text. A null is std::nullopt.
struct Answer {
  std::vector<std::vector<std::optional<std::string>>> rows;
  std::optional<Failure> failure;
  bool ok() const { return !failure.has_value(); }
  // The first value of the first row; null and no row count as "".
  std::string value() const;
};

class Session {
 public:
  // Throws SessionError.
  static Session open(const Login& login);

  // One string; without parameters it may hold several statements, whose last answer counts.
  Answer query(const std::string& sql, std::chrono::milliseconds limit,
               const std::vector<std::string>& parameters = {});
  // As above; throws SessionError naming `doing` where it fails.
  Answer demand(const std::string& sql, const std::string& doing,
                std::chrono::milliseconds limit = std::chrono::milliseconds(30'000));

  // In pieces: send, then wait as often as needed, then take. wait() answers false after `limit`
  // without an answer; then neither send nor query may be called.
  bool send(const std::string& sql, const std::vector<std::string>& parameters);
  bool wait(std::chrono::milliseconds limit);
  Answer take();

  // For whoever waits for the socket itself, with many sessions on one thread; none of these
  // blocks. After begin(), advance() whenever the socket is ready for what was wanted last
  // (writing at first) until it is open, or throws SessionError. After send(), read() whenever it
  // is readable until answered(); between statements too, where it may be broken() afterwards.
  enum class Wanted { reading, writing, nothing };
  static Session begin(const Login& login);
  Wanted advance();
  [[noreturn]] void give_up(Failure cause);  // an opening: throws SessionError
  void read();
  bool answered();
  int socket() const;  // -1: there is none

  bool broken() const;
  // Why the connection was lost: the server's FATAL message where it sent one.
  Failure loss() const;
  bool in_transaction() const;
  bool in_failed_transaction() const;
  int pid() const;
  void cancel();

 private:
  struct Finish {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
  };
  // Its line in OwnSessions, told once how the opening ended.
  struct Opening {
    OwnSessions* own_sessions = nullptr;
    std::uint64_t number = 0;
  };
  Session() = default;
  static void on_notice(void* self, const PGresult* result);

  std::unique_ptr<PGconn, Finish> connection_;
  Opening opening_;
  std::string doing_;  // "connect to database app_db as app_user"
  Answer answer_;      // what has come of it
  bool complete_ = true;
  std::unique_ptr<Failure> fatal_ =
      std::make_unique<Failure>();  // address is libpq's callback argument
};

// "23505: duplicate key …", for one-line messages.
std::string to_string(const Failure& failure);

// 'text' quoted as an SQL literal, "text" as an identifier.
std::string quote_literal(const std::string& text);
std::string quote_identifier(const std::string& text);

}  // namespace ride::sandbox
