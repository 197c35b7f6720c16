#include "tests/lab/proxy_process.hpp"

#include <algorithm>
#include <csignal>
#include <sstream>
#include <stdexcept>

#include "journal/event_json.hpp"
#include "journal/reader.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/postgres.hpp"

namespace ride::lab {
namespace {

namespace json = boost::json;

bool has(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The one whole line that is an object, among the lines of the log; or "".
std::string object_line(const std::string& output) {
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line) && !lines.eof();)
    if (line.starts_with('{')) return line;
  return {};
}

}  // namespace

ProxyProcess::ProxyProcess(const std::vector<std::string>& words,
                           const std::vector<std::string>& environment) {
  std::vector<std::string> all{RIDE_PROGRAM, "proxy", "--json"};
  if (!has(words, "--listen")) all.insert(all.end(), {"--listen", "127.0.0.1:0"});
  if (!has(words, "--upstream"))
    all.insert(all.end(), {"--upstream", test::Postgres::instance().socket_directory()});
  if (!has(words, "--journal"))
    all.insert(all.end(), {"--journal", (folder_ / "journal").string()});
  all.insert(all.end(), words.begin(), words.end());
  process_ = std::make_unique<test::Child>(all, test::ChildOptions{.environment = environment});
  std::string line;
  test::eventually([&] {
    line = object_line(process_->output());
    return !line.empty() || !process_->running();
  });
  if (line.empty()) throw std::runtime_error("ride proxy did not start: " + process_->output());
  said_ = json::parse(line).as_object();
}

std::string ProxyProcess::said(const std::string& key) const {
  return std::string(said_.at(key).as_string());
}

int ProxyProcess::port() const { return said_.at("port").to_number<int>(); }

int ProxyProcess::stop() {
  process_->signal(SIGTERM);
  return process_->wait();
}

std::string ProxyProcess::dsn(const std::string& more) const {
  return "host=127.0.0.1 port=" + std::to_string(port()) +
         " user=oncall dbname=postgres sslmode=disable " + more;
}

Outcome ProxyProcess::psql(const std::string& input, const std::vector<std::string>& more) const {
  std::vector<std::string> all{"psql", "-X", "-q", "-A", "-t", dsn()};
  all.insert(all.end(), more.begin(), more.end());
  return run_program(all, {}, input);
}

Outcome ProxyProcess::psql_at(const std::string& dsn, const std::string& input) const {
  return run_program({"psql", "-X", "-q", "-A", "-t", dsn}, {}, input);
}

std::vector<json::object> ProxyProcess::events(const std::string& kind) const {
  std::vector<json::object> out;
  journal::Reader reader(file());
  for (const auto& event : reader.all()) {
    auto object = journal::to_json(event);
    if (object.at("kind").as_string() == kind) out.push_back(std::move(object));
  }
  return out;
}

Outcome run_ride(const std::vector<std::string>& words,
                 const std::vector<std::string>& environment) {
  std::vector<std::string> all{RIDE_PROGRAM};
  all.insert(all.end(), words.begin(), words.end());
  return run_program(all, environment);
}

}  // namespace ride::lab
