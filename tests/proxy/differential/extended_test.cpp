// The extended protocol and function calls.
#include "tests/catch.hpp"
#include "tests/proxy/differential/compare.hpp"

using namespace ride;
using namespace ride::protocol;
using namespace ride::test;
using namespace std::string_literals;

namespace {

constexpr std::uint32_t int4pl = 177;
constexpr std::uint32_t text_length = 1257;

// Behind a parameter's format codes: how many, then each with its length.
const auto two_ints = "\0\1\0\1\0\2\0\0\0\4\0\0\0\x28\0\0\0\4\0\0\0\2"s;

}  // namespace

TEST_CASE("wire 21: behind an error everything up to Sync is dropped, queries and calls too",
          "[postgres][proxy][wire]") {
  check_same({
      sequence("in Parse", Parse{"", "SELEC 1"}, Bind{}, Execute{}, Query{"SELECT 'dropped'"},
               FunctionCall{int4pl, two_ints}, Sync{}, Query{"SELECT 'next'"}),
      sequence("in Bind", Parse{"", "SELECT $1::int"}, Bind{}, Execute{}, Sync{},
               Query{"SELECT 'next'"}),
      sequence("in Execute", Parse{"", "SELECT 1/0"}, Bind{}, Describe{'P', ""}, Execute{},
               Describe{'P', ""}, Close{'P', ""}, Sync{}, Query{"SELECT 'next'"}),
      sequence("in Describe", Describe{'S', "nobody"}, Parse{"s", "SELECT 1"}, Sync{},
               Bind{"", "s"}, Sync{}),
      sequence("behind Flush", Parse{"", "SELEC 1"}, Flush{}, Query{"SELECT 'dropped'"}, Flush{},
               Sync{}, Query{"SELECT 'next'"}),
      sequence("and two batches", Parse{"a", "SELECT 1"}, Bind{"", "a"}, Execute{"nobody"}, Sync{},
               Bind{"", "a"}, Execute{}, Sync{}, Terminate{})
          .closed_by_server(),
      sequence("an error of a query drops nothing", Query{"SELEC 1"}, Parse{"", "SELECT 1"}, Bind{},
               Execute{}, Sync{}),
      sequence("an error of a call drops nothing", FunctionCall{999'999}, Parse{"", "SELECT 1"},
               Bind{}, Execute{}, Sync{}),
      sequence("no Sync ever", Parse{"", "SELEC 1"}, Query{"SELECT 'dropped'"}, Terminate{})
          .closed_by_server(),
      sequence("two Syncs", Parse{"", "SELECT 1"}, Bind{}, Execute{}, Sync{}, Sync{}, Sync{}),
  });
}

TEST_CASE("wire 29: function calls", "[postgres][proxy][wire]") {
  check_same({
      sequence("good, binary", FunctionCall{int4pl, two_ints, 1}, Query{"SELECT 1"}),
      sequence("good, text", FunctionCall{text_length, "\0\0\0\1\0\0\0\3abc"s, 0}),
      sequence("a NULL", FunctionCall{int4pl,
                                      "\0\0\0\2\xff\xff\xff\xff\0\0\0\1"
                                      "2"s,
                                      0}),
      sequence("too few arguments", FunctionCall{int4pl,
                                                 "\0\0\0\1\0\0\0\1"
                                                 "1"s,
                                                 0}),
      sequence("an argument that is none", FunctionCall{int4pl,
                                                        "\0\0\0\2\0\0\0\1x\0\0\0\1"
                                                        "2"s,
                                                        0}),
      sequence("nobody", FunctionCall{999'999}, FunctionCall{int4pl, two_ints, 1}),
      sequence("in a failed transaction", Query{"BEGIN"}, FunctionCall{999'999},
               FunctionCall{int4pl, two_ints, 1}, Query{"ROLLBACK"}),
      sequence("in the middle of a pipeline", Parse{"", "SELECT 1"},
               FunctionCall{int4pl, two_ints, 1}, Bind{}, Execute{}, Sync{}),
      sequence("more arguments announced than sent", FunctionCall{int4pl, "\0\0\0\3"s, 0},
               Query{"SELECT 1"}),
  });
}

TEST_CASE("wire 30: a portal's rows come over several Executes", "[postgres][proxy][wire]") {
  const auto parse = Parse{"s", "SELECT generate_series(1, 5)"};
  check_same({
      sequence("in one batch", parse, Bind{"c", "s"}, Describe{'P', "c"}, Execute{"c", 2},
               Execute{"c", 2}, Execute{"c", 2}, Execute{"c", 2}, Sync{}),
      sequence("exactly", parse, Bind{"c", "s"}, Execute{"c", 5}, Execute{"c", 5}, Sync{}),
      sequence("over several batches of a transaction", Query{"BEGIN"}, parse, Bind{"c", "s"},
               Execute{"c", 2}, Sync{}, Query{"SELECT 'between'"}, Execute{"c", 0}, Sync{},
               Query{"COMMIT"}),
      sequence("given up", parse, Bind{"c", "s"}, Execute{"c", 1}, Close{'P', "c"}, Execute{"c", 1},
               Sync{}),
      sequence("an INSERT has no pieces", Query{"CREATE TEMP TABLE t (n int)"},
               Parse{"", "INSERT INTO t SELECT generate_series(1, 5) RETURNING n"}, Bind{},
               Execute{"", 2}, Execute{"", 2}, Sync{}, Query{"SELECT count(*) FROM t"}),
      sequence("a limit below zero", parse, Bind{"", "s"}, Execute{"", 0xffffffffU}, Sync{}),
  });
}

TEST_CASE("wire 31: a portal lives as long as its transaction", "[postgres][proxy][wire]") {
  check_same({
      sequence("gone behind Sync", Parse{"s", "SELECT 1"}, Bind{"c", "s"}, Sync{}, Execute{"c"},
               Sync{}),
      sequence("there in a transaction", Query{"BEGIN"}, Parse{"s", "SELECT 1"}, Bind{"c", "s"},
               Sync{}, Execute{"c"}, Sync{}, Query{"COMMIT"}, Execute{"c"}, Sync{}),
      sequence("a cursor of SQL", Query{"BEGIN; DECLARE c CURSOR FOR SELECT generate_series(1, 3)"},
               Describe{'P', "c"}, Execute{"c", 2}, Sync{}, Query{"FETCH ALL FROM c"},
               Query{"CLOSE c"}, Execute{"c"}, Sync{}, Query{"COMMIT"}),
      sequence("a portal for FETCH", Query{"BEGIN"}, Parse{"s", "SELECT generate_series(1, 3)"},
               Bind{"c", "s"}, Sync{}, Query{"FETCH 1 FROM c"}, Execute{"c"}, Sync{},
               Query{"COMMIT"}),
      sequence("a name that is taken", Query{"BEGIN"}, Parse{"s", "SELECT 1"}, Bind{"c", "s"},
               Bind{"c", "s"}, Sync{}, Query{"ROLLBACK"}),
      sequence("WITH HOLD", Query{"DECLARE c CURSOR WITH HOLD FOR SELECT generate_series(1, 3)"},
               Execute{"c", 1}, Sync{}, Query{"FETCH c"}, Close{'P', "c"}, Sync{},
               Query{"FETCH c"}),
  });
}

TEST_CASE("wire 32: the unnamed statement lives until the next Parse or query",
          "[postgres][proxy][wire]") {
  check_same({
      sequence("until a query", Parse{"", "SELECT 1"}, Sync{}, Query{"SELECT 2"}, Bind{}, Execute{},
               Sync{}),
      sequence("until a Parse that fails", Parse{"", "SELECT 1"}, Sync{}, Parse{"", "SELEC"},
               Sync{}, Bind{}, Execute{}, Sync{}),
      sequence("until another Parse", Parse{"", "SELECT 1"}, Parse{"", "SELECT 2"}, Bind{},
               Execute{}, Sync{}, Bind{}, Execute{}, Sync{}),
      sequence("the unnamed portal too", Query{"BEGIN"}, Parse{"s", "SELECT 1"}, Bind{"", "s"},
               Sync{}, Query{"SELECT 2"}, Execute{}, Sync{}, Query{"ROLLBACK"}),
      sequence("closed", Parse{"", "SELECT 1"}, Close{'S', ""}, Bind{}, Sync{}),
  });
}

TEST_CASE("wire 33: a name that is taken keeps its statement", "[postgres][proxy][wire]") {
  check_same({
      sequence("in one batch", Parse{"s", "SELECT 1"}, Parse{"s", "SELECT 2"}, Sync{},
               Bind{"", "s"}, Execute{}, Sync{}),
      sequence("in two", Parse{"s", "SELECT 1"}, Sync{}, Parse{"s", "SELECT 2"}, Sync{},
               Bind{"", "s"}, Execute{}, Sync{}),
      sequence("given back in between", Parse{"s", "SELECT 1"}, Close{'S', "s"},
               Parse{"s", "SELECT 2"}, Bind{"", "s"}, Execute{}, Sync{}),
      sequence("kept through a rollback", Query{"BEGIN"}, Parse{"s", "SELECT 1"}, Sync{},
               Query{"ROLLBACK"}, Bind{"", "s"}, Execute{}, Sync{}),
  });
}

TEST_CASE("wire 34: SQL and the protocol share the names of statements",
          "[postgres][proxy][wire]") {
  check_same({
      sequence("PREPARE, then Bind", Query{"PREPARE s (int) AS SELECT $1"},
               Bind{"", "s",
                    "\0\0\0\1\0\0\0\1"
                    "7"s},
               Execute{}, Describe{'S', "s"}, Sync{}),
      sequence("Parse, then EXECUTE", Parse{"s", "SELECT 1"}, Sync{}, Query{"EXECUTE s"},
               Query{"PREPARE s AS SELECT 2"}),
      sequence("DEALLOCATE ALL", Parse{"s", "SELECT 1"}, Sync{}, Query{"DEALLOCATE ALL"},
               Bind{"", "s"}, Sync{}),
      sequence("DEALLOCATE in a pipeline", Parse{"s", "SELECT 1"}, Parse{"", "DEALLOCATE s"},
               Bind{}, Execute{}, Bind{"", "s"}, Sync{}),
      sequence("DISCARD ALL", Parse{"s", "SELECT 1"}, Sync{}, Query{"DISCARD ALL"}, Bind{"", "s"},
               Sync{}),
      sequence("Close of nothing", Close{'S', "nobody"}, Close{'P', "nobody"}, Sync{}),
      sequence("Close, then EXECUTE", Query{"PREPARE s AS SELECT 1"}, Close{'S', "s"}, Sync{},
               Query{"EXECUTE s"}),
  });
}
