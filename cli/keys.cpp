#include "cli/keys.hpp"

#include <cstdlib>

#include "cli/failure.hpp"
#include "journal/database.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;
using journal::SigningKey;

fs::path key_folder(const fs::path& journal_folder) { return journal_folder / "key"; }

bool has_home() {
  const char* const home = std::getenv("RIDE_HOME");
  return home != nullptr && *home != '\0';
}

std::optional<SigningKey> key_of_home() {
  try {
    return SigningKey::load(find_home().key());
  } catch (const Failure&) {
    return std::nullopt;  // nothing says where it would be
  }
}

bool has_signed(const SigningKey& key, const journal::Database& database) {
  auto rows = database.prepare("SELECT 1 FROM keys WHERE vkey = ?");
  return rows.bind_text(1, key.public_key().vkey()).step();
}

}  // namespace

SigningKey home_key(const Home& home) { return SigningKey::ensure(home.key()); }

SigningKey proxy_key(const fs::path& journal_folder) {
  return has_home() ? home_key(find_home()) : SigningKey::ensure(key_folder(journal_folder));
}

std::optional<SigningKey> key_of(const fs::path& file) {
  const auto database = journal::Database::open_for_reading(file);
  auto home = key_of_home();
  if (database.integer("PRAGMA user_version") < 2) return home;  // nobody has signed it
  if (home && has_signed(*home, database)) return home;
  auto beside = SigningKey::load(key_folder(fs::absolute(file).parent_path()));
  if (beside && has_signed(*beside, database)) return beside;
  const bool unsigned_yet = database.integer("SELECT count(*) FROM keys") == 0;
  if (!unsigned_yet) return std::nullopt;
  return has_home() || !beside ? home : beside;  // as proxy_key() would
}

}  // namespace ride::cli
