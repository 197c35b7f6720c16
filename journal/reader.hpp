// Reads the events of an attempt file in their order, whether its writer is alive or not, without
// holding more than one event in memory. A Reader and its cursors belong to one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "journal/database.hpp"
#include "journal/event.hpp"

namespace ride::journal {

struct EventFilter {
  std::optional<std::uint32_t> attempt = std::nullopt;
  std::vector<Kind> kinds = {};  // empty: all
  Seq after = 0;                 // only events behind this one
};

class Reader;

// Steps through one query. It sees the file as it was at its first next(); while it is open, a live
// writer cannot shorten its log, so do not keep one.
class Cursor {
 public:
  // False at the end. `event` is overwritten, so that its memory is used again. The body is whole:
  // a shared text stands in it again as Field::text. Throws when the file is damaged.
  bool next(Event& event);

 private:
  friend class Reader;
  Cursor(Reader& reader, Statement statement);

  Reader& reader_;
  Statement statement_;
};

class Reader {
 public:
  // Throws std::runtime_error with one line when the file is no attempt file, newer, or damaged.
  explicit Reader(const std::filesystem::path& file);
  explicit Reader(Database database);
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Cursor events(const EventFilter& filter = {});
  std::vector<Event> all(const EventFilter& filter = {});  // for few events; memory grows with them
  std::optional<Event> find(Seq seq);
  Seq last_seq();
  std::vector<std::uint32_t> attempts();  // ascending, without 0 (before the first attempt)

  // For queries of other tables and TEMP views of the caller's.
  Database& database() { return database_; }

 private:
  friend class Cursor;
  void expand(Event& event);

  Database database_;
  Statement find_;
  Statement text_;
};

}  // namespace ride::journal
