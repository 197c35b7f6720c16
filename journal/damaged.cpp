// Database::open_damaged: a database in which SQLite finds as much as can be found.
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>

#include "journal/database.hpp"
#include "journal/schema.hpp"

namespace ride::journal {
namespace {

// A file that lost its schema is read in memory; a larger one is refused.
constexpr std::uint64_t in_memory_bytes_max = std::uint64_t{1} << 31U;

// Of SQLite's file header (https://sqlite.org/fileformat.html, 1.3): where numbers stand, all of
// them big-endian.
constexpr std::size_t header_bytes = 100;
constexpr std::size_t page_size_at = 16;
constexpr std::size_t page_count_at = 28;
constexpr std::size_t user_version_at = 60;
constexpr std::size_t application_id_at = 68;
constexpr char leaf_of_table = 0x0d;

using Header = std::array<unsigned char, header_bytes>;

std::uint32_t number_at(const Header& header, std::size_t at, std::size_t bytes = 4) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < bytes; ++i) out = out << 8U | header.at(at + i);
  return out;
}

// By hand: SQLite answers no PRAGMA before it could read a schema.
Header read_header(const std::filesystem::path& file) {
  Header header{};
  std::ifstream in(file, std::ios::binary);
  in.read(reinterpret_cast<char*>(header.data()), header_bytes);
  const auto version = number_at(header, user_version_at);
  if (!in || std::memcmp(header.data(), "SQLite format 3", 16) != 0 ||
      number_at(header, application_id_at) != application_id || version < 1 ||
      version > format_version)
    throw std::runtime_error(file.string() + ": is not a ride attempt file");
  return header;
}

void let_write_schema(sqlite3* handle) {
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, nullptr);
}

// Part of the schema may be lost. What there is of it must be ours; false: the events are not in
// it.
bool has_events(const Database& database) {
  bool events = false, foreign = false;
  try {
    auto rows = database.prepare(
        "SELECT type = 'table' AND name = 'events', type IN ('view', 'trigger')"
        " FROM sqlite_schema ORDER BY rowid");
    while (rows.step()) {
      events = events || rows.integer(0) != 0;
      foreign = foreign || rows.integer(1) != 0;
    }
  } catch (const std::runtime_error&) {  // the rest of it
  }
  if (foreign)
    throw std::runtime_error(database.file().string() +
                             ": holds views or triggers, which ride never makes; it was changed");
  return events;
}

// The first page of an empty file of that format: its tables stand where they stand in each file,
// because they are made first.
std::string first_page(const Database& scratch, const Header& header) {
  auto page_size = number_at(header, page_size_at, 2);
  if (page_size == 1) page_size = 65'536;
  scratch.run("PRAGMA page_size = " + std::to_string(page_size));
  scratch.run("PRAGMA application_id = " + std::to_string(application_id));
  for (const auto step : schema_steps().first(number_at(header, user_version_at)))
    scratch.run(std::string(step));
  scratch.run("PRAGMA user_version = " + std::to_string(number_at(header, user_version_at)));
  sqlite3_int64 size = 0;
  const std::unique_ptr<unsigned char, decltype(&sqlite3_free)> image(
      sqlite3_serialize(scratch.get(), "main", &size, 0), &sqlite3_free);
  if (!image || size < static_cast<sqlite3_int64>(page_size) ||
      image.get()[header_bytes] != leaf_of_table)
    scratch.fail("rebuild its schema");
  return {reinterpret_cast<const char*>(image.get()), page_size};
}

// The file's bytes behind another first page, in whole pages, owned by SQLite.
void read_behind(const Database& database, std::string page) {
  const auto size = std::filesystem::file_size(database.file()) / page.size() * page.size();
  if (size > in_memory_bytes_max)
    throw std::runtime_error(database.file().string() +
                             ": its schema is lost, and it is too large to be read without");
  if (size == 0)
    throw std::runtime_error(database.file().string() + ": holds nothing but a header");
  const auto pages = static_cast<std::uint32_t>(size / page.size());
  for (std::size_t i = 0; i < 4; ++i)
    page[page_count_at + i] = static_cast<char>(pages >> (24U - 8U * i));
  auto* const bytes = static_cast<unsigned char*>(sqlite3_malloc64(size));
  if (bytes == nullptr) throw std::bad_alloc();
  std::ifstream in(database.file(), std::ios::binary);
  in.read(reinterpret_cast<char*>(bytes), static_cast<std::streamsize>(size));
  std::memcpy(bytes, page.data(), page.size());
  const auto length = static_cast<sqlite3_int64>(size);
  const int result =
      sqlite3_deserialize(database.get(), "main", bytes, length, length,
                          SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY);
  if (result != SQLITE_OK || !in) database.fail("read it");
}

}  // namespace

// SQLite reads a file that was cut off, and a schema whose pages lie behind the cut, only where the
// schema may be written. It is opened read-only all the same. Where the page with our tables in it
// is lost, they are known: a copy in memory is read whose first page is that of a new file.
Database Database::open_damaged(const std::filesystem::path& file) {
  const auto header = read_header(file);
  Database database(file, file.string(), SQLITE_OPEN_READONLY);
  let_write_schema(database.get());
  if (!has_events(database)) {
    const auto page = first_page(Database(file, ":memory:", SQLITE_OPEN_READWRITE), header);
    database = Database(file, ":memory:", SQLITE_OPEN_READWRITE);
    let_write_schema(database.get());
    read_behind(database, page);
  }
  database.run("PRAGMA cell_size_check = ON");
  return database;
}

}  // namespace ride::journal
