// COPY in both directions, and what is left of it where it fails.
#include "tests/catch.hpp"
#include "tests/proxy/differential/compare.hpp"

using namespace ride::protocol;
using namespace ride::test;
using namespace std::string_literals;

namespace {

const auto table = Query{"CREATE TEMP TABLE t (n int)"};
const auto copy_in = Query{"COPY t FROM STDIN"};
const auto parse_copy = Parse{"", "COPY t FROM STDIN"};
const auto count = Query{"SELECT count(*) FROM t"};

// Makes every INSERT and COPY into t fail before it has read a row.
const auto failing_trigger = Query{
    "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN RAISE EXCEPTION 'refused'; END$$; "
    "CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION "
    "pg_temp.refuse()"};

}  // namespace

TEST_CASE("wire 22: a Sync inside COPY is swallowed", "[postgres][proxy][wire]") {
  check_same({
      sequence("one", table, parse_copy, Bind{}, Execute{}, Sync{}, CopyData{"1\n2\n"}, CopyDone{},
               Sync{}, count),
      sequence("several, and Flush", table, parse_copy, Bind{}, Execute{}, Sync{}, Flush{}, Sync{},
               CopyData{"1\n"}, Sync{}, CopyDone{}, Sync{}, count),
      sequence("in a simple query", table, copy_in, Sync{}, CopyData{"1\n"}, Sync{}, CopyDone{},
               count),
      sequence("none, where COPY never began", Parse{"", "COPY nowhere FROM STDIN"}, Bind{},
               Execute{}, Sync{}, CopyData{"1\n"}, CopyDone{}, Sync{}, Query{"SELECT 1"}),
      sequence("and no other Sync", table, parse_copy, Bind{}, Execute{}, CopyData{"1\n"},
               CopyDone{}, Sync{}, Sync{}, count),
  });
}

