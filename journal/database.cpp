#include "journal/database.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "journal/disk.hpp"
#include "journal/event_json.hpp"
#include "journal/fields.hpp"
#include "journal/schema.hpp"
#include "journal/stored_chain.hpp"

namespace ride::journal {
namespace {

constexpr int busy_wait_ms_max = 10'000;
constexpr std::uint64_t little_room_bytes = 1U << 20U;

// What a person can do about it, for the results where that is known.
std::string_view advice(int result) {
  switch (result) {
    case SQLITE_FULL:
      return "; free some space on this disk";
    case SQLITE_IOERR:
      return "; is the disk full or failing?";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return "; check that this file and its folder can be written";
    case SQLITE_CORRUPT:
      return "; the file is damaged, work with a copy of it";
    case SQLITE_BUSY:
      return "; another program is using the file";
    default:
      return "";
  }
}

std::string uri_of(const std::filesystem::path& file, std::string_view parameters) {
  std::string out = "file:";
  for (const char c : file.string()) {
    if (c == '?' || c == '#' || c == '%') {
      out += "%" + to_hex({&c, 1});
    } else {
      out += c;
    }
  }
  return out + "?" + std::string(parameters);
}

void require_exists(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error))
    throw std::runtime_error(file.string() + ": no such file" +
                             (error ? " (" + error.message() + ")" : ""));
}

void make_empty(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0)
    throw std::system_error(errno, std::system_category(),
                            file.string() + ": cannot create the attempt file");
  ::close(descriptor);
}

void use_wal(const Database& database) {
  auto statement = database.prepare("PRAGMA journal_mode = WAL");
  if (!statement.step() || statement.bytes(0) != "wal")
    throw std::runtime_error(database.file().string() +
                             ": cannot use a write-ahead log here; put it on a local disk");
  statement.reset();
  // A larger log than usual before it is moved into the file: fewer fsyncs while events stream in.
  database.run("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4096");
}

std::string random_file_id() {
  std::array<char, 8> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw std::system_error(errno, std::system_category(), "cannot draw random bytes");
  return to_hex({bytes.data(), bytes.size()});
}

void fill_dictionaries(const Database& database) {
  auto kind = database.prepare("INSERT OR IGNORE INTO kinds VALUES (?, ?)");
  for (const auto& info : all_kinds())
    kind.bind(1, static_cast<std::int64_t>(info.kind)).bind_text(2, info.name).run();
  auto field = database.prepare("INSERT OR IGNORE INTO fields VALUES (?, ?, ?)");
  for (const auto& info : all_fields())
    field.bind(1, static_cast<std::int64_t>(info.field))
        .bind_text(2, info.name)
        .bind_text(3, type_name(info.type))
        .run();
}

// The steps from that version of the format to ours.
void apply_steps(const Database& database, int from) {
  for (const auto step : schema_steps().subspan(static_cast<std::size_t>(from)))
    database.run(std::string(step));
  database.run("PRAGMA user_version = " + std::to_string(format_version));
  fill_dictionaries(database);
}

void upgrade(const Database& database) {
  const auto from = static_cast<int>(database.integer("PRAGMA user_version"));
  if (from == format_version) return;
  Transaction transaction(database);
  apply_steps(database, from);
  chain_all(database);
  transaction.commit();
}

// SQLite counts its memory under a lock at each allocation, for statistics that nobody asks for. Of
// use only before anybody in the process has opened a database; later it is refused, which does no
// harm.
void count_no_memory() {
  static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(once);
}

// A copy whose writer was alive says "WAL" in its header. Where its folder cannot be written,
// SQLite opens it only when told that nobody changes it, which is so where there is no log beside
// it.
bool needs_immutable(const Database& database) {
  auto log = database.file();
  log += "-wal";
  if (std::filesystem::exists(log)) return false;
  sqlite3_exec(database.get(), "PRAGMA schema_version", nullptr, nullptr, nullptr);
  const int result = sqlite3_errcode(database.get());
  return result == SQLITE_CANTOPEN || result == SQLITE_READONLY;
}

}  // namespace

void Database::Release::operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }

