// A throw-away PostgreSQL server of the test's own: in a temporary directory, gone with the object,
// on a unix socket only, or at a port of 127.0.0.1 as well. Its superuser is `postgres`, who comes
// in without a password; so does everybody but `scram_user`, who needs one (see postgres.cpp).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/child.hpp"
#include "tests/support/temporary_directory.hpp"

namespace ride::test {

inline constexpr const char* scram_password = "planted-sCRam-secret";

class Postgres {
 public:
  // `settings`: "name=value", beside those of postgres.cpp. `tcp_port`: where it listens too, and
  // its socket has that number then; 0: nowhere. Throws std::runtime_error where there is no
  // PostgreSQL, or it does not come up.
  explicit Postgres(const std::vector<std::string>& settings = {}, std::uint16_t tcp_port = 0);
  ~Postgres();

  std::string socket_directory() const { return directory_.path().string(); }
  static constexpr std::uint16_t port = 5432;

  // Runs one command directly, as the superuser; the single value it returns, or "".
  std::string value(const std::string& sql, const std::string& database = "postgres") const;

  // One for all tests of this program.
  static Postgres& instance();

 private:
  TemporaryDirectory directory_;
  std::uint16_t port_ = port;
  std::unique_ptr<Child> server_;
};

// A TCP port of 127.0.0.1 that nobody listens at.
std::uint16_t free_port();

// The folder of initdb and postgres: PATH, pg_config, then /usr/lib/postgresql/*/bin, newest first.
std::string postgres_programs();

}  // namespace ride::test
