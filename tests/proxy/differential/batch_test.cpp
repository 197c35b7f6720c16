// Batches of the extended protocol: parameters, formats, descriptions, and where a batch ends.
#include "tests/catch.hpp"
#include "tests/proxy/differential/compare.hpp"

using namespace ride;
using namespace ride::protocol;
using namespace ride::test;
using namespace std::string_literals;

namespace {

const auto binary = "\0\1"s;

// Parameters in the formats of their values: all text.
const auto one_text =
    "\0\0\0\1\0\0\0\1"
    "7"s;
const auto one_binary = "\0\1\0\1\0\1\0\0\0\4\0\0\0\7"s;
const auto one_null = "\0\0\0\1\xff\xff\xff\xff"s;

}  // namespace

TEST_CASE("wire 36: parameters and results in every format, and their descriptions",
          "[postgres][proxy][wire]") {
  const auto parse = Parse{"s", "SELECT $1::int AS n, 'text'"};
  check_same({
      sequence("described", parse, Describe{'S', "s"}, Bind{"", "s", one_text}, Describe{'P', ""},
               Execute{}, Sync{}),
      sequence("text in, binary out", parse, Bind{"", "s", one_text, binary}, Describe{'P', ""},
               Execute{}, Sync{}),
      sequence("binary in, mixed out", parse, Bind{"", "s", one_binary, "\0\1\0\0"s},
               Describe{'P', ""}, Execute{}, Sync{}),
      sequence("NULL", parse, Bind{"", "s", one_null}, Execute{}, Sync{}),
      sequence("too few parameters", parse, Bind{"", "s"}, Execute{}, Sync{}),
      sequence("too many parameters", Parse{"", "SELECT 1"}, Bind{"", "", one_text}, Sync{}),
      sequence("more formats than parameters", parse,
               Bind{"", "s",
                    "\0\2\0\0\0\0\0\1\0\0\0\1"
                    "7"s},
               Sync{}),
      sequence("more formats than columns", parse, Bind{"", "s", one_text, "\0\0\0\0\0\0"s},
               Sync{}),
      sequence("a format that is none", parse, Bind{"", "s", one_text, "\0\2"s}, Execute{}, Sync{}),
      sequence("a binary int of 3 bytes", parse, Bind{"", "s", "\0\1\0\1\0\1\0\0\0\3\0\0\7"s},
               Sync{}),
      sequence("an int that is none", parse, Bind{"", "s", "\0\0\0\1\0\0\0\1x"s}, Sync{}),
      sequence("types that the client gives", Parse{"", "SELECT $1 + $2", "\0\0\0\x17\0\0\0\0"s},
               Describe{'S', ""}, Sync{}),
      sequence("a type nobody knows", Parse{"", "SELECT $1", "\0\x0f\x42\x3f"s}, Describe{'S', ""},
               Sync{}),
      sequence("what returns nothing", Parse{"", "BEGIN"}, Describe{'S', ""}, Bind{},
               Describe{'P', ""}, Execute{}, Sync{}),
      sequence("an empty statement", Parse{"", ""}, Describe{'S', ""}, Bind{}, Describe{'P', ""},
               Execute{}, Sync{}),
      sequence("two statements in one Parse", Parse{"", "SELECT 1; SELECT 2"}, Sync{}),
  });
}

TEST_CASE("wire 37: Flush brings answers without ending the batch", "[postgres][proxy][wire]") {
  check_same({
      sequence("behind each message", Parse{"", "SELECT 1"}, Flush{}, Bind{}, Flush{}, Execute{},
               Flush{}, Sync{}),
      sequence("behind nothing", Flush{}, Flush{}, Query{"SELECT 1"}),
      sequence("and a query instead of Sync", Parse{"", "SELECT 1"}, Bind{}, Execute{}, Flush{},
               Query{"SELECT 2"}, Sync{}),
  });
}

TEST_CASE("wire 38: a batch is one transaction, and may fail at Sync", "[postgres][proxy][wire]") {
  const auto table = Query{"CREATE TEMP TABLE t (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)"};
  const auto insert = Parse{"i", "INSERT INTO t VALUES (1)"};
  const auto count = Query{"SELECT count(*) FROM t"};
  check_same({
      sequence("rolled back by its last statement", table, insert, Bind{"", "i"}, Execute{},
               Parse{"", "SELECT 1/0"}, Bind{}, Execute{}, Sync{}, count),
      sequence("a constraint at Sync", table, insert, Bind{"", "i"}, Execute{}, Bind{"", "i"},
               Execute{}, Sync{}, count),
      sequence("a constraint at the end of a query", table,
               Query{"INSERT INTO t VALUES (1); INSERT INTO t VALUES (1)"}, count),
      sequence("a constraint at COMMIT", table, Query{"BEGIN"}, insert, Bind{"", "i"}, Execute{},
               Bind{"", "i"}, Execute{}, Parse{"", "COMMIT"}, Bind{}, Execute{}, Sync{}, count),
      sequence("COMMIT in the middle", table, insert, Bind{"", "i"}, Execute{}, Parse{"", "COMMIT"},
               Bind{}, Execute{}, Parse{"", "SELECT 1/0"}, Bind{}, Execute{}, Sync{}, count),
      sequence("BEGIN in the middle", Parse{"", "BEGIN"}, Bind{}, Execute{}, Parse{"", "SELECT 1"},
               Bind{}, Execute{}, Sync{}, Query{"COMMIT"}),
      sequence("what no batch may hold", Parse{"", "SELECT 1"}, Bind{}, Execute{},
               Parse{"", "VACUUM"}, Bind{}, Execute{}, Sync{}),
  });
}

TEST_CASE("wire 49: many messages in a segment, and segments that end anywhere",
          "[postgres][proxy][wire]") {
  check_same({
      sequence("begins with Sync", Sync{}, Query{"SELECT 1"}, Sync{}),
      sequence("a thousand of the smallest", times(1000, Sync{}), Query{"SELECT 1"}),
      sequence("a thousand queries", times(1000, Query{"SELECT 1"}), Terminate{})
          .closed_by_server(),
      sequence("a query longer than a block",
               Query{"SELECT length('" + std::string(200'000, 'x') + "')"}, Query{"SELECT 1"}),
      sequence("a query that ends with a block",
               Query{"SELECT length('" + std::string(65'536 - 77 - 24, 'x') + "')"},
               Query{"SELECT 1"}),
      sequence("batches longer than a block",
               times(3000, Raw{to_step(Parse{"", "SELECT 1"}).bytes + to_step(Bind{}).bytes +
                               to_step(Execute{}).bytes}),
               Sync{}),
  });
}

TEST_CASE("wire 47: large messages go through whole", "[postgres][proxy][wire]") {
  check_same({
      sequence("large rows", Query{"SELECT repeat('x', 300000) FROM generate_series(1, 20)"}),
      sequence("many columns", Query{"SELECT " + times(1599, Raw{"1, "}).bytes + "1"},
               Query{"SELECT 1"}),
      sequence("a large literal", Query{"SELECT length('" + std::string(3'000'000, 'x') + "')"}),
      sequence("a large parameter", Parse{"", "SELECT length($1)"},
               Bind{"", "", "\0\0\0\1\0\x10\0\0"s + std::string(1U << 20U, 'p')}, Execute{},
               Sync{}),
      sequence("large binary rows", Parse{"", "SELECT decode(repeat('00', 1000000), 'hex')"},
               Bind{"", "", "\0\0\0\0"s, binary}, Execute{}, Sync{}, Terminate{})
          .closed_by_server(),
  });
}
