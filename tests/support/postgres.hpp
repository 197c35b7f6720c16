// A throw-away PostgreSQL server of the test's own: unix socket only, in a temporary directory,
// gone with the object. Its superuser is `postgres`, who comes in without a password; so does
// everybody but `scram_user`, who needs one (see postgres.cpp).
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
  // `settings`: "name=value", beside those of postgres.cpp. Throws std::runtime_error where there
  // is no PostgreSQL, or it does not come up.
  explicit Postgres(const std::vector<std::string>& settings = {});
  ~Postgres();

  std::string socket_directory() const { return directory_.path().string(); }
  static constexpr std::uint16_t port = 5432;

  // Runs one command directly, as the superuser; the single value it returns, or "".
  std::string value(const std::string& sql, const std::string& database = "postgres") const;

  // One for all tests of this program.
  static Postgres& instance();

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<Child> server_;
};

// The folder of initdb and postgres: PATH, pg_config, then /usr/lib/postgresql/*/bin, newest first.
std::string postgres_programs();

}  // namespace ride::test
