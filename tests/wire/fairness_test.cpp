#include <atomic>
#include <thread>

#include "tests/catch.hpp"
#include "tests/support/eventually.hpp"
#include "tests/wire/wire.hpp"

using namespace ride;
using namespace ride::test;

namespace {

// Streams without end, read as fast as it comes, until it is told to stop.
class Stream {
 public:
  Stream(std::uint16_t port, const std::string& sql) : client_(port) {
    client_.send(startup() + messages(protocol::Query{sql}));
    reader_ = std::thread([this] {
      while (!stop_) {
        const auto part = client_.receive_some();
        if (part.empty()) break;
        bytes_ += part.size();
      }
    });
  }
  ~Stream() {
    stop_ = true;
    reader_.join();
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  std::uint64_t bytes() const { return bytes_; }

 private:
  RawClient client_;
  std::atomic<bool> stop_ = false;
  std::atomic<std::uint64_t> bytes_ = 0;
  std::thread reader_;
};

constexpr std::uint64_t megabyte = 1'000'000;
constexpr const char* endless_copy =
    "COPY (SELECT repeat('x', 1000), generate_series(1::bigint, 1000000000000)) TO STDOUT";

}  // namespace

// One thread relays both. Were a session served as long as it has something, the other would wait
// for an end that does not come.
TEST_CASE("wire 53: sessions take turns: a query is answered while a COPY streams without end",
          "[wire][postgres]") {
  Recording recording;
  const Stream stream(recording.proxy().port(), endless_copy);
  REQUIRE(eventually([&] { return stream.bytes() > megabyte; }));
  const auto other = recording.connect();
  for (int i = 0; i < 20; ++i) {
    const auto before = stream.bytes();
    REQUIRE(value(other, "SELECT 1") == "1");
    REQUIRE(eventually([&] { return stream.bytes() > before + megabyte; }));
  }
}
