// The proof that the record is complete: clients of all kinds go through the proxy to a server that
// logs every statement itself, and what the journal says must be what the server says, backend by
// backend, in order, no more and no fewer.
//
// How the two speak of the same thing. The server logs:
// - a query string once, when it was parsed, before its first statement runs. A string with a
//   syntax error anywhere, or that is no text in its encoding, is an error alone.
// - a portal's first Execute, and each further one as a fetch. A statement that failed as Parse,
//   Bind or Describe, or as Execute or call of what is not there, is an error alone. One without
//   words is not logged.
// - nothing of what it skips, nor of what was sent behind the error that ended its session.
// pg_stat_statements counts the single statements that ran to their end: not the failed, nor the
// SELECTs of portals that were open when an error ended their transaction (the traffic closes such
// portals before); EXECUTE as what was prepared; PREPARE and DEALLOCATE never.
#include <algorithm>
#include <atomic>
#include <set>
#include <sstream>
#include <thread>

#include "journal/facts/facts.hpp"
#include "journal/facts/wire.hpp"
#include "journal/fields.hpp"
#include "journal/reader.hpp"
#include "tests/catch.hpp"
#include "tests/proxy/server_log.hpp"
#include "tests/proxy/traffic.hpp"
#include "tests/support/eventually.hpp"

using namespace ride;
using namespace ride::test;
using journal::Field;
using journal::Fields;
using journal::Kind;
using journal::facts::StatementRow;

