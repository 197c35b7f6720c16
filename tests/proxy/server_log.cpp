#include "tests/proxy/server_log.hpp"

#include <libpq-fe.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "base/json.hpp"
#include "tests/support/eventually.hpp"

namespace ride::test {
namespace {

std::string content(const Postgres& server) {
  std::string out;
  const auto folder = server.socket_directory() + "/data/log";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    out.append(std::istreambuf_iterator<char>(file), {});
  }
  return out;
}

std::string field(const boost::json::object& line, const char* name) {
  const auto* found = line.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : "";
}

std::string after_colon(const std::string& message) {
  return message.substr(std::min(message.size(), message.find(": ") + 2));
}

std::string entry_of(const boost::json::object& line, sql::Analyser& analyser) {
  const auto severity = field(line, "error_severity");
  const auto message = field(line, "message");
  if (severity == "ERROR" || severity == "FATAL") return "error " + field(line, "state_code");
  if (severity != "LOG") return "";
  if (message.starts_with("statement: ")) return message;
  if (message.starts_with("execute fetch from ")) return "fetch";
  if (message.starts_with("execute ")) return "execute: " + body_of(after_colon(message), analyser);
  constexpr std::string_view call = "(OID ";
  if (message.starts_with("fastpath function call: "))
    return "call " + std::to_string(std::stoll(message.substr(message.find(call) + call.size())));
  return "";
}

}  // namespace

std::vector<std::string> telling_settings() {
  return {"logging_collector=on",
          "log_destination=jsonlog",
          "log_directory=log",
          "log_statement=all",
          "shared_preload_libraries=pg_stat_statements",
          "compute_query_id=on"};
}

std::string body_of(const std::string& text, sql::Analyser& analyser) {
  const auto& analysis = analyser.analyse(text);
  if (analysis.prepare) return analysis.prepare->body;
  if (analysis.cursor && analysis.cursor->kind == sql::Cursor::Kind::declare)
    return analysis.cursor->body;
  return text;
}

ServerLog read_server_log(const Postgres& server, sql::Analyser& analyser) {
  // A backend has written its lines before it answers; the collector reads one pipe in order.
  const std::string mark = "up to here";
  server.value("SELECT '" + mark + "'");
  if (!eventually([&] { return content(server).find(mark) != std::string::npos; }))
    throw std::runtime_error("the server's log does not come to its end");
  ServerLog log;
  std::istringstream lines(content(server));
  for (std::string text; std::getline(lines, text);) {
    const auto line = boost::json::parse(text).as_object();
    if (field(line, "user") != "oncall" || field(line, "backend_type") != "client backend")
      continue;
    const auto entry = entry_of(line, analyser);
    if (!entry.empty()) log[line.at("pid").to_number<std::int64_t>()].push_back(entry);
  }
  return log;
}

void count(Calls& calls, const std::string& text, std::int64_t times, sql::Analyser& analyser) {
  const auto& fingerprint = analyser.analyse(text).fingerprint;
  auto& call = calls[fingerprint.empty() ? text : fingerprint];
  call.text = text;
  call.count += times;
}

Calls read_calls(const Postgres& server, sql::Analyser& analyser) {
  const auto address =
      "host=" + server.socket_directory() + " user=postgres dbname=postgres client_encoding=UTF8";
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(address.c_str()),
                                                                PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> rows(
      PQexec(connection.get(),
             "SELECT query, calls FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid "
             "WHERE rolname = 'oncall' AND toplevel "
             "AND query NOT LIKE '%FOR KEY SHARE OF x'"),  // the server's own, at a commit
      PQclear);
  if (PQresultStatus(rows.get()) != PGRES_TUPLES_OK)
    throw std::runtime_error(PQerrorMessage(connection.get()));
  Calls calls;
  for (int row = 0; row < PQntuples(rows.get()); ++row) {
    const std::string text = PQgetvalue(rows.get(), row, 0);
    const auto& analysis = analyser.analyse(text);
    count(calls, analysis.prepare ? std::string(analysis.prepare->body) : text,
          std::stoll(PQgetvalue(rows.get(), row, 1)), analyser);
  }
  return calls;
}

}  // namespace ride::test
