#include "journal/key.hpp"

#include <sys/stat.h>

#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride::journal;

namespace {

// Of the package documentation of Go's golang.org/x/mod/sumdb/note, which defined the format.
constexpr const char* known_key =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

mode_t mode_of(const std::filesystem::path& path) {
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  return found.st_mode & 0777U;
}

}  // namespace

TEST_CASE("a key of another program's is read, and named by its id", "[journal][key]") {
  const auto key = PublicKey::parse(known_key);
  REQUIRE(key);
  CHECK(key->name() == "PeterNeumann");
  CHECK(key->vkey() == known_key);
  CHECK(key->id() == KeyId{'\xc7', '\x4f', '\x20', '\xa3'});
}

TEST_CASE("a line that is no key, or has another key's id, is refused", "[journal][key]") {
  for (const char* line :
       {"", "PeterNeumann", "PeterNeumann+c74f20a3", "+c74f20a3+ARpc", "PeterNeumann+c74f20a3+ARpc",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"})
    CHECK_FALSE(PublicKey::parse(line).has_value());
}

TEST_CASE("a signature fits its message and its key alone", "[journal][key]") {
  const auto key = SigningKey::generate();
  const auto signature = key.sign("message");
  CHECK(key.public_key().verifies("message", signature));
  CHECK_FALSE(key.public_key().verifies("massage", signature));
  CHECK_FALSE(key.public_key().verifies("message", signature.substr(1)));
  CHECK_FALSE(SigningKey::generate().public_key().verifies("message", signature));
  CHECK(PublicKey::parse(key.public_key().vkey())->verifies("message", signature));
}

TEST_CASE("a key is made once, for its owner alone, with its public half beside it",
          "[journal][key]") {
  const TemporaryFolder folder;
  const auto keys = folder / "keys";
  CHECK_FALSE(SigningKey::load(keys).has_value());
  const auto made = SigningKey::ensure(keys);
  CHECK(SigningKey::ensure(keys).public_key().vkey() == made.public_key().vkey());
  CHECK(SigningKey::load(keys)->public_key().vkey() == made.public_key().vkey());
  CHECK(made.public_key().verifies("m", SigningKey::load(keys)->sign("m")));
  CHECK(mode_of(keys) == 0700);
  CHECK(mode_of(keys / "journal.key") == 0600);
  CHECK(load(keys / "journal.vkey") == made.public_key().vkey() + "\n");
  CHECK(std::distance(std::filesystem::directory_iterator(keys), {}) == 2);
}

TEST_CASE("a file that is no key is left alone, and named", "[journal][key]") {
  const TemporaryFolder folder;
  save(folder / "journal.key", "no key");
  CHECK(contains(error_of([&] { SigningKey::ensure(folder.path()); }),
                 (folder / "journal.key").string() + ": is no signing key"));
  CHECK(load(folder / "journal.key") == "no key");
}
