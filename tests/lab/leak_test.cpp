// No secret reaches the disk: one of its own is planted on every path that a client has, through
// the built program, and then looked for in all it wrote. Beside each stands a marker that is no
// secret, and must be found wherever the search is to mean anything.
#include <libpq-fe.h>
#include <sqlite3.h>

#include <array>
#include <csignal>
#include <fstream>
#include <memory>

#include "tests/catch.hpp"
#include "tests/lab/planted.hpp"
#include "tests/lab/planted_statements.hpp"
#include "tests/lab/proxy_process.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/postgres.hpp"

using namespace ride::lab;
using ride::test::eventually;
using ride::test::Postgres;
namespace fs = std::filesystem;

namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

Connection connect(const ProxyProcess& proxy, const std::string& more = "") {
  Connection connection(PQconnectdb(proxy.dsn(more).c_str()), PQfinish);
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  return connection;
}

// One string as a simple query; whatever comes back is read.
void run(const Connection& connection, const std::string& text) {
  PQsendQuery(connection.get(), text.c_str());
  while (const Result result{PQgetResult(connection.get()), PQclear}) {
    char* row = nullptr;
    while (PQresultStatus(result.get()) == PGRES_COPY_OUT &&
           PQgetCopyData(connection.get(), &row, 0) > 0)
      PQfreemem(row);
  }
}

// The same as Parse, Bind, Describe and Execute, with parameters in text, then in binary.
void run_bound(const Connection& connection, const std::string& text,
               const std::vector<std::string>& values) {
  std::vector<const char*> pointers;
  std::vector<int> lengths;
  for (const auto& value : values) {
    pointers.push_back(value.c_str());
    lengths.push_back(static_cast<int>(value.size()));
  }
  for (const int format : {0, 1}) {
    const std::vector<int> formats(values.size(), format);
    Result(PQexecParams(connection.get(), text.c_str(), static_cast<int>(values.size()), nullptr,
                        pointers.data(), lengths.data(), formats.data(), format),
           PQclear);
  }
}

void run_prepared(const Connection& connection, const std::string& name, const std::string& value) {
  const char* pointer = value.c_str();
  Result(PQexecPrepared(connection.get(), name.c_str(), 1, &pointer, nullptr, nullptr, 0), PQclear);
}

void check_clean(const std::string& what, std::string_view bytes) {
  INFO(what);
  const auto found = leaks(bytes);
  for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 60); ++i) UNSCOPED_INFO(found[i]);
  CHECK(found.size() == 0);
}

bool holds(std::string_view bytes, int number) {
  return bytes.find(marker(number)) != std::string_view::npos;
}

std::string all_bytes(const ProxyProcess& proxy) {
  std::string out;
  for (const auto& content : files_below(proxy.file().parent_path())) out += content.bytes;
  return out;
}

// What others get of the record: exports, what is shown and found, a redacted copy, the index of
// the search. Each says the first marker, or it would prove nothing.
void check_handed_on(const ProxyProcess& proxy, int first) {
  const auto file = proxy.file().string();
  const auto copy = (proxy.folder() / "copy.ride").string();
  const std::vector<std::string> home{"RIDE_HOME=" + (proxy.folder() / "home").string()};
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"export", file},
                                             {"export", file, "--format", "csv"},
                                             {"export", file, "--format", "ocsf"},
                                             {"show", file, "--full"},
                                             {"show", file, "--json"},
                                             {"search", file, "", "--json"},
                                             {"redact", file, "--policy", "results", "-o", copy},
                                             {"export", copy}}) {
    auto all = words;
    all.insert(all.begin(), "audit");
    const auto outcome = run_ride(all, home);
    INFO(words[0] << ": " << outcome.err);
    CHECK(outcome.exit_code == 0);
    check_clean("ride audit " + words[0], outcome.out + outcome.err);
    if (words[0] != "redact" && words[0] != "search") CHECK(holds(outcome.out, first));
  }
  for (const auto& content : files_below(proxy.folder() / "home"))
    check_clean(content.path.string(), content.bytes);
  bool copied = false;
  for (const auto& content : files_below(copy)) {
    check_clean("the redacted copy", content.bytes);
    copied = copied || holds(content.bytes, first);
  }
  CHECK(copied);
}

// Stops the proxy and looks: nothing of a secret in what it left and said, and the markers of these
// numbers in the file.
void check_record(ProxyProcess& proxy, int first, int count) {
  CHECK(proxy.stop() == 0);
  for (const auto& content : files_below(proxy.folder())) {
    check_clean(content.path.filename().string(), content.bytes);
  }
  const auto record = all_bytes(proxy);
  for (int number = first; number < first + count; ++number) {
    INFO(marker(number));
    CHECK(holds(record, number));
  }
  check_clean("what ride proxy said", proxy.process().output());
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"replay"}, {"replay", "--json"}, {"score"}, {"score", "--json"}}) {
    auto all = words;
    all.push_back(proxy.file().string());
    const auto outcome = run_ride(all);
    check_clean("ride " + words[0], outcome.out + outcome.err);
    if (words[0] == "replay") CHECK(holds(outcome.out, first));
  }
  check_handed_on(proxy, first);
}

}  // namespace

