// Another major version of PostgreSQL than the machine's own: server and psql out of the root that
// tools/postgres-root made, run there by chroot. The server listens on a unix socket that both
// sides of the chroot see; psql comes by TCP. Where there is no such root the test is skipped, in
// one line that ctest counts:
//
//   if (skipped_without_postgres(18)) return;
//   RootedPostgres server(18);
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/child.hpp"

namespace ride::test {

// True, with a line that says why, where this major version cannot be run here.
bool skipped_without_postgres(int major);

class RootedPostgres {
 public:
  // `settings`: postgres' own arguments, e.g. {"-c", "ssl=on"}; `hba`: lines of pg_hba.conf to come
  // before those that let everybody in; `tcp_port`: listen there on 127.0.0.1, too, and the socket
  // is of that number. Throws std::runtime_error where it does not come up.
  explicit RootedPostgres(int major, const std::vector<std::string>& settings = {},
                          const std::string& hba = {}, std::uint16_t tcp_port = 0);
  ~RootedPostgres();
  RootedPostgres(const RootedPostgres&) = delete;
  RootedPostgres& operator=(const RootedPostgres&) = delete;

  std::string socket_directory() const { return root_ + inside_; }  // as seen from outside
  static constexpr std::uint16_t port = 5432;                       // unless it was given one
  // A file of its data directory, which the server alone can read.
  void put(const std::string& name, const std::string& content) const;

  // One command at the server itself, as its superuser; the single value it returns.
  std::string value(const std::string& sql) const;

 private:
  std::string root_;
  std::uint16_t port_;
  std::string inside_;  // the server's folder, as seen from inside
  std::unique_ptr<Child> server_;
};

// psql of that major version, ready to be run: its arguments, and in which root.
struct RootedPsql {
  explicit RootedPsql(int major, const std::vector<std::string>& arguments,
                      const std::vector<std::string>& environment = {});
  std::vector<std::string> argv;
  ChildOptions options;
};

}  // namespace ride::test
