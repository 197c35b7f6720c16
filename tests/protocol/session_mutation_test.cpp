// Thousands of damaged conversations, the same on every run: nothing crashes, and what must always
// hold (TextObserver::breaches) holds.
#include <random>
#include <string>
#include <vector>

#include "tests/protocol/script.hpp"

using namespace ride::protocol;
using namespace ride::protocol::test;

namespace {

struct Turn {
  Side side;
  std::string bytes;
};

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) { return random() % limit; }

Turn client(std::string bytes) { return {Side::client, std::move(bytes)}; }
Turn server(std::string bytes) { return {Side::server, std::move(bytes)}; }

std::vector<std::vector<Turn>> conversations() {
  const auto ready = to_bytes(ReadyForQuery{});
  const auto done = to_bytes(CommandComplete{"X 1"});
  const auto row = to_bytes(DataRow{{"1", std::nullopt}});
  const auto failure = to_bytes(Failure{});
  const auto copy_in = to_bytes(Copy{CopyResponse::in_tag});
  const auto sync = to_bytes(Sync{});
  return {
      {client(to_bytes(Query{"a; b"})), server(to_bytes(RowDescription{{{"c"}}}) + row + row),
       server(done + done + ready)},
      {client(to_bytes(Parse{"s", "q", "\0\0\0\x17"}) + to_bytes(Bind{"p", "s"}) +
              to_bytes(Describe{'P', "p"}) + to_bytes(Execute{"p", 1}) + to_bytes(Execute{"p"})),
       client(to_bytes(Close{'S', "s"}) + sync),
       server(to_bytes(Empty{'1'}) + to_bytes(Empty{'2'}) + to_bytes(RowDescription{{{"c"}}})),
       server(row + to_bytes(Empty{'s'}) + row + done + to_bytes(Empty{'3'}) + ready)},
      {client(to_bytes(Parse{"", "bad"}) + to_bytes(Bind{}) + sync), server(failure + ready)},
      {client(to_bytes(Bind{}) + to_bytes(Execute{}) + sync),
       server(to_bytes(Empty{'2'}) + copy_in),
       client(to_bytes(CopyData{"x"}) + to_bytes(CopyDone{}) + sync), server(done + ready)},
      {client(to_bytes(Execute{}) + sync + to_bytes(CopyDone{}) + sync), server(copy_in + failure),
       server(ready + ready)},
      {client(to_bytes(FunctionCall{7})), server(to_bytes(Empty{'V'}) + ready)},
      {server(to_bytes(Notice{"n"}) + to_bytes(ParameterStatus{"a", "b"}) +
              to_bytes(NotificationResponse{1, "c", "p"}))},
  };
}

// One step of damage: a byte, a message gone, doubled or moved, a chunk cut or broken off.
void damage(std::vector<Turn>& turns, Random& random) {
  auto& turn = turns[below(random, turns.size())];
  switch (below(random, 6)) {
    case 0:
      if (!turn.bytes.empty())
        turn.bytes[below(random, turn.bytes.size())] = static_cast<char>(random());
      return;
    case 1:
      turn.bytes.resize(below(random, turn.bytes.size() + 1));
      return;
    case 2:
      turn.bytes += turn.bytes;
      return;
    case 3:
      std::swap(turn, turns[below(random, turns.size())]);
      return;
    case 4:
      turn.side = turn.side == Side::client ? Side::server : Side::client;
      return;
    default: {
      // A message's type alone: the framing stays whole, so that the session gets its share.
      constexpr std::string_view types = "BCDEFHPQSXcdf123tnTDCIsGHWdcVEZNSA";
      if (!turn.bytes.empty()) turn.bytes[0] = types[below(random, types.size())];
    }
  }
}

void play(const std::vector<Turn>& turns, Random& random) {
  const std::uint32_t kept = random() % 2 == 0 ? 8 : kept_message_bytes_max;
  Bench bench(kept, {.pending_messages_max = 50});
  bench.pass(Side::server, to_bytes(Authentication{0}) + to_bytes(ReadyForQuery{}));
  for (const auto& turn : turns) {
    for (std::size_t at = 0; at < turn.bytes.size();) {
      const auto size = 1 + below(random, turn.bytes.size());
      bench.pass(turn.side, ride::Bytes(turn.bytes).substr(at, size));
      at += size;
    }
  }
  bench.vanish();
  CHECK(bench.seen().breaches() == std::vector<std::string>{});
  CHECK(bench.seen().open() == std::set<RequestId>{});
}

}  // namespace

TEST_CASE("no damage to a conversation makes the record contradict itself", "[protocol][session]") {
  const auto all = conversations();
  for (unsigned seed = 0; seed < 5000; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    std::vector<Turn> turns;
    for (auto count = 1 + below(random, 6); count > 0; --count)
      for (const auto& turn : all[below(random, all.size())]) turns.push_back(turn);
    for (auto count = below(random, 5); count > 0; --count) damage(turns, random);
    play(turns, random);
  }
}

TEST_CASE("undamaged conversations are followed without a violation", "[protocol][session]") {
  const auto all = conversations();
  for (unsigned seed = 0; seed < 500; ++seed) {
    Random random(seed);
    Bench bench;
    bench.pass(Side::server, to_bytes(ReadyForQuery{}));
    for (int i = 0; i < 20; ++i)
      for (const auto& turn : all[below(random, all.size())]) bench.pass(turn.side, turn.bytes);
    INFO("seed " << seed);
    CHECK_FALSE(bench.seen().violated());
    CHECK(bench.seen().breaches() == std::vector<std::string>{});
    CHECK(bench.session().idle());
    bench.vanish();
    CHECK(bench.seen().take().back().substr(0, 5) != "ended");
  }
}