Database::Database(std::filesystem::path file, const std::string& name, int flags)
    : file_(std::move(file)) {
  count_no_memory();
  sqlite3* handle = nullptr;
  const int result = sqlite3_open_v2(name.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (result != SQLITE_OK) fail("open it");
  sqlite3_extended_result_codes(handle, 0);
  sqlite3_busy_timeout(handle, busy_wait_ms_max);
  // Nothing in a file is trusted: no function with side effects from its schema, no writing of it.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
}

Database Database::create(const std::filesystem::path& file) {
  make_empty(file);
  try {
    Database database(file, file.string(), SQLITE_OPEN_READWRITE);
    database.run("PRAGMA page_size = 8192");
    use_wal(database);
    Transaction transaction(database);
    database.run("PRAGMA application_id = " + std::to_string(application_id));
    apply_steps(database, 0);
    set_meta(database, "file_id", random_file_id());
    transaction.commit();
    return database;
  } catch (...) {
    remove(file);
    throw;
  }
}

bool Database::was_never_made(const std::filesystem::path& file) {
  require_exists(file);
  const Database database(file, file.string(), SQLITE_OPEN_READWRITE);
  sqlite3_exec(database.get(), "PRAGMA schema_version", nullptr, nullptr, nullptr);
  if (sqlite3_errcode(database.get()) == SQLITE_NOTADB) return false;
  return database.integer("PRAGMA page_count") <= 1 &&
         database.integer("SELECT count(*) FROM sqlite_schema") == 0;
}

void Database::remove(const std::filesystem::path& file) {
  std::error_code ignored;
  for (const auto* const suffix : {"", "-wal", "-shm", "-journal"})
    std::filesystem::remove(file.string() + suffix, ignored);
}

Database Database::open_for_writing(const std::filesystem::path& file) {
  require_exists(file);
  Database database(file, file.string(), SQLITE_OPEN_READWRITE);
  database.check_ours();
  use_wal(database);
  upgrade(database);
  return database;
}

Database Database::open_for_reading(const std::filesystem::path& file) {
  require_exists(file);
  Database database(file, file.string(), SQLITE_OPEN_READONLY);
  if (needs_immutable(database))
    database = Database(file, uri_of(file, "immutable=1"), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
  database.check_ours();
  database.run("PRAGMA cell_size_check = ON");
  return database;
}

// Views and triggers are never ours, and could make a plain SELECT or INSERT do something else.
void Database::check_ours() const {
  const std::string name = file_.string();
  sqlite3_exec(get(), "PRAGMA schema_version", nullptr, nullptr, nullptr);
  const bool foreign = sqlite3_errcode(get()) == SQLITE_NOTADB;
  if (!foreign && integer("SELECT count(*) FROM sqlite_schema") == 0)
    throw std::runtime_error(name +
                             ": is not a ride attempt file, it holds nothing; if ride or the "
                             "machine died while it was being made, remove it");
  if (foreign || integer("PRAGMA application_id") != application_id)
    throw std::runtime_error(name + ": is not a ride attempt file");
  const auto version = integer("PRAGMA user_version");
  if (version > format_version)
    throw std::runtime_error(name + ": was made by a newer ride (format " +
                             std::to_string(version) + ", this ride reads up to " +
                             std::to_string(format_version) + "); update ride");
  const auto tables = integer(
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name IN "
      "('events', 'texts', 'rings', 'meta', 'checkpoints', 'keys')");
  if (version < 1 || tables != (version == 1 ? 4 : 6))
    throw std::runtime_error(name + ": is damaged: tables of a ride attempt file are missing");
  if (integer("SELECT count(*) FROM sqlite_schema WHERE type IN ('view', 'trigger')") != 0)
    throw std::runtime_error(name +
                             ": holds views or triggers, which ride never makes; it was changed");
}

Statement Database::prepare(std::string_view sql) const {
  sqlite3_stmt* handle = nullptr;
  const int result =
      sqlite3_prepare_v2(get(), sql.data(), static_cast<int>(sql.size()), &handle, nullptr);
  if (result != SQLITE_OK) fail("prepare " + std::string(sql.substr(0, sql.find(' '))));
  return Statement(handle);
}

void Database::run(const std::string& sql) const {
  if (sqlite3_exec(get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    fail("run " + sql.substr(0, sql.find_first_of(" \n")));
}

std::int64_t Database::integer(std::string_view sql) const {
  auto statement = prepare(sql);
  return statement.step() ? statement.integer(0) : 0;
}

void Database::fail(std::string_view doing) const { throw_sqlite(get(), file_.string(), doing); }

void throw_sqlite(sqlite3* handle, std::string_view file, std::string_view doing) {
  const int result = sqlite3_errcode(handle);
  const std::string line = std::string(file) + ": cannot " + std::string(doing) + ": " +
                           sqlite3_errmsg(handle) + std::string(advice(result));
  if (result == SQLITE_BUSY) throw BusyError(line);
  // Where it is the index of its log that cannot grow, SQLite speaks of an I/O error.
  if (result == SQLITE_FULL || (result == SQLITE_IOERR && free_bytes(file) < little_room_bytes))
    throw DiskFullError(line);
  throw std::runtime_error(line);
}

Transaction::Transaction(const Database& database) : database_(database) {
  database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (open_) sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.run("COMMIT");
  open_ = false;
}

void apply_schema(const Database& database, std::string_view sql) {
  if (sqlite3_get_autocommit(database.get()) == 0) return database.run(std::string(sql));
  Transaction transaction(database);
  database.run(std::string(sql));
  transaction.commit();
}

void checkpoint(const Database& database) {
  auto statement = database.prepare("PRAGMA wal_checkpoint(TRUNCATE)");
  if (statement.step() && statement.integer(0) != 0)
    throw BusyError(
        database.file().string() +
        ": cannot complete the file: a program that reads it does not let go; end that");
}

void put_at_rest(const Database& database) {
  checkpoint(database);
  sqlite3_busy_timeout(database.get(), 200);
  const int result =
      sqlite3_exec(database.get(), "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr);
  sqlite3_busy_timeout(database.get(), busy_wait_ms_max);
  if (result != SQLITE_OK && result != SQLITE_BUSY) database.fail("complete the file");
}

std::string get_meta(const Database& database, std::string_view key) {
  auto statement = database.prepare("SELECT value FROM meta WHERE key = ?");
  statement.bind_text(1, key);
  return statement.step() ? std::string(statement.bytes(0)) : std::string();
}

void set_meta(const Database& database, std::string_view key, std::string_view value) {
  database.prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)")
      .bind_text(1, key)
      .bind_text(2, value)
      .run();
}

}  // namespace ride::journal
