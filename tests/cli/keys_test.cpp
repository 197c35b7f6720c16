#include "cli/keys.hpp"

#include <stdlib.h>

#include "journal/writer.hpp"
#include "tests/catch.hpp"
#include "tests/cli/temporary_home.hpp"

using namespace ride::cli;
namespace fs = std::filesystem;
namespace journal = ride::journal;

namespace {

// RIDE_HOME for the length of a test; nullptr: not set.
class Environment {
 public:
  explicit Environment(const char* home) {
    if (home == nullptr)
      ::unsetenv("RIDE_HOME");
    else
      ::setenv("RIDE_HOME", home, 1);
  }
  ~Environment() { ::unsetenv("RIDE_HOME"); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
};

std::string name_of(const journal::SigningKey& key) { return key.public_key().vkey(); }

fs::path record(const fs::path& folder, const journal::SigningKey& key) {
  journal::Writer writer(folder / "a.ride", {.key = key});
  writer.close();
  return writer.file();
}

}  // namespace

TEST_CASE("a proxy signs with the key of RIDE_HOME, and else with one beside its files",
          "[cli][keys]") {
  const TemporaryHome temporary;
  const auto folder = temporary.home().root / "proxied";
  {
    const Environment environment(temporary.home().root.c_str());
    CHECK(name_of(proxy_key(folder)) == name_of(home_key(temporary.home())));
    CHECK_FALSE(fs::exists(folder));
  }
  const Environment environment(nullptr);
  CHECK(name_of(proxy_key(folder)) != name_of(home_key(temporary.home())));
  CHECK(fs::exists(folder / "key" / "journal.key"));
}

TEST_CASE("a file is recovered with the key that signed it, and no other", "[cli][keys]") {
  const TemporaryHome temporary;
  const Environment environment(temporary.home().root.c_str());
  const auto home = home_key(temporary.home());
  const auto folder = temporary.home().root / "proxied";
  fs::create_directories(folder);
  const auto beside = journal::SigningKey::ensure(folder / "key");
  SECTION("that of RIDE_HOME") { CHECK(name_of(*key_of(record(folder, home))) == name_of(home)); }
  SECTION("the one beside it") {
    CHECK(name_of(*key_of(record(folder, beside))) == name_of(beside));
  }
  SECTION("another, which is not here") {
    CHECK_FALSE(key_of(record(folder, journal::SigningKey::generate())).has_value());
  }
}
