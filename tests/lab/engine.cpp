#include "tests/lab/engine.hpp"

#include <cstdlib>

namespace ride::lab {
namespace {

std::string value_of(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

}  // namespace

std::string test_image() { return value_of("RIDE_TEST_IMAGE", "postgres:17"); }

std::string why_no_containers() {
  const auto asked = run_program(
      {"sh", "-c", "docker image inspect --format '{{.Id}}' \"$0\" 2>&1", test_image()});
  if (asked.exit_code == 0) return "";
  const auto end = asked.out.find_last_not_of('\n');
  const auto last = asked.out.substr(0, end + 1);
  return "SKIPPED: containers are not tested here: " + last.substr(last.rfind('\n') + 1);
}

Outcome docker(std::vector<std::string> words) {
  words.insert(words.begin(), "docker");
  return run_program(words);
}

bool skipped_without_containers() {
  const auto why = why_no_containers();
  if (!why.empty()) WARN(why);
  return !why.empty();
}

std::vector<std::string> in_container() {
  return {"--sandbox", "docker", "--postgres", test_image()};
}

bool container_exists(const std::string& name) {
  return docker({"container", "inspect", name}).exit_code == 0;
}

bool in_containers() { return value_of("RIDE_TEST_SANDBOX", "local") == "docker"; }

std::vector<std::string> sandbox_words() {
  if (in_containers()) return in_container();
  return {"--sandbox", "local"};
}

}  // namespace ride::lab
