// Sizes: messages as large as PostgreSQL takes them pass in bounded memory, and so does a client
// that sends on and on; lengths that cannot be are for the server to judge.
#include <algorithm>
#include <atomic>
#include <fstream>
#include <iostream>
#include <thread>

#include "tests/catch.hpp"
#include "tests/wire/measured_proxy.hpp"
#include "tests/wire/wire.hpp"

using namespace ride;
using namespace ride::test;

namespace {

constexpr std::uint64_t peak_mb_max = 64;
// PostgreSQL holds a value of 1 GB some four times over, and ctest runs two tests at a time.
constexpr std::uint64_t memory_mb_wanted = 8'000;

bool skipped_for_want_of_memory(std::uint64_t wanted_mb) {
  std::ifstream memory("/proc/meminfo");
  for (std::string line; std::getline(memory, line);) {
    if (!line.starts_with("MemAvailable:")) continue;
    const auto available_mb = std::stoull(line.substr(13)) / 1024;
    if (available_mb >= wanted_mb) return false;
    std::cout << "SKIPPED: PostgreSQL wants " << wanted_mb << " MB for this, and " << available_mb
              << " MB are to be had" << std::endl;
  }
  return true;
}

// Reads to the first idle ReadyForQuery at a chunk's end; how much it was, and its last bytes.
struct Drained {
  std::uint64_t size = 0;
  std::string tail = {};
};
Drained drain(const RawClient& client) {
  Drained out;
  while (!out.tail.ends_with(idle_ready)) {
    const auto part = client.receive_some();
    if (part.empty()) break;
    out.size += part.size();
    out.tail = (out.tail + part.substr(part.size() - std::min<std::size_t>(part.size(), 200)));
    if (out.tail.size() > 200) out.tail.erase(0, out.tail.size() - 200);
  }
  return out;
}

}  // namespace

// PostgreSQL's scanner doubles its buffer up to 1 GiB: no literal of more than half of that is
// taken by it. The rest of the message is a comment.
TEST_CASE("wire 47: a query of 900 MB with a literal of 500 MB passes in less than 64 MB of memory",
          "[postgres][wire]") {
  if (skipped_for_want_of_memory(memory_mb_wanted)) return;
  const MeasuredProxy proxy;
  const RawClient client(proxy.port());
  client.send(startup());
  client.receive_until(idle_ready);
  constexpr int literal_megabytes = 500;
  constexpr int megabytes = 900;
  const auto head = "SELECT length('"s;
  const auto middle = "') /*"s;
  const auto tail = "*/\0"s;
  const std::string megabyte(1'000'000, 'x');
  client.send(
      "Q" +
      number_bytes(4 + head.size() + middle.size() + tail.size() + megabytes * megabyte.size()) +
      head);
  for (int sent = 0; sent < megabytes; ++sent) {
    if (sent == literal_megabytes) client.send(middle);
    client.send(megabyte);
  }
  client.send(tail);
  CHECK(drain(client).tail.find("500000000") != std::string::npos);
  const auto peak_mb = proxy.peak_mb();
  CHECK(peak_mb < peak_mb_max);
}

TEST_CASE("wire 47: a bytea row of 1 GB passes in less than 64 MB of memory", "[postgres][wire]") {
  if (skipped_for_want_of_memory(memory_mb_wanted)) return;
  const MeasuredProxy proxy;
  const RawClient client(proxy.port());
  client.send(startup());
  client.receive_until(idle_ready);
  client.send(messages(protocol::Parse{"", "SELECT convert_to(repeat('x', 1000000000), 'UTF8')"},
                       protocol::Bind{.result_formats = Bytes("\0\1", 2)}, protocol::Execute{},
                       protocol::Sync{}));
  const auto row = drain(client);
  CHECK(row.size > 1'000'000'000);
  CHECK(row.tail.find("SELECT 1") != std::string::npos);
  const auto peak_mb = proxy.peak_mb();
  CHECK(peak_mb < peak_mb_max);
}

TEST_CASE(
    "wire 52: 100 MB of pipelined queries from a client that does not read stay bounded, and "
    "all are answered when it does",
    "[postgres][wire]") {
  const MeasuredProxy proxy;
  const RawClient client(proxy.port());
  client.send(startup());
  client.receive_until(idle_ready);
  const auto query = messages(protocol::Query{"SELECT '" + std::string(100'000, 'q') + "'"});
  constexpr int queries = 1'000;
  // It sends in a thread of its own and is stopped by nobody; nothing is read until it stands
  // still.
  std::atomic<int> sent = 0;
  std::thread sender([&] {
    for (; sent < queries; ++sent) client.send(query);
  });
  int before = -1;
  int unchanged = 0;
  CHECK(eventually([&] {
    unchanged = before == sent ? unchanged + 1 : 0;
    before = sent;
    return unchanged == 200;
  }));
  CHECK(sent < queries);
  std::uint64_t received = 0;
  std::uint64_t answered = 0;
  protocol::Framer framer(protocol::Side::server);
  while (answered < queries) {
    const auto part = client.receive_some();
    if (part.empty()) break;
    received += part.size();
    framer.feed(part);
    while (const auto frame = framer.next()) answered += frame->tag == 'Z';
  }
  sender.join();
  CHECK(answered == queries);
  CHECK(received > 100'000'000);
  const auto peak_mb = proxy.peak_mb();
  CHECK(peak_mb < peak_mb_max);
}

TEST_CASE("wire 48: lengths and counts that overflow are judged by the server, in its own words",
          "[postgres][wire]") {
  Recording recording;
  const auto bind_with = [](const std::string& parameters) {
    return messages(protocol::Parse{"", "SELECT $1::text"}, protocol::Bind{"", "", parameters},
                    protocol::Sync{});
  };
  const std::vector<std::string> sequences = {
      bind_with("\0\0\0\1\x7f\xff\xff\xff"s),      // a value of 2 GiB - 1
      bind_with("\0\0\0\1\x80\0\0\0"s),            // of less than no length
      bind_with("\0\0\0\1\xff\xff\xff\xfe"s),      // of -2
      bind_with("\0\0\0\1\xff\xff\xff\xff"s),      // NULL
      bind_with("\0\0\xff\xff\xff\xff\xff\xff"s),  // 65,535 values
      bind_with("\xff\xff\0\1\0\1"s),              // 65,535 formats
      messages(protocol::Parse{"", "SELECT 1"}) + "P\0\0\0\x0bx\0y\0\xff\xff\0"s +
          messages(protocol::Sync{}),
      "F\0\0\0\x14\0\0\0\1\0\0\0\1\xff\xff\xff\xf0\0\0"s,  // a call with a value of -16
      "F\0\0\0\x12\0\0\0\1\0\0\xff\xff\xff\xff\xff\xff"s,
      "Q\x3f\xff\xff\xff"s,  // 1 GiB - 1, of which the client then sends nothing
      "Q\x40\0\0\0"s,        // 1 GiB
      "Q\x80\0\0\4"s,
      "E\0\0\x27\x15"s,  // 10,005: too long for an Execute
  };
  for (const auto& bytes : sequences) {
    INFO(sequences.size() << ' ' << bytes);
    const auto words = [&](const RawClient& client) {
      client.send(startup() + bytes);
      client.finish_sending();
      std::string out;
      for (const auto& [tag, body] : split(client.receive_all()))
        if (tag != 'K') out += tag + body;
      return out;
    };
    const RawClient direct(own_server());
    const RawClient through(recording.proxy().port());
    CHECK((words(through) == words(direct)));
  }
  CHECK(value(recording.connect(), "SELECT 'still here'") == "still here");
}
