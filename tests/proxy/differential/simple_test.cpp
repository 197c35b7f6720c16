// Simple queries, and what the server sends unasked.
#include "tests/catch.hpp"
#include "tests/proxy/differential/compare.hpp"

using namespace ride::protocol;
using namespace ride::test;

TEST_CASE("wire 20: a query of several statements ends at its first error",
          "[postgres][proxy][wire]") {
  check_same({
      sequence("nothing but a start-up"),
      sequence("one statement", Query{"SELECT 1"}),
      sequence("three statements", Query{"SELECT 1; SELECT 'two', NULL; SELECT 3"}, Terminate{})
          .closed_by_server(),
      sequence("an error in the middle", Query{"SELECT 1; SELECT 1/0; SELECT 3"},
               Query{"SELECT 'next'"}),
      sequence("a syntax error at the end", Query{"SELECT 1; SELEC 2"}, Query{"SELECT 'next'"}),
      sequence("no statement", Query{""}, Query{"  ;; "}, Query{"-- nothing"}, Query{"/* ; */"},
               Query{"SELECT 1; ; SELECT 2"}),
      sequence("transactions inside",
               Query{"BEGIN; CREATE TEMP TABLE t (n int); INSERT INTO t VALUES (1), (2); COMMIT; "
                     "TABLE t; BEGIN; INSERT INTO t VALUES (3); ROLLBACK; TABLE t"}),
      sequence("an implicit transaction rolled back", Query{"CREATE TEMP TABLE t (n int)"},
               Query{"INSERT INTO t VALUES (1); SELECT 1/0"}, Query{"TABLE t"}),
      sequence("pipelined queries, good and bad", Query{"SELECT 1"}, Query{"SELECT nothing"},
               Query{"SELECT 2"}, Query{"SELECT 1/0"}, Query{"SELECT 3"}),
  });
}

TEST_CASE("wire 39: COMMIT of a failed transaction is answered by ROLLBACK",
          "[postgres][proxy][wire]") {
  check_same({
      sequence("at once", Query{"BEGIN"}, Query{"SELECT 1/0"}, Query{"SELECT 1"}, Query{"COMMIT"},
               Query{"SELECT 1"}),
      sequence("a savepoint saves it", Query{"BEGIN; SAVEPOINT s"}, Query{"SELECT 1/0"},
               Query{"ROLLBACK TO s"}, Query{"SELECT 1"}, Query{"COMMIT"}),
      sequence("and chained", Query{"BEGIN"}, Query{"SELECT 1/0"}, Query{"COMMIT AND CHAIN"},
               Query{"SELECT 1"}, Query{"ROLLBACK"}),
      sequence("twice begun, twice ended", Query{"BEGIN"}, Query{"BEGIN"}, Query{"COMMIT"},
               Query{"COMMIT"}),
  });
}

TEST_CASE("wire 41: notifications, settings and notices come in their places",
          "[postgres][proxy][wire]") {
  check_same({
      sequence("to oneself", Query{"LISTEN a"}, Query{"NOTIFY a"}, Query{"NOTIFY a, 'payload'"},
               Query{"NOTIFY b"}, Query{"SELECT 1"}),
      sequence("at the end of a transaction", Query{"LISTEN a; LISTEN b"},
               Query{"BEGIN; NOTIFY a, '1'; NOTIFY b, '2'; NOTIFY a, '1'"}, Query{"SELECT 1"},
               Query{"COMMIT"}, Query{"UNLISTEN *"}, Query{"NOTIFY a"}),
      sequence("in a pipeline", Query{"LISTEN a"}, Parse{"", "NOTIFY a"}, Bind{}, Execute{}, Sync{},
               Query{"SELECT 1"}),
      sequence("settings", Query{"SET application_name = 'b'"},
               Query{"SET TimeZone = 'UTC'; SET DateStyle = 'German'; SET work_mem = '1MB'"},
               Query{"RESET ALL"}),
      sequence("settings taken back", Query{"BEGIN; SET LOCAL application_name = 'c'"},
               Query{"SET TimeZone = 'Asia/Tokyo'"}, Query{"ROLLBACK"}),
      sequence("another user", Query{"SET SESSION AUTHORIZATION scram_user"},
               Query{"SET ROLE scram_user; SELECT current_user"},
               Query{"RESET SESSION AUTHORIZATION"}),
      sequence("notices", Query{"DO $$BEGIN RAISE NOTICE 'n'; RAISE WARNING 'w'; END$$"},
               Query{"DROP TABLE IF EXISTS nothing, nobody"}, Query{"ROLLBACK"}),
      sequence("levels that the client asked for", Query{"SET client_min_messages = debug1"},
               Query{"DO $$BEGIN RAISE DEBUG 'd'; RAISE LOG 'l'; RAISE INFO 'i'; END$$"}),
  });
}