TEST_CASE("wire 23: behind a COPY that fails, Syncs and queries are answered as ever",
          "[postgres][proxy][wire]") {
  check_same({
      sequence("on bad data", table, parse_copy, Bind{}, Execute{}, Sync{}, CopyData{"x\n"},
               CopyDone{}, Sync{}, Query{"SELECT 1"}),
      sequence("on bad data, before its end", table, parse_copy, Bind{}, Execute{}, Sync{},
               CopyData{"x\n" + std::string(70'000, '1') + "\n"}, CopyData{"2\n"}, CopyDone{},
               Sync{}, Query{"SELECT 1"}),
      sequence("before it reads", table, failing_trigger, parse_copy, Bind{}, Execute{}, Sync{},
               CopyData{"1\n"}, CopyDone{}, Sync{}, Query{"SELECT 1"}),
      sequence("before it reads, with a batch behind", table, failing_trigger, parse_copy, Bind{},
               Execute{}, Sync{}, CopyData{"1\n"}, CopyDone{}, Sync{}, Parse{"", "SELECT 2"},
               Bind{}, Execute{}, Sync{}),
      sequence("in a simple query", table, copy_in, CopyData{"x\n"}, CopyDone{}, Query{"SELECT 1"}),
      sequence("in a simple query, before it reads", table, failing_trigger, copy_in,
               CopyData{"1\n"}, CopyDone{}, Query{"SELECT 1"}),
      sequence("by CopyFail", table, copy_in, CopyData{"1\n"}, CopyFail{"changed my mind"}, count),
      sequence("by CopyFail in a pipeline", table, parse_copy, Bind{}, Execute{}, CopyData{"1\n"},
               CopyFail{"changed my mind"}, Sync{}, count),
      sequence("by CopyFail without its text", table, copy_in, Raw{"f\0\0\0\4"s}, count),
      sequence("by too few columns", Query{"CREATE TEMP TABLE t (a int, b int)"}, copy_in,
               CopyData{"1\t2\n3\n"}, CopyDone{}, count),
  });
}

TEST_CASE("wire 24: COPY messages outside COPY are dropped without a word",
          "[postgres][proxy][wire]") {
  check_same({
      sequence("while idle", CopyData{"late"}, CopyDone{}, CopyFail{"late"}, Query{"SELECT 1"}),
      sequence("behind a COPY that never began", Query{"COPY nowhere FROM STDIN"}, CopyData{"late"},
               CopyDone{}, Query{"SELECT 1"}),
      sequence("behind a COPY that is over", table, copy_in, CopyData{"1\n"}, CopyDone{},
               CopyData{"2\n"}, CopyDone{}, count),
      sequence("in a pipeline", Parse{"", "SELECT 1"}, CopyData{"x"}, Bind{}, CopyDone{}, Execute{},
               Sync{}),
      sequence("in a failed transaction", Query{"BEGIN"}, Query{"SELECT 1/0"}, CopyData{"x"},
               Query{"ROLLBACK"}),
      sequence("with a body where none belongs", Raw{"c\0\0\0\5x"s}, Query{"SELECT 1"}),
  });
}

TEST_CASE("wire 25: any other message inside COPY ends the session", "[postgres][proxy][wire]") {
  check_same({
      sequence("a query", table, copy_in, CopyData{"1\n"}, Query{"SELECT 1"}).closed_by_server(),
      sequence("a pipeline", table, copy_in, Parse{"", "SELECT 1"}, Bind{}, Execute{}, Sync{})
          .closed_by_server(),
      sequence("a goodbye", table, copy_in, CopyData{"1\n"}, Terminate{}).closed_by_server(),
      sequence("a call", table, parse_copy, Bind{}, Execute{}, FunctionCall{177}, Sync{})
          .closed_by_server(),
      sequence("nonsense", table, copy_in, Raw{"?\0\0\0\4"s}).closed_by_server().not_readable(),
      sequence("the end", table, copy_in, CopyData{"1\n"}),
      sequence("the end inside a message", table, copy_in,
               Raw{"d\0\0\0\x10"
                   "1\n"s})
          .not_readable(),
  });
}

TEST_CASE("wire 26: COPY in the middle of a query takes its data and leaves the rest",
          "[postgres][proxy][wire]") {
  check_same({
      sequence("in", table, Query{"SELECT 1; COPY t FROM STDIN; SELECT count(*) FROM t"},
               CopyData{"1\n"}, CopyData{"2\n"}, CopyDone{}, count),
      sequence("in twice", table,
               Query{"COPY t FROM STDIN; COPY t FROM STDIN; SELECT count(*) FROM t"},
               CopyData{"1\n"}, CopyDone{}, CopyData{"2\n3\n"}, CopyDone{}, count),
      sequence("in, failing", table, Query{"SELECT 1; COPY t FROM STDIN; SELECT 2"},
               CopyData{"x\n"}, CopyDone{}, count),
      sequence("out, and in", table,
               Query{"COPY (VALUES (1), (2)) TO STDOUT; COPY t FROM STDIN; COPY t TO STDOUT"},
               CopyData{"7\n"}, CopyDone{}, count),
  });
}

TEST_CASE("wire 27: COPY data is streamed, either way", "[postgres][proxy][wire]") {
  check_same({
      sequence("out", Query{"COPY (SELECT generate_series(1, 5)) TO STDOUT"}),
      sequence("out in a pipeline", Parse{"", "COPY (SELECT generate_series(1, 5)) TO STDOUT"},
               Bind{}, Describe{'P', ""}, Execute{}, Sync{}),
      sequence("out, binary",
               Query{"COPY (SELECT generate_series(1, 3), NULL, 'x') TO STDOUT BINARY"}),
      sequence("out, failing half-way",
               Query{"COPY (SELECT 1 / (4 - i) FROM generate_series(1, 5) AS i) TO STDOUT"},
               Query{"SELECT 1"}),
      sequence("out, much",
               Query{"COPY (SELECT repeat('x', 1000) FROM generate_series(1, 3000)) TO STDOUT"}),
      sequence("in, CSV with a header", table, Query{"COPY t FROM STDIN (FORMAT csv, HEADER)"},
               CopyData{"n\n\"1\"\n2"}, CopyDone{}, count),
      sequence("in, lines across messages", table, copy_in, CopyData{"1"}, CopyData{"2\n3"},
               CopyData{""}, CopyData{"4\n"}, CopyDone{}, Query{"TABLE t"}),
      sequence("in, an end-of-data mark", table, copy_in, CopyData{"1\n\\.\n2\n"}, CopyDone{},
               count),
      sequence("in, binary", table, Query{"COPY t FROM STDIN BINARY"},
               CopyData{"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4\0\0\0\7\xff\xff"s},
               CopyDone{}, Query{"TABLE t"}),
      sequence("in, much", table, copy_in, times(20'000, CopyData{"123456789\n"}), CopyDone{},
               count),
      sequence("in, one large message", Query{"CREATE TEMP TABLE t (n text)"}, copy_in,
               CopyData{std::string(2'000'000, 'x') + "\n"}, CopyDone{}, count),
  });
}
