// Messages that are damaged, or none: the server says what it thinks of them.
#include "tests/catch.hpp"
#include "tests/proxy/differential/compare.hpp"

using namespace ride::protocol;
using namespace ride::test;
using namespace std::string_literals;

TEST_CASE("wire 46: types and lengths that no message has are left to the server",
          "[postgres][proxy][wire]") {
  const auto next = Query{"SELECT 'next'"};
  check_same({
      sequence("a type nobody knows", Query{"SELECT 1"}, Raw{"?\0\0\0\4"s}, next)
          .closed_by_server()
          .not_readable(),
      sequence("a server's message", Raw{"Z\0\0\0\5I"s}, next).closed_by_server().not_readable(),
      sequence("a start-up packet once more", start_up(), next).closed_by_server().not_readable(),
      sequence("a password nobody asked for", Raw{"p\0\0\0\x0asecret"s}, next).closed_by_server(),
      sequence("length 0", Raw{"Q\0\0\0\0"s}, next).closed_by_server().not_readable(),
      sequence("length 3", Query{"SELECT 1"}, Raw{"Q\0\0\0\3"s}).closed_by_server().not_readable(),
      sequence("length -1", Raw{"Q\xff\xff\xff\xff"s}, next).closed_by_server().not_readable(),
      sequence("length 0x7fffffff", Raw{"Q\x7f\xff\xff\xff"
                                        "abc"s})
          .closed_by_server()
          .not_readable(),
      sequence("an Execute of 10,001 bytes", Raw{"E\0\0\x27\x11"s + std::string(10'001 - 4, 'x')})
          .closed_by_server(),
      sequence("a Sync of 20,000 bytes", Raw{"S\0\0\x4e\x20"s + std::string(20'000 - 4, 'x')})
          .closed_by_server(),
  });
}

TEST_CASE("wire 46: messages with too little or too much in them are left to the server",
          "[postgres][proxy][wire]") {
  const auto next = Query{"SELECT 'next'"};
  check_same({
      sequence("a query without its NUL", Raw{"Q\0\0\0\x0cSELECT 1"s}, next),
      sequence("a query without anything", Raw{"Q\0\0\0\4"s}, next),
      sequence("a query of two strings", Raw{"Q\0\0\0\x16SELECT 1\0SELECT 2\0"s}, next),
      sequence("a Sync with a body", Parse{"", "SELECT 1"}, Raw{"S\0\0\0\5x"s}, next),
      sequence("a Flush with a body", Raw{"H\0\0\0\5x"s}, Query{"SELECT 'dropped'"}, Sync{}, next),
      sequence("a goodbye with a body", Query{"SELECT 1"}, Raw{"X\0\0\0\5x"s}, next)
          .closed_by_server(),
      sequence("a Parse without its query", Raw{"P\0\0\0\6s\0"s}, Sync{}, next),
      sequence("a Parse with types missing", Raw{"P\0\0\0\x11s\0SELECT 1\0\0\2"s}, Sync{}, next),
      sequence("a Bind with formats missing", Raw{"B\0\0\0\x08\0\0\xff\xff"s}, Sync{}, next),
      sequence("a Bind with a value longer than it", Parse{"s", "SELECT $1"},
               Raw{"B\0\0\0\x12\0s\0\0\0\0\1\0\0\0\x63x\0\0"s}, Sync{}, next),
      sequence("a Bind with a length of -2", Parse{"s", "SELECT $1"},
               Raw{"B\0\0\0\x11\0s\0\0\0\0\1\xff\xff\xff\xfe\0\0"s}, Sync{}, next),
      sequence("a Bind with bytes behind", Parse{"s", "SELECT 1"},
               Raw{"B\0\0\0\x0e\0s\0\0\0\0\0\0\0x"s}, Sync{}, next),
      sequence("a Describe of nothing there is", Raw{"D\0\0\0\6?\0"s}, Sync{}, next),
      sequence("a Close of nothing there is", Raw{"C\0\0\0\6?\0"s}, Sync{}, next),
      sequence("an Execute without its limit", Raw{"E\0\0\0\5\0"s}, Sync{}, next),
      sequence("a call without arguments", Raw{"F\0\0\0\x08\0\0\0\x63"s}, next),
  });
}

TEST_CASE("wire 46: a client that ends inside a message", "[postgres][proxy][wire]") {
  check_same({
      sequence("in the type", Query{"SELECT 1"}, Raw{"Q"}),
      sequence("in the length", Query{"SELECT 1"}, Raw{"Q\0\0"s}),
      sequence("in the body", Query{"SELECT 1"}, Raw{"Q\0\0\0\x20SELECT"s}),
      sequence("in a transaction", Query{"BEGIN"}, Raw{"Q\0\0\0\x20SELECT"s}),
  });
}
