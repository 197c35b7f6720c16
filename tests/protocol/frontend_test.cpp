#include "protocol/frontend.hpp"

#include <string>

#include "tests/protocol/codec.hpp"

using namespace ride;
using namespace ride::protocol;
using namespace ride::protocol::test;
using namespace std::string_literals;

namespace {

const auto parameters =
    "\0\1"s               // one format code,
    "\0\1"s               // binary, for all
    "\0\2"s               // two values
    "\0\0\0\4\0\0\0\7"s   // 7
    "\xff\xff\xff\xff"s;  // NULL

}  // namespace

TEST_CASE("Query survives its codec and nothing less does", "[protocol][frontend]") {
  check_codec(Query{"select 1"}, decode_query);
  check_codec(Query{""}, decode_query);
}

TEST_CASE("Parse survives its codec and nothing less does", "[protocol][frontend]") {
  check_codec(Parse{"name", "select $1", Bytes("\0\0\0\x17\0\0\0\0", 8)}, decode_parse);
  check_codec(Parse{}, decode_parse);
}

TEST_CASE("Parse with more types than bytes is refused", "[protocol][frontend]") {
  const auto bytes =
      "\0"s          // the unnamed statement
      "select 1\0"s  // its text
      "\xff\xff"s    // 65535 types
      "\0\0\0\x17"s;
  const auto parsed = decode_parse(bytes);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error() == DecodeError{Fault::bad_count, 'P', 12});
}

TEST_CASE("Bind survives its codec and nothing less does", "[protocol][frontend]") {
  check_codec(Bind{"portal", "statement", parameters, Bytes("\0\1", 2)}, decode_bind);
  check_codec(Bind{}, decode_bind);
}

TEST_CASE("Bind refuses values of negative and huge length and counts that cannot be",
          "[protocol][frontend]") {
  const auto names = "\0\0"s;
  const auto no_formats = "\0\0"s;
  CHECK(decode_bind(names + no_formats + "\0\1\xff\xff\xff\xfe\0\0"s).error().fault ==
        Fault::bad_length);
  CHECK(decode_bind(names + no_formats + "\0\1\x7f\xff\xff\xff\0\0"s).error().fault ==
        Fault::truncated);
  CHECK(decode_bind(names + "\xff\xff"s + no_formats).error().fault == Fault::bad_count);
  CHECK(decode_bind(names + no_formats + "\xff\xff\0\0"s).error().fault == Fault::bad_count);
}

TEST_CASE("of a Bind that was cut, names and what is there of the parameters can be read",
          "[protocol][frontend]") {
  const auto body = body_of(Bind{"p", "s", parameters, ""});
  const auto cut = Bytes(body).substr(0, body.size() - 5);
  Reader in(Bind::tag, cut);
  const auto bind = read_bind(in);
  CHECK(in.error());
  CHECK(bind.portal == "p");
  CHECK(bind.statement == "s");
  CHECK(bind.parameters == cut.substr(4));
}

TEST_CASE("Describe and Close survive their codecs and know two kinds alone",
          "[protocol][frontend]") {
  check_codec(Describe{'S', "s"}, decode_describe);
  check_codec(Describe{'P', ""}, decode_describe);
  check_codec(Close{'S', "s"}, decode_close);
  check_codec(Close{'P', ""}, decode_close);
  CHECK(decode_describe("Xs\0"s).error().fault == Fault::bad_value);
  CHECK(decode_close("\0s\0"s).error().fault == Fault::bad_value);
}

TEST_CASE("Execute, FunctionCall and CopyFail survive their codecs", "[protocol][frontend]") {
  check_codec(Execute{"portal", 100}, decode_execute);
  check_codec(Execute{"", 0xffffffff}, decode_execute);
  check_codec(FunctionCall{1598, parameters, 1}, decode_function_call);
  check_codec(CopyFail{"no more"}, decode_copy_fail);
}

TEST_CASE("messages are laid out as PostgreSQL's manual says", "[protocol][frontend]") {
  std::string out;
  encode(Execute{"p", 5}, out);
  CHECK(out ==
        "E"s           // type
        "\0\0\0\x0a"s  // length: itself, name, number
        "p\0"s         // portal
        "\0\0\0\5"s);  // rows at most
  out.clear();
  encode(Sync{}, out);
  encode(Flush{}, out);
  encode(Terminate{}, out);
  encode(CopyDone{}, out);
  CHECK(out == "S\0\0\0\4H\0\0\0\4X\0\0\0\4c\0\0\0\4"s);
  out.clear();
  encode(CopyData{"1\n"}, out);
  CHECK(out ==
        "d\0\0\0\6"
        "1\n"s);
}
