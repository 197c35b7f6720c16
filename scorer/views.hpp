// The vocabulary of one attempt: TEMP views over the fact tables, made here and never taken from
// the file. Each view is its table without the prefix `fact_` and without the columns of
// bookkeeping. Before a view is made, its table must be a real one: not a view, not virtual,
// without triggers and computed columns. Borrows the connection; one thread.
//
// Where the record leaves open which statement ended which session, several assignments are
// possible (journal/facts/schema.hpp). The views show one of them at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;

namespace ride::scorer {

inline constexpr std::size_t assignments_max = 64;

class Vocabulary {
 public:
  // `schema` holds the fact tables: "main" as stored in the file, "temp" where they were derived
  // for this connection alone. Throws std::runtime_error, one line, when one is missing or is not
  // what it should be.
  Vocabulary(sqlite3* connection, std::uint32_t attempt, std::string schema = "main");

  sqlite3* connection() const { return connection_; }
  const std::string& schema() const { return schema_; }

  // Is this (in lower case) the name of something in the file itself, or of SQLite's own?
  bool is_stored(const std::string& name) const;

  // How many assignments are possible; assignments_max + 1 stands for every number above the limit.
  std::size_t assignments() const { return assignments_; }

  // Shows this assignment, 0 … assignments() - 1; at first it is 0. Must not be called while a
  // statement over the views is under way, nor beyond the limit.
  void show_assignment(std::size_t number);

 private:
  struct Choice {
    std::int64_t choice = 0;
    std::size_t alternatives = 0;
  };

  void read_names();
  void copy_facts(std::uint32_t attempt);
  void make_views();
  void read_choices();

  sqlite3* connection_;
  std::string schema_;
  std::set<std::string> stored_names_;
  std::vector<Choice> choices_;
  std::size_t assignments_ = 1;
};

// The temporary table behind a view, or "" for a name that is none of the vocabulary.
std::string table_behind(std::string_view view);

// Does the view show another assignment's rows when another one is chosen?
bool depends_on_assignment(std::string_view view);

}  // namespace ride::scorer
