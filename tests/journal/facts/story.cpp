#include "tests/journal/facts/story.hpp"

#include <algorithm>
#include <sstream>

#include "base/json.hpp"
#include "journal/facts/stream.hpp"
#include "tests/catch.hpp"

namespace ride::journal::facts::test {
namespace {

constexpr std::int64_t begin_us = 1'780'000'000'000'000;

class Body {
 public:
  Body& text(Field field, std::string_view value) {
    FieldWriter(body_).put(field, value);
    return *this;
  }
  Body& number(Field field, std::uint64_t value) {
    FieldWriter(body_).put(field, value);
    return *this;
  }
  Body& raw(const std::string& fields) {
    body_ += fields;
    return *this;
  }
  operator const std::string&() const { return body_; }

 private:
  std::string body_;
};

std::string with_length(const std::string& body) { return big_endian(body.size(), 4) + body; }

}  // namespace

std::string big_endian(std::uint64_t value, std::size_t width) {
  std::string out;
  for (std::size_t i = width; i > 0; --i) out += static_cast<char>(value >> ((i - 1) * 8) & 0xFFU);
  return out;
}

std::string row_description(const std::vector<Column>& columns) {
  std::string out = big_endian(columns.size(), 2);
  for (const auto& column : columns) {
    out += column.label + '\0';
    out += big_endian(column.table, 4) + big_endian(column.attribute, 2);
    out += big_endian(column.type, 4) + big_endian(8, 2) + big_endian(0xFFFFFFFF, 4);
    out += big_endian(column.binary ? 1 : 0, 2);
  }
  return out;
}

std::string data_rows(const std::vector<Cells>& rows) {
  std::string out;
  for (const auto& cells : rows) {
    std::string body = big_endian(cells.size(), 2);
    for (const auto& cell : cells) body += cell ? with_length(*cell) : big_endian(0xFFFFFFFF, 4);
    out += with_length(body);
  }
  return out;
}

std::string error_body(std::string_view sqlstate, std::string_view message, int position) {
  std::string out = "SERROR";
  out += '\0';
  out += 'C' + std::string(sqlstate) + '\0';
  out += 'M' + std::string(message) + '\0';
  if (position > 0) out += 'P' + std::to_string(position) + '\0';
  return out + '\0';
}

std::string bound(const std::vector<Cell>& values, bool binary) {
  std::string out = big_endian(1, 2) + big_endian(binary ? 1 : 0, 2) + big_endian(values.size(), 2);
  for (const auto& value : values) out += value ? with_length(*value) : big_endian(0xFFFFFFFF, 4);
  return out;
}

Seq Story::append(Kind kind, std::uint32_t connection, const std::string& body) {
  const Seq seq = events_.size() + 1;
  const bool of_server =
      kind == Kind::connection_opened || kind == Kind::actor || kind == Kind::log_line;
  auto whole = body;
  if (of_server && !server_.empty()) FieldWriter(whole).put(Field::server, server_);
  events_.push_back(
      {seq, 1, kind, begin_us + static_cast<std::int64_t>(seq) * 1000, connection, whole});
  return seq;
}

Story& Story::at(std::string_view server) {
  server_ = server;
  return *this;
}

std::uint32_t Story::connection_of(Seq request) const { return events_[request - 1].connection; }

Story& Story::connect(std::uint32_t connection, int pid, std::string_view database,
                      std::string_view application) {
  append(Kind::connection_opened, connection, Body().text(Field::peer, "unix"));
  append(Kind::connection_started, connection,
         Body()
             .text(Field::user, "oncall")
             .text(Field::database, database)
             .text(Field::application, application));
  append(Kind::connection_ready, connection,
         Body().number(Field::pid, static_cast<std::uint64_t>(pid)));
  return *this;
}

Story& Story::close(std::uint32_t connection, std::string_view how) {
  append(Kind::connection_closed, connection, Body().text(Field::how, how));
  return *this;
}

Seq Story::query(std::uint32_t connection, std::string_view text) {
  return append(Kind::query, connection, Body().text(Field::text, text));
}

Seq Story::parse(std::uint32_t connection, std::string_view name, std::string_view text,
                 std::string_view types) {
  return append(
      Kind::parse, connection,
      Body().text(Field::name, name).text(Field::text, text).text(Field::parameter_types, types));
}

Seq Story::bind(std::uint32_t connection, std::string_view portal, std::string_view name,
                std::string_view parameters) {
  return append(Kind::bind, connection,
                Body()
                    .text(Field::portal, portal)
                    .text(Field::name, name)
                    .text(Field::parameters, parameters));
}

Seq Story::describe(std::uint32_t connection, std::string_view how, std::string_view name) {
  return append(
      Kind::describe, connection,
      Body().text(Field::how, how).text(how == "portal" ? Field::portal : Field::name, name));
}

Seq Story::execute(std::uint32_t connection, std::string_view portal, int max_rows) {
  return append(Kind::execute, connection,
                Body()
                    .text(Field::portal, portal)
                    .number(Field::max_rows, static_cast<std::uint64_t>(max_rows)));
}

Story& Story::first_byte_ms(int at) {
  first_byte_ms_ = at;
  return *this;
}

std::string Story::first_byte() {
  std::string field;
  const auto at = begin_us + std::int64_t{first_byte_ms_} * 1000;
  if (first_byte_ms_ > 0)
    FieldWriter(field).put(Field::first_byte_us, static_cast<std::uint64_t>(at));
  first_byte_ms_ = 0;
  return field;
}

Story& Story::done(Seq request, std::string_view tag, std::uint64_t ordinal) {
  append(Kind::ended, connection_of(request),
         Body()
             .number(Field::request, request)
             .number(Field::ordinal, ordinal)
             .text(Field::how, "complete")
             .text(Field::tag, tag)
             .number(Field::rows, 0)
             .raw(first_byte()));
  return *this;
}

Story& Story::rows(Seq request, const std::vector<Column>& columns, const std::vector<Cells>& cells,
                   std::uint64_t ordinal, std::string_view how) {
  Body body;
  body.number(Field::request, request).number(Field::ordinal, ordinal).text(Field::how, how);
  if (how == "complete") body.text(Field::tag, "SELECT " + std::to_string(cells.size()));
  body.number(Field::rows, cells.size());
  if (!columns.empty()) body.text(Field::columns, row_description(columns));
  body.text(Field::data, data_rows(cells));
  append(Kind::ended, connection_of(request), body);
  return *this;
}

Story& Story::failed(Seq request, std::string_view sqlstate, std::uint64_t ordinal, int position) {
  append(Kind::ended, connection_of(request),
         Body()
             .number(Field::request, request)
             .number(Field::ordinal, ordinal)
             .text(Field::how, "error")
             .number(Field::rows, 0)
             .text(Field::error, error_body(sqlstate, "it failed", position)));
  return *this;
}

Story& Story::fatal(Seq request, std::string_view sqlstate, std::uint64_t ordinal) {
  auto error = error_body(sqlstate, "the end");
  error.replace(0, std::string_view("SERROR").size(), "SFATAL");
  append(Kind::ended, connection_of(request),
         Body()
             .number(Field::request, request)
             .number(Field::ordinal, ordinal)
             .text(Field::how, "error")
             .text(Field::error, error));
  return *this;
}

Story& Story::cut(Seq request, std::uint64_t ordinal) {
  append(Kind::ended, connection_of(request),
         Body()
             .number(Field::request, request)
             .number(Field::ordinal, ordinal)
             .text(Field::how, "cut"));
  return *this;
}

Story& Story::ready(std::uint32_t connection, Seq request, char status) {
  append(Kind::ready, connection,
         Body().number(Field::request, request).text(Field::status, std::string(1, status)));
  return *this;
}

Seq Story::run(std::uint32_t connection, std::string_view text, std::string_view tag, char status) {
  const auto request = query(connection, text);
  done(request, tag).ready(connection, request, status);
  return request;
}

Seq Story::terminate(std::uint32_t connection, std::string_view text, std::vector<bool> results) {
  const auto request = query(connection, text);
  std::vector<Cells> cells;
  for (const bool result : results) cells.push_back({Cell(result ? "t" : "f")});
  rows(request, {{"pg_terminate_backend", 16}}, cells).ready(connection, request);
  return request;
}

Story& Story::actor(std::string_view name, int pid, std::string_view application,
                    std::string_view database) {
  append(
      Kind::actor, 0,
      Body()
          .text(Field::actor, name)
          .text(Field::state, "connected")
          .number(Field::pid, static_cast<std::uint64_t>(pid))
          .number(Field::started_us, static_cast<std::uint64_t>(begin_us) + events_.size() * 1000)
          .text(Field::application, application.empty() ? name : application)
          .text(Field::user, "app_user")
          .text(Field::database, database));
  return *this;
}

Story& Story::actor_state(std::string_view name, int pid, std::string_view state,
                          std::string_view sqlstate) {
  Body body;
  body.text(Field::actor, name).text(Field::state, state);
  body.number(Field::pid, static_cast<std::uint64_t>(pid));
  if (!sqlstate.empty()) body.text(Field::sqlstate, sqlstate);
  append(Kind::actor, 0, body);
  return *this;
}

Story& Story::dies(std::string_view name, int pid) {
  fatal(pid);
  return actor_state(name, pid, "ended", "57P01");
}

Story& Story::fatal(int pid) {
  boost::json::object line{{"pid", pid},
                           {"error_severity", "FATAL"},
                           {"state_code", "57P01"},
                           {"message", "terminating connection due to administrator command"}};
  append(Kind::log_line, 0,
         Body()
             .number(Field::pid, static_cast<std::uint64_t>(pid))
             .text(Field::text, boost::json::serialize(line)));
  return *this;
}

Story& Story::log(int pid, std::string_view message, std::string_view statement,
                  std::string_view detail, std::string_view context) {
  boost::json::object line{{"pid", pid}, {"dbname", "app_db"}, {"error_severity", "LOG"}};
  const auto put = [&](const char* key, std::string_view value) {
    if (!value.empty()) line[key] = std::string(value);
  };
  put("message", message);
  put("statement", statement);
  put("detail", detail);
  put("context", context);
  append(Kind::log_line, 0,
         Body()
             .number(Field::pid, static_cast<std::uint64_t>(pid))
             .text(Field::text, boost::json::serialize(line)));
  return *this;
}

Story& Story::ddl(int pid, std::string_view json, std::string_view statement) {
  return log(pid, "ride: ddl " + std::string(json), statement, "",
             "PL/pgSQL function ride_ddl_command_end() line 25 at RAISE");
}

Story& Story::snapshot(std::string_view moment, std::string_view database, std::string_view json) {
  append(Kind::snapshot, 0,
         Body().text(Field::name, moment).text(Field::database, database).text(Field::text, json));
  return *this;
}

Story& Story::event(Kind kind, const std::string& body, std::uint32_t connection) {
  append(kind, connection, body);
  return *this;
}

Story& Story::how(Kind kind, std::string_view how) {
  return event(kind, Body().text(Field::how, how));
}

namespace {

std::vector<std::string> written(const StatementRow& row) {
  std::vector<std::string> out;
  const auto word = [](const auto& value) {
    if constexpr (requires { value.value(); }) {
      std::ostringstream text;
      if (value) text << *value;
      return value ? text.str() : "NULL";
    } else {
      std::ostringstream text;
      text << value;
      return text.str();
    }
  };
  std::apply([&](const auto&... column) { (out.push_back(word(column)), ...); }, row.columns());
  return out;
}

void require_same(const std::vector<StatementRow>& derived,
                  const std::vector<StatementRow>& streamed) {
  REQUIRE(derived.size() == streamed.size());
  for (std::size_t i = 0; i < derived.size(); ++i) {
    INFO("statement " << i + 1 << ": " << derived[i].text.value_or(""));
    CHECK(derived[i].outcome == streamed[i].outcome);
    CHECK(written(derived[i]) == written(streamed[i]));
  }
}

}  // namespace

Facts Story::derive() const {
  sql::Analyser analyser;
  auto out = facts::derive(events_, analyser);
  // What comes one by one must be the same, whatever the test is about.
  const bool submitted = std::any_of(events_.begin(), events_.end(), [](const Event& event) {
    return event.kind == Kind::submit_began;
  });
  if (!submitted) require_same(out.statements, streamed());
  return out;
}

std::vector<StatementRow> Story::streamed() const {
  sql::Analyser analyser;
  std::vector<StatementRow> rows;
  StatementStream stream(analyser,
                         [&](const StreamedStatement& one) { rows.push_back(one.stmt.row); });
  for (const auto& event : events_) stream.add(event);
  stream.finish();
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.n < b.n; });
  return rows;
}

std::vector<std::string> outcomes(const Facts& facts) {
  std::vector<std::string> out;
  for (const auto& row : facts.statements) out.push_back(row.outcome);
  return out;
}

std::vector<std::string> terminations(const Facts& facts) {
  std::vector<std::string> out;
  for (const auto& row : facts.terminations) {
    auto text = std::to_string(row.statement) + " " + row.actor.value_or("-") + " " +
                row.died.value_or("-") + " " + row.tier;
    if (row.choice)
      text += " " + std::to_string(*row.choice) + "/" + std::to_string(*row.alternative);
    out.push_back(std::move(text));
  }
  return out;
}

}  // namespace ride::journal::facts::test
