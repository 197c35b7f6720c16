// libpq's pipeline mode, in all the ways that PostgreSQL's own test of it goes.
// usage: libpq_driver HOST PORT SSLMODE; prints what transcript.hpp reads.
#include <sys/select.h>

#include <array>

#include "tests/drivers/libpq_session.hpp"

using namespace ride::drivers;

namespace {

std::string dsn;

void one_pipeline(const Session& one) {
  one.enter();
  one.send("SELECT $1::int", {"1"});
  one.must(PQexitPipelineMode(one.get()) == 0, "left a pipeline with something in it");
  one.sync();
  one.expect("SELECT $1::int");
  one.expect_sync();
  show("nothing more", Session::status(one.next()));
  one.leave();
}

void several_pipelines_at_once(const Session& one) {
  one.enter();
  for (const char* value : {"1", "2", "3"}) {
    one.send("SELECT $1::int, 'pipeline'", {value});
    one.sync();
  }
  for (int round = 0; round < 3; ++round) {
    one.expect("SELECT $1::int, 'pipeline'");
    one.expect_sync();
  }
  one.leave();
}

// Flush, never Sync, until the very end: the answers come without a ReadyForQuery.
void without_sync(const Session& one) {
  one.enter();
  for (int number = 0; number < 300; ++number) {
    one.send("SELECT repeat('xyzxz', 12), $1::int", {std::to_string(number).c_str()});
    one.must(PQsendFlushRequest(one.get()) == 1 && PQflush(one.get()) >= 0, "flush");
    if (number % 3 != 2) continue;
    for (int back = 0; back < 3; ++back) {
      const auto result = one.next();
      one.say(Session::outcome(result), "SELECT repeat('xyzxz', 12), $1::int");
      one.must(!one.next(), "a result too many");
    }
  }
  one.sync();
  one.expect_sync();
  one.leave();
}

void aborted_pipelines(const Session& one) {
  const std::string insert = "INSERT INTO pq_t (id) VALUES ($1)";
  const std::string bad = "SELECT no_such_function($1)";
  one.enter();
  one.send(insert, {"1"});
  one.send(bad, {"1"});
  one.send(insert, {"2"});
  one.sync();
  one.send(insert, {"3"});
  one.sync();
  for (const auto& sql : {insert, bad, insert}) one.expect(sql);
  show("pipeline", static_cast<std::uint64_t>(PQpipelineStatus(one.get())));
  one.expect_sync();
  one.expect(insert);
  one.expect_sync();

  // Several statements in one Parse are refused; a Query would have been one request.
  one.send("SELECT 1; SELECT 2");
  one.sync();
  one.expect("SELECT 1; SELECT 2");
  one.expect_sync();

  // An error in the middle of rows, with rows of the statement already sent.
  one.send("SELECT 1.0 / g FROM generate_series(3, -1, -1) g");
  one.must(PQsetSingleRowMode(one.get()) == 1, "single row mode");
  one.sync();
  for (auto row = one.next(); row; row = one.next()) {
    if (PQresultStatus(row.get()) != PGRES_SINGLE_TUPLE)
      one.say(Session::outcome(row), "SELECT 1.0 / g FROM generate_series(3, -1, -1) g");
    show("  " + Session::status(row), Session::value(row));
  }
  one.expect_sync();
  one.leave();
  one.run("SELECT string_agg(id::text, ',') FROM pq_t");
}

void what_a_pipeline_refuses(const Session& one) {
  one.enter();
  show("PQexec", Session::status(Result(PQexec(one.get(), "SELECT 1"), PQclear)));
  show("PQsendQuery", static_cast<std::uint64_t>(PQsendQuery(one.get(), "SELECT 1")));
  int length = 0;
  std::array<int, 2> answer{};
  show("PQfn", Session::status(
                   Result(PQfn(one.get(), 1397, answer.data(), &length, 1, nullptr, 0), PQclear)));
  one.send("COPY pq_t FROM STDIN");  // sent, and refused when the answer comes
  one.sync();
  const auto copy = one.next();
  show("COPY", Session::status(copy));
  show("it is over", PQstatus(one.get()) == CONNECTION_OK ? "no" : "yes");
}

void prepared_in_a_pipeline(const Session& one) {
  const std::string sql = "SELECT $1, '42', $1::numeric, interval '1 sec'";
  one.enter();
  const Oid type = 23;
  one.must(PQsendPrepare(one.get(), "first", sql.c_str(), 1, &type) == 1, "prepare");
  one.must(PQsendDescribePrepared(one.get(), "first") == 1, "describe");
  one.sync();
  for (int part = 0; part < 2; ++part) {
    const auto result = one.next();
    show(Session::status(result), static_cast<std::uint64_t>(PQnfields(result.get())));
    one.next();
  }
  one.expect_sync();
  for (const int format : {0, 1}) {
    const char* value = "17";
    one.must(PQsendQueryPrepared(one.get(), "first", 1, &value, nullptr, nullptr, format) == 1,
             "execute");
    one.sync();
    const auto result = one.next();
    one.say(Session::outcome(result), sql);
    show("  it", digest(Session::value(result)));
    one.next();
    one.expect_sync();
  }
  one.leave();
  one.run("BEGIN");
  one.run("DECLARE cursor_one CURSOR FOR SELECT 1");
  one.enter();
  one.must(PQsendDescribePortal(one.get(), "cursor_one") == 1, "describe portal");
  one.sync();
  show(Session::status(one.next()), "the cursor");
  one.next();
  one.expect_sync();
  one.leave();
  one.run("COMMIT");
}

void single_rows(const Session& one) {
  const std::string sql = "SELECT generate_series(42, $1)";
  one.enter();
  for (const char* last : {"44", "45", "46"}) one.send(sql, {last});
  one.sync();
  for (int query = 0; query < 3; ++query) {
    if (query != 1) one.must(PQsetSingleRowMode(one.get()) == 1, "single row mode");
    for (auto row = one.next(); row; row = one.next()) {
      show("  " + Session::status(row), static_cast<std::uint64_t>(PQntuples(row.get())));
      if (PQresultStatus(row.get()) == PGRES_TUPLES_OK) one.say("ok", sql);
    }
  }
  one.expect_sync();
  one.leave();
}

// The transaction of each pipeline is its own unless BEGIN says otherwise.
void transactions(const Session& one) {
  const std::string failing = "INSERT INTO pq_t VALUES (3)";
  const std::string good = "INSERT INTO pq_t VALUES ($1)";
  one.enter();
  for (const char* sql : {"BEGIN", "SELECT 0 / 0"}) one.send(sql);
  one.send("ROLLBACK");  // skipped: behind the error
  one.sync();
  one.send(good, {"51"});  // still in the failed transaction
  one.sync();
  one.send("ROLLBACK");
  one.sync();
  one.send(good, {"52"});
  one.send(failing);  // undoes the 52 as well: one transaction up to Sync
  one.sync();
  one.send(good, {"53"});
  one.sync();
  for (const char* sql : {"BEGIN", "SELECT 0 / 0", "ROLLBACK"}) one.expect(sql);
  one.expect_sync();
  one.expect(good);
  one.expect_sync();
  one.expect("ROLLBACK");
  one.expect_sync();
  one.expect(good);
  one.expect(failing);
  one.expect_sync();
  one.expect(good);
  one.expect_sync();
  one.leave();
  one.run("SELECT string_agg(id::text, ',' ORDER BY id) FROM pq_t WHERE id > 50");
}

// Reads what there is, as soon as there is some, or as there is room to write.
void wait_for_either_way(const Session& one) {
  const int descriptor = PQsocket(one.get());
  fd_set in, out;
  FD_ZERO(&in);
  FD_ZERO(&out);
  FD_SET(descriptor, &in);
  if (PQflush(one.get()) == 1) FD_SET(descriptor, &out);
  timeval limit{.tv_sec = 60, .tv_usec = 0};
  one.must(select(descriptor + 1, &in, &out, nullptr, &limit) > 0, "both ways stuck");
  one.must(PQconsumeInput(one.get()) == 1, "consume");
}

// Thousands of large parameters that all come back, a duplicate among them: the client never stops
// sending while it reads, and both directions are full. If anything in between stopped to take the
// one until the other is taken, nothing would move.
void both_ways_full(const Session& one) {
  constexpr int sent_max = 1'000;
  constexpr int duplicate_at = 750;
  const std::string sql = "INSERT INTO pq_big VALUES ($1, $2) RETURNING data";
  const std::string big(20'000, 'b');
  one.run("CREATE TEMP TABLE pq_big (id int PRIMARY KEY, data text)");
  one.must(PQsetnonblocking(one.get(), 1) == 0, "non-blocking");
  one.enter();
  int sent = 0;
  int answered = 0;
  std::uint64_t received_bytes = 0;
  while (answered <= sent_max) {  // the Sync too
    while (PQflush(one.get()) == 0 && sent <= sent_max) {
      const auto id = std::to_string(sent == duplicate_at ? 7 : sent);
      if (sent++ < sent_max)
        one.send(sql, {id.c_str(), big.c_str()});
      else
        one.sync();
    }
    wait_for_either_way(one);
    while (answered < sent && PQisBusy(one.get()) == 0) {
      const auto result = one.next();
      if (!result) continue;  // the end of one statement's results
      ++answered;
      if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) continue;
      one.say(Session::outcome(result), sql);
      received_bytes += Session::value(result).size();
    }
  }
  one.leave();
  one.must(PQsetnonblocking(one.get(), 0) == 0, "blocking");
  show("came back", received_bytes);
  one.run("SELECT count(*) FROM pq_big");
}

}  // namespace

int main(int, char** argv) {
  dsn = std::string("host=") + argv[1] + " port=" + argv[2] + " sslmode=" + argv[3];
  const Session one(dsn);
  one.run("CREATE TABLE pq_t (id int PRIMARY KEY)");
  one_pipeline(one);
  several_pipelines_at_once(one);
  without_sync(one);
  aborted_pipelines(one);
  prepared_in_a_pipeline(one);
  single_rows(one);
  transactions(one);
  both_ways_full(one);
  what_a_pipeline_refuses(Session(dsn));
  one.run("DROP TABLE pq_t");
  return 0;
}