TEST_CASE("the search for planted secrets finds them, however they are written", "[lab]") {
  for (const std::string before : {"", "x", "xy"}) {
    const auto text = before + planted(7);
    std::string hex, percent, wide;
    for (const char c : text) {
      std::array<char, 4> digits{};
      std::snprintf(digits.data(), digits.size(), "%02x", static_cast<unsigned char>(c));
      hex += digits.data();
      percent += "%" + std::string(digits.data());
      wide += std::string{c, '\0'};
    }
    for (const auto& written : {text, hex, percent, wide}) CHECK(leaks(written + "=").size() == 1);
  }
  CHECK(leaks("eHhTeDA3a1F3djkzTG1QenQ3").size() == 1);  // base64 of "xxSx07…"
  CHECK(leaks("nothing here").empty());
}

TEST_CASE("no planted secret of a simple query is in the record", "[lab][proxy][postgres]") {
  ProxyProcess proxy({"--metrics", "127.0.0.1:0"});
  const auto statements = secret_statements();
  {
    const auto connection = connect(proxy);
    REQUIRE(PQstatus(connection.get()) == CONNECTION_OK);
    const auto onlooker = connect(proxy);
    for (std::size_t i = 0; i < statements.size(); ++i) {
      run(connection, planted_in(static_cast<int>(i), statements[i]));
      run(onlooker, "SELECT query FROM pg_stat_activity");
      run(onlooker, "COPY (SELECT query FROM pg_stat_activity) TO STDOUT");
    }
    for (const auto& look : onlooking_statements()) run(connection, look);
    const auto page =
        run_program({"python3", "-c",
                     "import sys, urllib.request as web; print(web.urlopen(sys.argv[1]).read())",
                     "http://" + proxy.said("metrics") + "/metrics"});
    CHECK(page.out.find("ride_statements_total") != std::string::npos);
    check_clean("the metrics", page.out);
    run(connection, "DROP SUBSCRIPTION IF EXISTS planted_subscription");
  }
  check_record(proxy, 0, static_cast<int>(statements.size()));
}

TEST_CASE("no planted secret of the extended protocol is in the record", "[lab][proxy][postgres]") {
  ProxyProcess proxy;
  const auto statements = secret_statements();
  const auto bound = secret_parameter_statements();
  const int first_bound = static_cast<int>(statements.size());
  {
    const auto connection = connect(proxy);
    run(connection, "SELECT set_config('search_path', 'public, planted', false)");
    for (std::size_t i = 0; i < statements.size(); ++i)
      run_bound(connection, planted_in(static_cast<int>(i), statements[i]), {});
    for (std::size_t i = 0; i < bound.size(); ++i) {
      const int number = first_bound + static_cast<int>(i);
      const auto text = planted_in(number, bound[i]);
      run_bound(connection, text, {planted(number)});
      // Parse in one batch and Bind in a later one, of a name that is used again.
      const auto name = "p" + std::to_string(i % 3);
      Result(PQprepare(connection.get(), name.c_str(), text.c_str(), 0, nullptr), PQclear);
      run_prepared(connection, name, planted(number));
      run(connection, "DEALLOCATE " + name);
      run_prepared(connection, name, planted(number));  // an error now
    }
    const int own = first_bound + static_cast<int>(bound.size());
    run(connection, planted_in(own, "PREPARE by_sql AS SELECT set_config('a.password', $1, true)"));
    run(connection, planted_in(own + 1, "EXECUTE by_sql('~')"));
    run(connection, planted_in(own + 2, "SELECT 1; EXECUTE by_sql($$~$$); SELECT 'it''s kept'"));
    run_prepared(connection, "by_sql", planted(own + 3));
    run(connection, planted_in(own + 4,
                               "PREPARE q AS SELECT set_config('a.password', $1, true);"
                               "EXECUTE q('~'); DEALLOCATE ALL"));
  }
  check_record(proxy, 0, first_bound + static_cast<int>(bound.size()) + 3);
}

