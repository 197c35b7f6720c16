// A small incident of the tests' own, booted for real: database `shop` with one table, `runner`
// that holds a lock on it idle in its transaction, `writer` that queues behind it. Templates are
// kept in the directory the tests run in, so that only the first test makes one.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "journal/event.hpp"
#include "journal/writer.hpp"
#include "sandbox/sandbox.hpp"
#include "sandbox/session.hpp"
#include "tests/support/temporary_directory.hpp"

namespace ride::test {

// The scenario's scenario.yaml; tests replace parts of it.
extern const char* const shop_yaml;

// A scenario folder with this YAML and its seed.
class ScenarioFolder {
 public:
  explicit ScenarioFolder(const std::string& yaml = shop_yaml);
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TemporaryDirectory folder_;
};

std::string replaced(std::string text, const std::string& what, const std::string& by);
std::filesystem::path shared_cache();

// The message of what `work` throws, "" where it throws nothing.
template <typename Work>
std::string error_of(Work work) {
  try {
    work();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

class Incident {
 public:
  explicit Incident(sandbox::Mode mode = sandbox::Mode::local, const std::string& yaml = shop_yaml,
                    const std::filesystem::path& cache = shared_cache());
  ~Incident();

  sandbox::Sandbox& sandbox() { return *sandbox_; }
  sandbox::Endpoint endpoint() const;
  // As the learner. Throws SessionError.
  sandbox::Session oncall(const std::string& database = "shop") const;
  sandbox::Session login(const std::string& role, const std::string& password,
                         const std::string& database = "shop") const;

  // The events recorded up to now, as journal::to_json() tells them.
  std::vector<boost::json::object> events(const std::string& kind);
  // Texts of the recorded log lines that contain `part`, behind a fence.
  std::vector<std::string> logged(const std::string& part);
  // Who connected around the proxy, by the record behind a fence.
  std::vector<std::string> bypasses();
  // The states that actors went through, in order: "writer waiting".
  std::vector<std::string> states() const;
  bool reached(const std::string& state) const;
  const std::vector<std::string>& progress() const { return progress_; }

 private:
  ScenarioFolder folder_;
  TemporaryDirectory home_;
  sandbox::Scenario scenario_;
  Clock clock_;
  journal::Writer writer_;
  std::vector<std::string> progress_;
  mutable std::mutex mutex_;
  std::vector<std::string> states_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
};

}  // namespace ride::test
