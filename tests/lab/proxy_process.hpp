// `ride proxy` as a child process, before a PostgreSQL of the test's own, with a journal folder of
// its own. Everything goes through its command line, its signals and its sockets.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "tests/lab/lab.hpp"
#include "tests/support/child.hpp"
#include "tests/support/temporary_directory.hpp"

namespace ride::lab {

class ProxyProcess {
 public:
  // Returns once it takes connections. Unless `words` say so, it listens on a free port of
  // 127.0.0.1 and its server is the one of test::Postgres::instance().
  explicit ProxyProcess(const std::vector<std::string>& words = {},
                        const std::vector<std::string>& environment = {});

  const boost::json::object& said() const { return said_; }  // what --json printed
  std::string said(const std::string& key) const;
  int port() const;
  std::filesystem::path file() const { return said("journal"); }
  const std::filesystem::path& folder() const { return folder_.path(); }
  test::Child& process() { return *process_; }

  int stop();  // SIGTERM; its exit status

  // "host=127.0.0.1 port=… user=oncall dbname=postgres sslmode=disable"
  std::string dsn(const std::string& more = "") const;
  // The real psql over that, its input, and more words of the command line.
  Outcome psql(const std::string& input, const std::vector<std::string>& more = {}) const;
  Outcome psql_at(const std::string& dsn, const std::string& input) const;

  // What is in the file, as journal/event_json.hpp shows it: of a living proxy as far as it is
  // committed.
  std::vector<boost::json::object> events(const std::string& kind) const;

 private:
  test::TemporaryDirectory folder_;
  std::unique_ptr<test::Child> process_;
  boost::json::object said_;
};

// `ride` with these words, to its end.
Outcome run_ride(const std::vector<std::string>& words,
                 const std::vector<std::string>& environment = {});

}  // namespace ride::lab