namespace {

struct Journal {
  std::vector<StatementRow> statements;
  std::map<std::int64_t, std::int64_t> pid_of;                 // by connection
  std::map<std::int64_t, journal::Event> requests;             // by seq
  std::map<std::int64_t, std::vector<std::int64_t>> executes;  // answered, by connection
  std::map<std::int64_t, std::string> last_error;              // of a session, while idle
  std::int64_t gaps = 0;
  std::int64_t carried = 0;  // connections that went on in the next file
};

// A number no event of another file has, in the order of the files.
std::int64_t across_files(std::size_t file, std::uint64_t seq) {
  return static_cast<std::int64_t>(file * 1'000'000'000 + seq);
}

void add_file(Journal& out, std::size_t number, journal::Writer& writer, sql::Analyser& analyser) {
  writer.flush();
  journal::Reader reader(writer.file());
  const auto events = reader.all();
  auto facts = journal::facts::derive(events, analyser);
  for (auto& row : facts.statements) {
    row.request = across_files(number, static_cast<std::uint64_t>(row.request));
    out.statements.push_back(std::move(row));
  }
  out.gaps += static_cast<std::int64_t>(facts.gaps.size());
  for (const auto& row : facts.connections)
    if (row.pid) out.pid_of[row.connection] = *row.pid;
  for (const auto& event : events) {
    if (event.kind >= Kind::query && event.kind <= Kind::function_call)
      out.requests[across_files(number, event.seq)] = event;
    const Fields fields(event.body);
    if (fields.get_bytes(Field::how) == "carried") ++out.carried;
    if (event.kind == Kind::connection_closed && fields.has(Field::error))
      out.last_error[event.connection] =
          journal::facts::error_field(fields.get_bytes(Field::error), 'C').value_or("");
    if (event.kind != Kind::ended || fields.get_bytes(Field::how) == "cut") continue;
    const auto request = across_files(number, fields.get_int(Field::request));
    if (out.requests.at(request).kind == Kind::execute)
      out.executes[event.connection].push_back(request);
  }
}

Journal read_journal(Recording& recording, sql::Analyser& analyser) {
  Journal out;
  std::size_t number = 0;
  for (auto* writer : recording.each_writer()) add_file(out, number++, *writer, analyser);
  return out;
}

// What the server must have logged of one statement.
std::vector<std::string> expected_of(const StatementRow& row, const Journal& journal,
                                     sql::Analyser& analyser) {
  std::vector<std::string> out;
  if (row.outcome == "skipped" || !row.ended) return out;  // not ended: sent behind a FATAL
  const auto& request = journal.requests.at(row.request);
  const Fields fields(request.body);
  const auto sqlstate = row.sqlstate.value_or("");
  const bool unread = sqlstate == "42601" || sqlstate == "22021";
  if (request.kind == Kind::query && row.ordinal == 0 && !unread)
    out.push_back("statement: " + std::string(fields.get_bytes(Field::text)));
  const bool there = sqlstate != "34000" && sqlstate != "42883";
  const auto text = row.text.value_or("");
  if (request.kind == Kind::execute && there && !analyser.split(text).pieces.empty())
    out.push_back("execute: " + body_of(text, analyser));
  if (request.kind == Kind::function_call && there)
    out.push_back("call " + std::to_string(fields.get_int(Field::number)));
  if (!sqlstate.empty()) out.push_back("error " + sqlstate);
  return out;
}

ServerLog expected_log(const Journal& journal, sql::Analyser& analyser) {
  ServerLog log;
  std::map<std::int64_t, std::vector<std::int64_t>> more = journal.executes;  // of the same portals
  for (const auto& row : journal.statements) std::erase(more[row.connection], row.request);
  const auto fetches_before = [&](std::int64_t connection, std::int64_t request) {
    auto& left = more[connection];
    for (; !left.empty() && left.front() < request; left.erase(left.begin()))
      log[journal.pid_of.at(connection)].push_back("fetch");
  };
  for (const auto& row : journal.statements) {
    fetches_before(row.connection, row.request);
    auto& lines = log[journal.pid_of.at(row.connection)];
    for (auto& line : expected_of(row, journal, analyser)) lines.push_back(std::move(line));
  }
  for (const auto& [connection, pid] : journal.pid_of) {
    fetches_before(connection, std::numeric_limits<std::int64_t>::max());
    if (journal.last_error.contains(connection))
      log[pid].push_back("error " + journal.last_error.at(connection));
  }
  std::erase_if(log, [](const auto& entry) { return entry.second.empty(); });
  return log;
}

Calls expected_calls(const Journal& journal, sql::Analyser& analyser) {
  std::map<std::string, std::string> prepared;  // in this traffic a name has one meaning
  std::set<std::string> cursors;
  for (const auto& row : journal.statements) {
    const auto& analysis = analyser.analyse(row.text.value_or(""));
    if (analysis.prepare) prepared[analysis.prepare->name] = analysis.prepare->body;
    if (analysis.cursor && analysis.cursor->kind == sql::Cursor::Kind::declare)
      cursors.insert(analysis.cursor->body);
  }
  for (const auto& [seq, request] : journal.requests) {
    const Fields fields(request.body);
    if (request.kind == Kind::parse && !fields.get_bytes(Field::name).empty())
      prepared.emplace(fields.get_bytes(Field::name), fields.get_bytes(Field::text));
  }
  Calls calls;
  for (const auto& row : journal.statements) {
    if (row.outcome == "skipped" || row.path == "function" || !row.text) continue;
    // Answered by a tag: it ran to its end, whatever became of its transaction. Without one: a
    // portal that was left half-read, and ended with its transaction; or, all foreign keys here
    // being deferred, a statement whose own commit failed.
    const bool commit_failed = row.sqlstate == "23503";
    if (!row.tag && row.outcome != "committed" && !commit_failed) continue;
    auto text = *row.text;
    if (cursors.contains(text)) continue;  // what DECLARE opened, and counts for
    auto analysis = analyser.analyse(text);
    if (analysis.prepare || analysis.deallocate) {
      if (row.tag != "DISCARD ALL") continue;
    }
    if (analysis.execute) {
      text = prepared.at(analysis.execute->name);
      analysis = analyser.analyse(text);
    }
    if (analysis.command.empty()) continue;
    count(calls, text, 1, analyser);
  }
  return calls;
}

// The first place where they differ, in words; "" where they are the same.
std::string difference(const ServerLog& journal, const ServerLog& server) {
  std::ostringstream out;
  std::set<std::int64_t> pids;
  for (const auto& [pid, lines] : journal) pids.insert(pid);
  for (const auto& [pid, lines] : server) pids.insert(pid);
  for (const auto pid : pids) {
    const auto& ours = journal.contains(pid) ? journal.at(pid) : std::vector<std::string>();
    const auto& theirs = server.contains(pid) ? server.at(pid) : std::vector<std::string>();
    for (std::size_t i = 0; i < std::max(ours.size(), theirs.size()); ++i) {
      const auto mine = i < ours.size() ? ours[i] : "nothing";
      const auto its = i < theirs.size() ? theirs[i] : "nothing";
      if (mine == its) continue;
      out << "backend " << pid << ", entry " << i << ": the journal has <" << mine
          << ">, the server's log <" << its << ">";
      return out.str();
    }
  }
  return "";
}

// The same for counts.
std::string difference(const Calls& journal, const Calls& server) {
  std::ostringstream out;
  auto all = journal;
  all.insert(server.begin(), server.end());
  for (const auto& [fingerprint, call] : all) {
    const auto count = [&](const Calls& calls) {
      return calls.contains(fingerprint) ? calls.at(fingerprint).count : 0;
    };
    if (count(journal) != count(server))
      out << "<" << call.text << ">: the journal has " << count(journal) << ", pg_stat_statements "
          << count(server) << "\n";
  }
  return out.str();
}

// As many files as `rotations` and one more: together they must say what the server says.
void check_reconciles(int rotations) {
  const Postgres server(telling_settings());
  server.value("CREATE EXTENSION pg_stat_statements");
  proxy::Options options;
  options.threads = 2;
  options.upstream = {server.socket_directory(), Postgres::port};
  Recording recording(options);

  make_tables(recording);
  std::atomic<bool> over = false;
  std::thread turner([&] {
    for (int turn = 0; turn < rotations; ++turn) {
      eventually([&] { return over || recording.writer().committed() > 100; });
      recording.rotate();
    }
  });
  std::vector<std::thread> clients;
  clients.emplace_back([&] { run_psql(recording); });
  clients.emplace_back([&] { run_pgbench(recording, "simple", "tpcb-like"); });
  clients.emplace_back([&] { run_pgbench(recording, "extended", "tpcb-like"); });
  // Not tpcb-like: of a prepared BEGIN, pg_stat_statements before 16 counts the first run alone.
  clients.emplace_back([&] { run_pgbench(recording, "prepared", "select-only"); });
  clients.emplace_back([&] { run_pipelines(recording); });
  clients.emplace_back([&] { run_copies(recording); });
  clients.emplace_back([&] { run_cancels(recording); });
  clients.emplace_back([&] { run_extended(recording); });
  clients.emplace_back([&] { run_deaths(recording); });
  for (auto& client : clients) client.join();
  over = true;
  turner.join();
  REQUIRE(eventually([&] { return recording.proxy().sessions().empty(); }));

  const auto files = recording.each_writer();
  for (const auto* writer : files) CHECK(recording.proxy().recorded_in(*writer) == 0);

  sql::Analyser analyser;
  const auto journal = read_journal(recording, analyser);
  const auto theirs = read_server_log(server, analyser);
  const auto ours = expected_log(journal, analyser);
  CHECK(journal.gaps == 0);
  CHECK(files.size() == static_cast<std::size_t>(rotations) + 1);
  CHECK((journal.carried > 0) == (rotations > 0));  // sessions that went on in another file
  CHECK(difference(ours, theirs) == "");
  CHECK(difference(expected_calls(journal, analyser), read_calls(server, analyser)) == "");

  std::size_t lines = 0;
  for (const auto& [pid, entries] : theirs) lines += entries.size();
  CHECK(lines > 500);  // there was something to compare

  // It would be seen if one were lost, doubled or out of its place.
  for (const auto& [pid, entries] : ours) {
    auto broken = ours;
    auto& one = broken[pid];
    one.erase(one.begin() + static_cast<std::ptrdiff_t>(one.size() / 2));
    CHECK(difference(broken, theirs) != "");
    one = entries;
    one.push_back(entries.back());
    CHECK(difference(broken, theirs) != "");
  }
}

}  // namespace

TEST_CASE("every statement of mixed traffic is recorded once, as the server's own log has it",
          "[postgres][proxy][wire]") {
  check_reconciles(0);
}

TEST_CASE("files that follow each other under load together have every statement once",
          "[postgres][proxy][wire]") {
  check_reconciles(6);
}