TEST_CASE("no secret that psql sends is in the record", "[lab][proxy][postgres]") {
  ProxyProcess proxy;
  const auto in_psql = [&](int number, const std::string& text,
                           const std::vector<std::string>& words = {}) {
    std::vector<std::string> all{"setsid", "-w", "psql", "-X", "-A", "-t", proxy.dsn()};
    all.insert(all.end(), words.begin(), words.end());
    run_program(all, {}, planted_in(number, text));
  };
  in_psql(0, "SELECT 1;\n\\password oncall\n~\n~\n");
  in_psql(1, "\\set secret '~'\nALTER ROLE oncall PASSWORD :'secret';\n");
  in_psql(2, "SELECT 'ALTER ROLE oncall PASSWORD ''~''' AS command \\gexec\n");
  in_psql(3, "SELECT set_config('a.password', $1, false) \\bind ~ \\g\n");
  in_psql(4,
          "SELECT 'a', 'password=~', 1 \\crosstabview\nSELECT 'a' AS password \\gset\n"
          "SELECT 'Sx' || 'x' AS password \\gdesc\n");
  in_psql(5, "ALTER ROLE oncall PASSWORD 'not closed ~;\n", {"-1"});
  in_psql(
      6,
      "\\set ECHO all\n\\set VERBOSITY verbose\nALTER ROLE nobody PASSWORD '~';\n\\errverbose\n");
  in_psql(7, "CREATE ROLE planted_psql PASSWORD '~'\\; SELECT 1\\; DROP ROLE planted_psql;\n");
  in_psql(8,
          "CREATE TEMP TABLE u (name text, password text);\nCOPY u (name, password) FROM STDIN;\n"
          "bob\t~\n\\.\nTABLE u;\n\\copy u (password) to stdout\n");
  in_psql(9, "\\conninfo\n", {"-d", proxy.dsn("password=" + planted(9))});
  run_program({"psql", "-X", "-c", planted_in(10, "ALTER ROLE oncall PASSWORD '~'"), proxy.dsn()});
  run_program({"psql", "-X", "-c", "SELECT 1", proxy.dsn()},
              {"PGPASSWORD=" + planted(11), "PGOPTIONS=-c a.password=" + planted(11),
               "PGAPPNAME=password=" + planted(11)});
  check_record(proxy, 0, 9);
}

TEST_CASE("no secret in an encoding that hides quotes, or behind backslashes, is in the record",
          "[lab][proxy][postgres]") {
  ProxyProcess proxy;
  const auto statements = secret_statements();
  int number = 0;
  {
    const auto off = connect(proxy, "options='-c standard_conforming_strings=off'");
    for (const auto* text :
         {R"(ALTER ROLE oncall PASSWORD 'x\'~')",
          R"(SELECT 'it\'s'; ALTER ROLE oncall PASSWORD '~'; SELECT 'that\'s')",
          R"(SELECT 'a\'', 1; ALTER ROLE oncall PASSWORD '~'; SELECT 'b\'')",
          R"(SET a.password = 'x\' ~')", R"(SELECT set_config('a.password', 'x\\~', true))"})
      run(off, planted_in(number++, text));
    for (const std::string encoding : {"SJIS", "GBK", "BIG5", "GB18030", "UHC", "LATIN1"}) {
      const auto connection = connect(proxy, "client_encoding=" + encoding);
      const std::string half = "\x83\x5c";  // a letter whose second half looks like a backslash
      for (const auto& text : std::vector<std::string>{
               "SELECT E'" + half + "'; ALTER ROLE oncall PASSWORD '~'; SELECT E'" + half + "'",
               "SELECT '" + half + "'; ALTER ROLE oncall PASSWORD '~'; SELECT '" + half + "'",
               "ALTER ROLE oncall PASSWORD E'" + half + "'~'",
               "ALTER ROLE oncall PASSWORD '\x83'~'", "ALTER ROLE oncall PASSWORD '" + half + "~'"})
        run(connection, planted_in(number++, text));
    }
  }
  check_record(proxy, 0, number);
}

TEST_CASE("no secret stands in a ring or the WAL of a proxy that is killed",
          "[lab][proxy][postgres]") {
  ProxyProcess proxy;
  const auto connection = connect(proxy);
  const auto statements = secret_statements();
  // In the WAL: what was drained while another reader kept it from being folded into the file.
  sqlite3* reader = nullptr;
  REQUIRE(sqlite3_open_v2(proxy.file().c_str(), &reader, SQLITE_OPEN_READWRITE, nullptr) ==
          SQLITE_OK);
  const auto in_wal = static_cast<int>(statements.size());
  for (int i = 0; i < in_wal; ++i)
    run(connection, planted_in(i, statements[static_cast<std::size_t>(i)]));
  REQUIRE(eventually([&] { return proxy.events("query").size() >= statements.size(); }));
  // In a ring: what cannot be drained while somebody else writes the file.
  REQUIRE(sqlite3_exec(reader, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
  for (int i = 0; i < in_wal; ++i)
    run(connection, planted_in(in_wal + i, statements[static_cast<std::size_t>(i)]));
  proxy.process().signal(SIGKILL);
  CHECK(proxy.process().wait() == 128 + SIGKILL);
  bool ring = false;
  bool wal = false;
  for (const auto& content : files_below(proxy.folder())) {
    const auto name = content.path.filename().string();
    check_clean(name, content.bytes);
    if (name.find(".ride-ring.") != std::string::npos)
      ring = ring || (holds(content.bytes, in_wal) && holds(content.bytes, 2 * in_wal - 1));
    if (name.ends_with("-wal")) wal = holds(content.bytes, 0) || wal;
  }
  CHECK(ring);
  CHECK(wal);
  sqlite3_close(reader);
  CHECK(run_ride({"audit", "recover", proxy.file().string()}).exit_code == 0);
  const auto record = all_bytes(proxy);
  check_clean("the recovered file", record);
  CHECK(holds(record, 2 * in_wal - 1));
}
