#include "cli/rerun_message.hpp"

#include "protocol/frontend.hpp"
#include "tests/catch.hpp"

using namespace ride;
using namespace ride::cli;
using ride::journal::Kind;
using ride::replay::Request;

namespace {

std::string bytes(const char* text, std::size_t size) { return {text, size}; }

Request bind_of(const std::string& parameters, std::int64_t pid) {
  Request request;
  request.kind = Kind::bind;
  request.parameters = parameters;
  request.pids.push_back({0, 0, 1, pid, {}});
  return request;
}

}  // namespace

TEST_CASE("a query is sent as it was, with the new pids in the places of the old") {
  Request request;
  request.kind = Kind::query;
  request.text = "SELECT pg_blocking_pids(99), 99, pg_cancel_backend(1234)";
  request.pids = {{24, 2, 0, 99, {}}, {51, 4, 0, 1234, {}}};
  std::string wanted;
  protocol::encode(protocol::Query{"SELECT pg_blocking_pids(4711), 99, pg_cancel_backend(7)"},
                   wanted);
  CHECK(message_of(request, {4711, 7}) == wanted);
}

TEST_CASE("pids in parameters are replaced in text and in binary") {
  const auto text = bind_of(bytes("\0\0\0\1\0\0\0\2"
                                  "99",
                                  10),
                            99);
  CHECK(message_of(text, {4711})
            .find(bytes("\0\0\0\1\0\0\0\4"
                        "4711",
                        12)) != std::string::npos);
  const auto list = bind_of(bytes("\0\0\0\1\0\0\0\x08{99,199}", 16), 99);
  CHECK(message_of(list, {7}).find("{7,199}") != std::string::npos);
  const auto binary = bind_of(bytes("\0\1\0\1\0\1\0\0\0\4\0\0\0\x63", 14), 99);
  CHECK(message_of(binary, {258}).find(bytes("\0\0\0\4\0\0\1\2", 8)) != std::string::npos);
}

TEST_CASE("a Sync follows where one did, and COPY data ends as it ended") {
  Request request;
  request.kind = Kind::execute;
  request.portal = "p";
  request.number = 3;
  request.sync = true;
  std::string wanted;
  protocol::encode(protocol::Execute{"p", 3}, wanted);
  protocol::encode(protocol::Sync{}, wanted);
  CHECK(message_of(request, {}) == wanted);
  const auto data = message_of(replay::CopyIn{0, "1\n2\n", false});
  CHECK(data.find("1\n2\n") == 5);
  CHECK(data.substr(data.size() - 5) == bytes("c\0\0\0\4", 5));
  CHECK(message_of(replay::CopyIn{0, "", true}).front() == 'f');
}
