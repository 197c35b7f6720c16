// SQLite for the journal: an open attempt file and its prepared statements. Opening checks that the
// file is one of ours before anything in it is believed. Every failure throws std::runtime_error
// with one line that names the file, what was being done and SQLite's reason. A Database belongs to
// one thread at a time.
//
// While a file is open here, nobody in this process may open and close it by other means: that
// would drop SQLite's locks on it (POSIX locks go with the first close).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace ride::journal {

inline constexpr std::uint32_t application_id = 0x52494445;  // "RIDE"
inline constexpr int format_version = 2;                     // user_version of files made now

// SQLite said BUSY: another connection holds the lock. Trying again later is sound.
class BusyError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// There is no room on the disk. Nothing was changed, and trying again once there is room is sound.
class DiskFullError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws for the handle's last error; see Database::fail.
[[noreturn]] void throw_sqlite(sqlite3* handle, std::string_view file, std::string_view doing);

// A prepared statement; borrowed from its Database, which must outlive it. Indexes of parameters
// count from 1 and of columns from 0, as SQLite's do. Bound bytes are not copied: they must live
// until reset().
class Statement {
 public:
  Statement() = default;

  Statement& bind(int index, std::int64_t value);
  Statement& bind_text(int index, std::string_view value);
  Statement& bind_blob(int index, Bytes value);
  Statement& bind_null(int index);

  bool step();  // true: there is a row
  void run();   // steps to the end and resets, ready for new values
  void reset();

  std::int64_t integer(int column) const;
  Bytes bytes(int column) const;  // text or blob; dies with the next step
  bool is_null(int column) const;
  sqlite3_stmt* get() const { return handle_.get(); }

 private:
  friend class Database;
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}
  struct Release {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };

  void check(int result) const;

  std::unique_ptr<sqlite3_stmt, Release> handle_;
};

class Database {
 public:
  // A new file (0600) with the schema of this version. Throws when there is one already.
  static Database create(const std::filesystem::path& file);
  // An existing attempt file, checked, for the one writer and for recovery: WAL,
  // synchronous=NORMAL. A file of an older format becomes one of this format.
  static Database open_for_writing(const std::filesystem::path& file);
  // An existing attempt file of any origin, checked, defensive and read-only. Works beside a live
  // writer, and in folders that cannot be written.
  static Database open_for_reading(const std::filesystem::path& file);

  // The same of a file that may be shorter than it says, or hold damaged pages: its header must be
  // there. What is read may fail at any step (see salvage.hpp). Where its schema is lost the whole
  // file is in memory, up to 2 GiB, and has the tables of an empty file.
  static Database open_damaged(const std::filesystem::path& file);

  // Whether there is nothing in it, not even a table: ride or the machine died while it was being
  // made. May roll back what SQLite left beside it. The caller holds the writer's lock.
  static bool was_never_made(const std::filesystem::path& file);

  // The file and SQLite's logs beside it, when making an attempt file failed half-way.
  static void remove(const std::filesystem::path& file);

  Database(Database&&) noexcept = default;
  Database& operator=(Database&&) noexcept = default;

  Statement prepare(std::string_view sql) const;
  void run(const std::string& sql) const;  // one or more statements without results
  std::int64_t integer(
      std::string_view sql) const;  // the first value of the first row, 0 where none

  sqlite3* get() const { return handle_.get(); }
  const std::filesystem::path& file() const { return file_; }
  // `doing` as in "store events": "/…/a.ride: cannot store events: database or disk is full".
  [[noreturn]] void fail(std::string_view doing) const;

 private:
  struct Release {
    void operator()(sqlite3* database) const noexcept;
  };

  Database(std::filesystem::path file, const std::string& name, int flags);
  void check_ours() const;

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Release> handle_;
};

// BEGIN IMMEDIATE now; ROLLBACK at the end of the scope unless commit() was called.
class Transaction {
 public:
  explicit Transaction(const Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  const Database& database_;
  bool open_ = true;
};

// Runs a schema (CREATE … IF NOT EXISTS …) in one transaction, the one that is open or one of its
// own; for tables beyond the events.
void apply_schema(const Database& database, std::string_view sql);

// Moves the write-ahead log into the main file and empties it. Throws BusyError while a reader is
// in the way.
void checkpoint(const Database& database);
// checkpoint(), and back to a file that needs no log beside it to be read. Where a reader keeps the
// file open the mode stays, and the log, empty, goes with the last reader.
void put_at_rest(const Database& database);

// meta(key, value); "" where there is none.
std::string get_meta(const Database& database, std::string_view key);
void set_meta(const Database& database, std::string_view key, std::string_view value);

}  // namespace ride::journal
