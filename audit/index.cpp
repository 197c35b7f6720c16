#include "audit/index.hpp"

#include <sys/stat.h>

#include <set>
#include <stdexcept>
#include <string>

#include "audit/walk.hpp"
#include "journal/event_json.hpp"
#include "journal/facts/wire.hpp"
#include "journal/fields.hpp"
#include "journal/reader.hpp"
#include "journal/sha256.hpp"
#include "replay/answer.hpp"
#include "sql/worker.hpp"

namespace ride::audit {
namespace {

namespace fs = std::filesystem;
using scorer::ConnectionHandle;
using scorer::Query;

constexpr const char* schema = R"(
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -16384;
BEGIN;
CREATE TABLE about(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE statement(id INTEGER PRIMARY KEY, attempt INTEGER, n INTEGER, connection INTEGER,
  at_us INTEGER, outcome TEXT, sqlstate TEXT, database TEXT, role TEXT, application TEXT,
  relations TEXT, functions TEXT);
CREATE VIRTUAL TABLE words USING fts5(text, parameters, result, error,
  tokenize = "unicode61 tokenchars '_'");
)";

std::string stat_word(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return "-";
  return std::to_string(found.st_ino) + "." + std::to_string(found.st_size) + "." +
         std::to_string(found.st_mtim.tv_sec) + "." + std::to_string(found.st_mtim.tv_nsec);
}

// All that an index depends on; any change of it and it is made again.
std::string state_of(const fs::path& file) {
  return std::to_string(index_version) + " " + journal::facts::versions() + " " +
         stat_word(file.string()) + " " + stat_word(file.string() + "-wal");
}

ConnectionHandle open(const fs::path& path, int flags) {
  sqlite3* handle = nullptr;
  const int result = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  ConnectionHandle out(handle);
  if (result != SQLITE_OK)
    throw std::runtime_error(path.string() +
                             ": cannot open the search index: " + sqlite3_errstr(result));
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return out;
}

std::string about(sqlite3* index, std::string_view key) {
  Query query(index, "SELECT value FROM about WHERE key = ?1");
  return query.bind(1, key).step() ? query.text(0) : "";
}

// Nothing where there is none, or one that is not of this state.
ConnectionHandle open_fresh(const fs::path& path, const std::string& state) {
  if (!fs::exists(path)) return nullptr;
  try {
    auto index = open(path, SQLITE_OPEN_READONLY);
    if (about(index.get(), "state") == state) return index;
  } catch (const std::runtime_error&) {
    // Damaged: it is only a cache.
  }
  return nullptr;
}

void append(std::string& to, std::string_view word) {
  if (to.size() + word.size() > result_bytes_indexed_max) return;
  if (!to.empty()) to += ' ';
  to += word;
}

// Texts go in as UTF-8 text; bytes that are none are no words anyway.
class Builder {
 public:
  Builder(const fs::path& file, sqlite3* index)
      : reader_(file),
        insert_statement_(prepare(index,
                                  "INSERT INTO statement VALUES "
                                  "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")),
        insert_words_(prepare(index,
                              "INSERT INTO words(rowid, text, parameters, result, error) VALUES "
                              "(?1, ?2, ?3, ?4, ?5)")) {}

  void build() {
    sql::Analyser analyser;
    walk(reader_, {}, analyser, {.statement = [this](const Statement& one) { add(one); }});
  }

 private:
  static scorer::StatementHandle prepare(sqlite3* index, const char* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(index, sql, -1, &statement, nullptr) != SQLITE_OK)
      throw std::runtime_error(std::string("cannot make the search index: ") +
                               sqlite3_errmsg(index));
    return scorer::StatementHandle(statement);
  }
  static void text(const scorer::StatementHandle& to, int at, std::string_view value) {
    sqlite3_bind_text(to.get(), at, value.data() == nullptr ? "" : value.data(),
                      static_cast<int>(value.size()), SQLITE_STATIC);
  }
  static void run(const scorer::StatementHandle& statement) {
    if (sqlite3_step(statement.get()) != SQLITE_DONE)
      throw std::runtime_error(std::string("cannot make the search index: ") +
                               sqlite3_errmsg(sqlite3_db_handle(statement.get())));
    sqlite3_reset(statement.get());
  }

  void add(const Statement& one) {
    ++id_;
    add_statement(one);
    add_words(one);
  }

