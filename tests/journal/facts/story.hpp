// Composes the events of an attempt as recorder and sandbox write them, for tests of facts. Every
// call appends one event unless it says otherwise; events are a millisecond apart.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "journal/event.hpp"
#include "journal/facts/facts.hpp"
#include "journal/fields.hpp"
#include "sql/worker.hpp"

namespace ride::journal::facts::test {

struct Column {
  std::string label;
  std::uint32_t type = 25;
  std::uint32_t table = 0;
  std::uint16_t attribute = 0;
  bool binary = false;
};
using Cell = std::optional<std::string>;
using Cells = std::vector<Cell>;

std::string row_description(const std::vector<Column>& columns);
std::string data_rows(const std::vector<Cells>& rows);
std::string error_body(std::string_view sqlstate, std::string_view message, int position = 0);
// Bind's parameters, all text or all binary.
std::string bound(const std::vector<Cell>& values, bool binary = false);
std::string big_endian(std::uint64_t value, std::size_t width);

class Story {
 public:
  // What begins or is logged from here on is of that server; "": the main one.
  Story& at(std::string_view server);
  // Connection opened, started and ready: three events.
  Story& connect(std::uint32_t connection, int pid, std::string_view database = "app_db",
                 std::string_view application = "psql");
  Story& close(std::uint32_t connection, std::string_view how = "terminated");

  Seq query(std::uint32_t connection, std::string_view text);
  Seq parse(std::uint32_t connection, std::string_view name, std::string_view text,
            std::string_view types = "");
  Seq bind(std::uint32_t connection, std::string_view portal, std::string_view name,
           std::string_view parameters = std::string_view("\0\0\0\0", 4));
  Seq describe(std::uint32_t connection, std::string_view how, std::string_view name);
  Seq execute(std::uint32_t connection, std::string_view portal, int max_rows = 0);

  // Milliseconds since the story began, for the next answer; else an answer comes in one piece.
  Story& first_byte_ms(int at);
  Story& done(Seq request, std::string_view tag, std::uint64_t ordinal = 0);
  Story& rows(Seq request, const std::vector<Column>& columns, const std::vector<Cells>& rows,
              std::uint64_t ordinal = 0, std::string_view how = "complete");
  Story& failed(Seq request, std::string_view sqlstate, std::uint64_t ordinal = 0,
                int position = 0);
  Story& fatal(Seq request, std::string_view sqlstate, std::uint64_t ordinal = 0);
  Story& cut(Seq request, std::uint64_t ordinal = 0);
  Story& ready(std::uint32_t connection, Seq request, char status = 'I');

  // Query, CommandComplete, ReadyForQuery: three events; the request's seq.
  Seq run(std::uint32_t connection, std::string_view text, std::string_view tag, char status = 'I');
  // Query, one boolean row, ReadyForQuery.
  Seq terminate(std::uint32_t connection, std::string_view text,
                std::vector<bool> results = {true});

  Story& actor(std::string_view name, int pid, std::string_view application = "",
               std::string_view database = "app_db");
  Story& actor_state(std::string_view name, int pid, std::string_view state,
                     std::string_view sqlstate = "");
  // The server's FATAL line and the actor's own account: two events.
  Story& dies(std::string_view name, int pid);
  Story& fatal(int pid);
  Story& log(int pid, std::string_view message, std::string_view statement = "",
             std::string_view detail = "", std::string_view context = "");
  Story& ddl(int pid, std::string_view json, std::string_view statement);
  Story& snapshot(std::string_view moment, std::string_view database, std::string_view json);
  Story& event(Kind kind, const std::string& body = "", std::uint32_t connection = 0);
  Story& how(Kind kind, std::string_view how);

  const std::vector<Event>& events() const { return events_; }
  // Fails the test where StatementStream tells the statements otherwise.
  Facts derive() const;
  std::vector<StatementRow> streamed() const;  // by n

 private:
  Seq append(Kind kind, std::uint32_t connection, const std::string& body);
  std::uint32_t connection_of(Seq request) const;

  std::string first_byte();  // the field, or nothing

  std::vector<Event> events_;
  int first_byte_ms_ = 0;
  std::string server_;
};

// The outcomes of all statements in order, for one comparison.
std::vector<std::string> outcomes(const Facts& facts);
// "3 app_writer 57P01 wire", and " 1/0" with choice and alternative.
std::vector<std::string> terminations(const Facts& facts);

}  // namespace ride::journal::facts::test