TEST_CASE("wire 42: a FATAL in the middle of a result is the server's last word",
          "[postgres][proxy][wire]") {
  check_same({
      sequence("a backend that ends itself", Query{"SELECT i, CASE WHEN i = 3 THEN "
                                                   "pg_terminate_backend(pg_backend_pid()) END "
                                                   "FROM generate_series(1, 5) AS i"})
          .closed_by_server(),
      sequence("in a pipeline", Parse{"", "SELECT pg_terminate_backend(pg_backend_pid())"}, Bind{},
               Execute{}, Sync{}, Query{"SELECT 'never'"}, Terminate{})
          .closed_by_server(),
      sequence("while idle", Query{"SET idle_session_timeout = 20"}).closed_by_server(),
      sequence("while idle in a transaction", Query{"SET idle_in_transaction_session_timeout = 20"},
               Query{"BEGIN"})
          .closed_by_server(),
  });
}

TEST_CASE("a statement that takes too long is an error, and the next is answered",
          "[postgres][proxy]") {
  check_same({
      sequence("in a query", Query{"SET statement_timeout = 20"}, Query{"SELECT pg_sleep(600)"},
               Query{"SELECT 1"}),
      sequence("in a pipeline", Query{"SET statement_timeout = 20"},
               Parse{"", "SELECT pg_sleep(600)"}, Bind{}, Execute{}, Sync{}, Query{"SELECT 1"}),
      sequence("behind its rows", Query{"SET statement_timeout = 20"},
               Query{"SELECT i, pg_sleep(i * 600) FROM generate_series(0, 1) AS i"},
               Query{"SELECT 1"}),
      sequence("for a lock", Query{"SET lock_timeout = 20; SET deadlock_timeout = '10s'"},
               Query{"BEGIN; LOCK TABLE pg_catalog.pg_class IN ACCESS SHARE MODE"},
               Query{"ROLLBACK"}),
  });
}

TEST_CASE("wire 43: a goodbye behind a query waits for its answer", "[postgres][proxy][wire]") {
  check_same({
      sequence("a query", Query{"SELECT 1"}, Terminate{}).closed_by_server(),
      sequence("a slow query", Query{"SELECT pg_sleep(0.05)"}, Query{"SELECT 2"}, Terminate{})
          .closed_by_server(),
      sequence("a pipeline without Sync", Parse{"", "SELECT 1"}, Bind{}, Execute{}, Terminate{})
          .closed_by_server(),
      sequence("a transaction", Query{"BEGIN"}, Terminate{}).closed_by_server(),
      sequence("a goodbye in the middle", Query{"SELECT 1"}, Terminate{}, Query{"SELECT 2"})
          .closed_by_server(),
      sequence("a goodbye behind an error, which is skipped by nobody", Parse{"", "SELEC"},
               Terminate{})
          .closed_by_server(),
  });
}

TEST_CASE("wire 44: a client that sends no more still gets its answers",
          "[postgres][proxy][wire]") {
  check_same({
      sequence("of a query", Query{"SELECT pg_sleep(0.05)"}),
      sequence("of a pipeline without Sync", Parse{"", "SELECT 1"}, Bind{}, Execute{}, Flush{}),
      sequence("in a transaction", Query{"BEGIN"}, Query{"SELECT 1"}),
      sequence("in a large result",
               Query{"SELECT repeat('x', 10000) FROM generate_series(1, 200)"}),
  });
}

TEST_CASE("wire 59: a flood of notices is relayed as it comes", "[postgres][proxy][wire]") {
  check_same({
      sequence("in one statement",
               Query{"DO $$BEGIN FOR i IN 1..20000 LOOP RAISE NOTICE 'line %', i; END LOOP; END$$"},
               Query{"SELECT 1"}),
      sequence("between rows",
               Query{"CREATE FUNCTION pg_temp.loud(i int) RETURNS int LANGUAGE plpgsql AS "
                     "$$BEGIN RAISE NOTICE '%', i; RETURN i; END$$"},
               Query{"SELECT pg_temp.loud(i) FROM generate_series(1, 500) AS i"}, Terminate{})
          .closed_by_server(),
  });
}

TEST_CASE("wire 51: text in any encoding and names of any length go through",
          "[postgres][proxy][wire]") {
  check_same({
      sequence("bytes that are no UTF-8", Query{"SELECT '\xff\xfe'"}, Query{"SELECT 1"}),
      sequence("another encoding", Query{"SET client_encoding = 'LATIN1'"},
               Query{"SELECT '\xe4\xf6\xfc' AS \"\xdf\""}, Query{"SELECT '\xe2\x82\xac'"}),
      sequence("another encoding in a pipeline", Query{"SET client_encoding = 'SJIS'"},
               Parse{"\x83\x65", "SELECT '\x83\x65\x83\x58\x83\x67'"}, Bind{"", "\x83\x65"},
               Execute{}, Sync{}),
      sequence("a name of 100 bytes", Parse{std::string(100, 'n'), "SELECT 1"},
               Bind{std::string(100, 'p'), std::string(100, 'n')}, Execute{std::string(100, 'p')},
               Sync{}, Query{"SELECT name FROM pg_prepared_statements"}),
      sequence("a column of 100 bytes",
               Query{"SELECT 1 AS " + std::string(100, 'c') + ", 2 AS \"\xe2\x98\x83\""}),
  });
}