  void add_statement(const Statement& one) {
    const auto& row = one.row();
    const auto effects = one.effects();
    std::set<std::string> relations;
    for (const auto& read : effects.reads) relations.insert(read.relation);
    for (const auto& write : effects.writes) relations.insert(write.relation);
    for (const auto& ddl : effects.ddl)
      if (ddl.object) relations.insert(*ddl.object);
    std::string touched = " ";
    for (const auto& name : relations) touched += name + " ";
    std::string called = " ";
    for (const auto& call : effects.calls) called += call.function + " ";
    int at = 0;
    for (const std::int64_t number :
         {id_, std::int64_t{one.attempt}, row.n, row.connection, row.started})
      sqlite3_bind_int64(insert_statement_.get(), ++at, number);
    const auto sqlstate = row.sqlstate.value_or("");
    const auto database = row.database.value_or("");
    const auto role = row.role.value_or("");
    const auto application = row.application.value_or("");
    for (const std::string_view word :
         {std::string_view(row.outcome), std::string_view(sqlstate), std::string_view(database),
          std::string_view(role), std::string_view(application), std::string_view(touched),
          std::string_view(called)})
      text(insert_statement_, ++at, word);
    run(insert_statement_);
  }

  void add_words(const Statement& one) {
    std::string parameters;
    for (const auto& value : one.stmt().parameters)
      if (value) append(parameters, *value);
    std::string result;
    std::string error;
    for (const auto seq : one.streamed.answers)
      if (const auto event = reader_.find(seq)) add_answer(*event, result, error);
    sqlite3_bind_int64(insert_words_.get(), 1, id_);
    const auto statement = one.row().text.value_or("");
    text(insert_words_, 2, statement);
    text(insert_words_, 3, parameters);
    text(insert_words_, 4, result);
    text(insert_words_, 5, error);
    run(insert_words_);
  }

  static void add_answer(const journal::Event& event, std::string& result, std::string& error) {
    const auto answer = replay::read_answer(event);
    for (const auto& row : answer.rows)
      for (const auto& value : row)
        if (value) append(result, *value);
    append(result, answer.copied);
    for (const auto& notice : answer.notices) append(error, notice);
    if (!answer.error) return;
    for (const auto* word : {&answer.error->sqlstate, &answer.error->message, &answer.error->detail,
                             &answer.error->hint})
      append(error, *word);
  }

  journal::Reader reader_;
  scorer::StatementHandle insert_statement_, insert_words_;
  std::int64_t id_ = 0;
};

void make(const fs::path& file, const fs::path& path, const std::string& state) {
  const auto rough = path.string() + ".new";
  fs::remove(rough);
  {
    const auto mask = ::umask(0077);
    auto index = open(rough, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    ::umask(mask);
    scorer::execute(index.get(), schema);
    Builder(file, index.get()).build();
    for (const auto& [key, value] : {std::pair<std::string, std::string>{"state", state},
                                     {"file", fs::canonical(file).string()}})
      Query(index.get(), "INSERT INTO about VALUES (?1, ?2)").bind(1, key).bind(2, value).step();
    scorer::execute(index.get(), "COMMIT");
  }
  fs::rename(rough, path);
}

}  // namespace

fs::path index_path(const fs::path& file, const fs::path& folder) {
  const auto digest = journal::sha256(fs::weakly_canonical(file).string());
  return folder / (journal::to_hex(journal::as_bytes(digest)).substr(0, 16) + ".index");
}

ConnectionHandle open_index(const fs::path& file, const fs::path& folder,
                            const std::function<void()>& building) {
  const auto path = index_path(file, folder);
  const auto state = state_of(file);
  if (auto index = open_fresh(path, state)) return index;
  building();
  fs::create_directories(folder);
  fs::permissions(folder, fs::perms::owner_all);
  make(file, path, state);
  return open(path, SQLITE_OPEN_READONLY);
}

void remove_orphans(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() != ".index") continue;
    std::string file;
    try {
      const auto index = open(entry->path(), SQLITE_OPEN_READONLY);
      file = about(index.get(), "file");
    } catch (const std::runtime_error&) {
      // Not to be read, so of no use.
    }
    std::error_code ignored;
    if (!fs::exists(file, ignored)) fs::remove(entry->path(), ignored);
  }
}

}  // namespace ride::audit
