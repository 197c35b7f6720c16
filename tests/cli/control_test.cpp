#include "cli/control.hpp"

#include <sys/socket.h>

#include <filesystem>
#include <future>

#include "base/json.hpp"
#include "cli/failure.hpp"
#include "tests/catch.hpp"
#include "tests/cli/temporary_home.hpp"

using namespace ride::cli;
namespace json = boost::json;

namespace {

std::pair<Descriptor, Descriptor> connected() {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

}  // namespace

TEST_CASE("progress comes before the answer", "[cli][control]") {
  auto [ours, theirs] = connected();
  {
    Conversation conversation(std::move(theirs));
    conversation.progress("one");
    conversation.progress("two");
    conversation.answer({{"total", 100}});
  }
  std::string seen;
  const auto answer =
      receive_answer(ours.get(), [&](std::string_view line) { seen.append(line).append(";"); });
  CHECK(seen == "one;two;");
  CHECK(answer.at("total").as_int64() == 100);
  CHECK(answer.at("ok").as_bool());
}

TEST_CASE("an error arrives as a failure with its line", "[cli][control]") {
  auto [ours, theirs] = connected();
  Conversation(std::move(theirs)).fail("port taken");
  CHECK_THROWS_WITH(receive_answer(ours.get(), {}), "port taken");
}

TEST_CASE("a conversation that ends without an answer says so", "[cli][control]") {
  auto [ours, theirs] = connected();
  { const Conversation conversation(std::move(theirs)); }
  CHECK_THROWS_AS(receive_answer(ours.get(), {}), Failure);
}

TEST_CASE("a peer that vanishes is a failure, not a wait", "[cli][control]") {
  auto [ours, theirs] = connected();
  send_line(theirs.get(), {{"progress", "one"}});
  theirs = Descriptor();
  CHECK_THROWS_AS(receive_answer(ours.get(), {}), Failure);
}

TEST_CASE("a request reaches the server and its answer the client, wherever RIDE_HOME is",
          "[cli][control]") {
  const TemporaryHome temporary;
  const Home home{temporary.home().root /
                  std::string(120, 'x')};  // longer than a socket's path may be
  create_home(home);
  ControlServer server(home);
  auto answer = std::async(std::launch::async, [&] {
    return request(home, {{"command", "status"}});
  });
  auto received = server.next(-1, -1);
  REQUIRE(received);
  CHECK(received->what.at("command").as_string() == "status");
  received->conversation->answer({{"n", 1}});
  CHECK(answer.get().at("n").as_int64() == 1);
}

TEST_CASE("what is no request is answered with an error", "[cli][control]") {
  const TemporaryHome temporary;
  ControlServer server(temporary.home());
  auto answer = std::async(std::launch::async, [&] {
    return request(temporary.home(), {{"x", 1}});
  });
  CHECK_FALSE(server.next(-1, -1));
  CHECK_THROWS_AS(answer.get(), Failure);
}

TEST_CASE("nobody listening is a failure that names the next step", "[cli][control]") {
  const TemporaryHome temporary;
  CHECK_THROWS_AS(request(temporary.home(), {{"command", "status"}}), Failure);
}
