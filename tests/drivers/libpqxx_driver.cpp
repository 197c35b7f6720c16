// libpqxx as its users use it, version 6 or 7.
// usage: libpqxx_driver HOST PORT SSLMODE; prints what transcript.hpp reads.
#include <chrono>
#include <pqxx/largeobject>
#include <pqxx/pqxx>
#include <thread>

#include "tests/drivers/program_output.hpp"

using namespace ride::drivers;

namespace {

std::string dsn;

// Runs it in a transaction, says so, and goes on after an error.
template <typename Transaction>
pqxx::result run(Transaction& transaction, int pid, const std::string& sql) {
  try {
    auto result = transaction.exec(sql);
    ran(pid, "ok", sql);
    show("  rows", result.size());
    return result;
  } catch (const pqxx::sql_error& error) {
    ran(pid, error.sqlstate(), sql);
    show("  error", std::string_view(error.what()).substr(0, 60));
    return {};
  }
}

void queries(pqxx::connection& one) {
  const int pid = one.backendpid();
  pqxx::nontransaction plain(one);
  show("who", run(plain, pid, "SELECT current_user")[0][0].c_str());
  const auto said = run(plain, pid, "SELECT pg_backend_pid()");
  std::cout << "the backend is pid=" << pid << " pid=" << said[0][0].c_str() << std::endl;
  show("last of three", plain.exec("SELECT 1 AS a; SELECT 2 AS b; SELECT 3")[0][0].c_str());
  for (const char* sql : {"SELECT 1 AS a", "SELECT 2 AS b", "SELECT 3"}) ran(pid, "ok", sql);
  run(plain, pid, "CREATE TABLE pqxx_t (id int PRIMARY KEY, name text)");
  const auto echo = plain.exec_params("SELECT $1::int * 2, $2::text", 21, "it's");
  ran(pid, "ok", "SELECT $1::int * 2, $2::text");
  show("parameters", std::string(echo[0][0].c_str()) + echo[0][1].c_str());
  const std::string big(4'000'000, 'g');
  const auto back = plain.exec_params("SELECT $1::text", big);
  ran(pid, "ok", "SELECT $1::text");
  show("large", digest(back[0][0].c_str()));
  for (const char* sql : {"SELECT 1/0", "SELEC 1", "SELECT * FROM nowhere",
                          "INSERT INTO pqxx_t SELECT 1 FROM generate_series(1, 2)"})
    run(plain, pid, sql);
}

void prepared(pqxx::connection& one) {
  const std::string sql = "INSERT INTO pqxx_t VALUES ($1, $2)";
  one.prepare("insert_one", sql);
  pqxx::work work(one);
  ran(one.backendpid(), "ok", "BEGIN");
  for (int number = 0; number < 50; ++number) {
    work.exec_prepared("insert_one", number, "name " + std::to_string(number));
    ran(one.backendpid(), "ok", sql);
  }
  work.commit();
  ran(one.backendpid(), "ok", "COMMIT");
  one.unprepare("insert_one");
}

void transactions(pqxx::connection& one) {
  const int pid = one.backendpid();
  {
    pqxx::work work(one);
    ran(pid, "ok", "BEGIN");
    run(work, pid, "INSERT INTO pqxx_t VALUES (100, 'undone')");
    work.abort();
    ran(pid, "ok", "ROLLBACK");
  }
  {
    pqxx::work work(one);
    ran(pid, "ok", "BEGIN");
    run(work, pid, "INSERT INTO pqxx_t VALUES (101, 'kept')");
    try {
      pqxx::subtransaction inner(work, "inner");
      run(inner, pid, "INSERT INTO pqxx_t VALUES (101, 'twice')");
      inner.abort();
    } catch (const pqxx::sql_error&) {
      show("inner", "failed");
    }
    work.commit();
    ran(pid, "ok", "COMMIT");
  }
  pqxx::work work(one);
  ran(pid, "ok", "BEGIN");
  show("kept", run(work, pid, "SELECT id FROM pqxx_t WHERE id >= 100")[0][0].c_str());
  pqxx::icursorstream walk(work, "SELECT id FROM pqxx_t ORDER BY id", "walk", 20);
  std::size_t walked = 0;
  for (pqxx::result rows; walk >> rows;) walked += static_cast<std::size_t>(rows.size());
  show("walked", walked);
}

void copy(pqxx::connection& one) {
  constexpr int rows = 5'000;
  {
    pqxx::work work(one);
#if PQXX_VERSION_MAJOR >= 7
    auto into = pqxx::stream_to::table(work, {"pqxx_t"}, {"id", "name"});
    for (int row = 0; row < rows; ++row)
      into.write_values(1'000 + row, "copied\n" + std::to_string(row));
#else
    pqxx::stream_to into(work, "pqxx_t", std::vector<std::string>{"id", "name"});
    for (int row = 0; row < rows; ++row)
      into << std::make_tuple(1'000 + row, "copied\n" + std::to_string(row));
#endif
    into.complete();
    work.commit();
  }
  pqxx::work work(one);
  std::size_t copied = 0;
#if PQXX_VERSION_MAJOR >= 7
  for (const auto& [id, name] :
       work.stream<int, std::string>("SELECT id, name FROM pqxx_t WHERE id >= 1000"))
    copied += static_cast<std::size_t>(id) + name.size();
#else
  pqxx::stream_from from(work, "pqxx_t", std::vector<std::string>{"id", "name"});
  for (std::string line; from.get_raw_line(line);) copied += line.size();
  from.complete();
#endif
  show("copied", copied);
}

void large_object(pqxx::connection& one) {
  pqxx::work work(one);
  pqxx::largeobjectaccess made(work, std::ios::in | std::ios::out);
  const std::string content(500'000, 'L');
  made.write(content);
  made.seek(0, std::ios::beg);
  std::string back(content.size(), '\0');
  show("read", static_cast<std::uint64_t>(made.read(back.data(), back.size())));
  show("large object", digest(back));
  made.remove(work);
  for (int call = 0; call < 4; ++call) ran(one.backendpid(), "ok", "function call");
  work.commit();
  ran(one.backendpid(), "ok", "COMMIT");
}

// Several queries under way at once; libpqxx joins them into one string with marks between.
void pipeline(pqxx::connection& one) {
  pqxx::nontransaction plain(one);
  pqxx::pipeline pipe(plain);
  std::vector<pqxx::pipeline::query_id> sent;
  for (int number = 0; number < 30; ++number)
    sent.push_back(pipe.insert("SELECT " + std::to_string(number) + " AS pipelined"));
  int sum = 0;
  for (const auto id : sent) sum += pipe.retrieve(id)[0][0].as<int>();
  for (std::size_t number = 0; number < sent.size(); ++number)
    ran(one.backendpid(), "ok", "SELECT " + std::to_string(number) + " AS pipelined");
  show("sum", static_cast<std::uint64_t>(sum));
}

void cancel(pqxx::connection& one) {
  pqxx::connection watcher(dsn);
  const int pid = one.backendpid();
  pqxx::nontransaction plain(one);
  std::thread sleeper([&] { run(plain, pid, "SELECT pg_sleep(600)"); });
  {
    pqxx::nontransaction look(watcher);
    const auto sleeps =
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND pid = " +
        std::to_string(pid);
    while (look.exec(sleeps)[0][0].as<int>() == 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  one.cancel_query();
  sleeper.join();
  show("not hit", run(plain, pid, "SELECT 'the next one'")[0][0].c_str());
}

struct Receiver : pqxx::notification_receiver {
  using notification_receiver::notification_receiver;
  void operator()(const std::string& payload, int pid) override {
    std::cout << "heard from pid=" << pid << " " << digest(payload) << std::endl;
    heard = true;
  }
  bool heard = false;
};

void notify(pqxx::connection& one) {
  Receiver receiver(one, "news");
  pqxx::connection two(dsn);
  {
    pqxx::nontransaction plain(two);
    run(plain, two.backendpid(), "SELECT pg_notify('news', 'from two')");
  }
  while (!receiver.heard) one.await_notification(30, 0);
}

}  // namespace

int main(int, char** argv) {
  dsn = std::string("host=") + argv[1] + " port=" + argv[2] + " sslmode=" + argv[3];
  pqxx::connection one(dsn);
  queries(one);
  prepared(one);
  transactions(one);
  copy(one);
  large_object(one);
  pipeline(one);
  cancel(one);
  notify(one);
  pqxx::nontransaction plain(one);
  run(plain, one.backendpid(), "DROP TABLE pqxx_t");
  return 0;
}
