#include "journal/salvage.hpp"

#include <algorithm>
#include <fstream>
#include <random>

#include "journal/writer.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride;
using namespace ride::journal;

namespace {

constexpr std::uint64_t events_max = 4'000;
constexpr std::size_t page_bytes = 8'192;

// events_max events of one attempt, every tenth with a text of its own that is shared.
std::string recorded() {
  static const std::string bytes = [] {
    const TemporaryFolder folder;
    Writer writer(folder / "a.ride");
    writer.shared().append(Kind::attempt_began, 0, 1, number_body(1));
    for (std::uint64_t i = 2; i <= events_max; ++i) {
      const auto text = "event " + std::to_string(i) + std::string(i % 10 == 0 ? 200 : 20, '.');
      writer.shared().append(Kind::query, 1, static_cast<std::int64_t>(i), text_body(text));
    }
    writer.close();
    return load(folder / "a.ride");
  }();
  return bytes;
}

struct Read {
  Salvaged salvaged;
  std::size_t intact = 0;  // events, without gaps
};

// Every number from 1 on must be an event or lie in a gap, in order; and events be what they were.
Read read(const std::string& bytes) {
  const TemporaryFolder folder;
  save(folder / "a.ride", bytes);
  Reader reader(Database::open_damaged(folder / "a.ride"));
  Read out{salvage(reader), 0};
  Seq next = 1;
  for (const auto& event : out.salvaged.events) {
    REQUIRE(event.seq == next);
    const Fields fields(event.body);
    if (event.kind == Kind::gap) {
      next += fields.get_int(Field::number);
      CHECK(contains(std::string(fields.get_bytes(Field::message)), "the file is damaged"));
      continue;
    }
    ++next;
    ++out.intact;
    if (event.kind == Kind::query)
      REQUIRE(
          fields.get_bytes(Field::text).starts_with("event " + std::to_string(event.seq) + "."));
  }
  return out;
}

std::string with_noise(std::string bytes, std::size_t page, std::size_t count) {
  std::mt19937 random(7);
  for (auto i = page * page_bytes; i < std::min((page + count) * page_bytes, bytes.size()); ++i)
    bytes[i] = static_cast<char>(random());
  return bytes;
}

}  // namespace

TEST_CASE("nothing is amiss in a file that is whole", "[journal][salvage]") {
  const auto whole = read(recorded());
  CHECK(whole.intact == events_max);
  CHECK(whole.salvaged.damages.empty());
}

TEST_CASE("of a file with a damaged page, what stands before and behind it is read",
          "[journal][salvage]") {
  const auto pages = recorded().size() / page_bytes;
  std::size_t with_both_sides = 0, damaged = 0;
  for (std::size_t page = 1; page < pages; ++page) {
    INFO("page " << page + 1 << " of " << pages);
    Read out;
    try {
      out = read(with_noise(recorded(), page, 1));
    } catch (const std::exception& error) {
      CHECK(contains(error.what(), "a.ride"));  // a page of the schema: one clear line
      continue;
    }
    if (out.salvaged.damages.empty()) continue;  // a page that events need not
    ++damaged;
    const auto& events = out.salvaged.events;
    if (out.intact > events_max / 2 && events.front().kind != Kind::gap &&
        events.back().kind != Kind::gap)
      ++with_both_sides;
  }
  CHECK(damaged > 10);
  CHECK(with_both_sides > damaged / 2);
}

TEST_CASE("of a file that was cut off, what is there is read", "[journal][salvage]") {
  const auto pages = recorded().size() / page_bytes;
  for (const auto kept : {pages / 4, pages / 2, pages - 1}) {
    INFO(kept << " of " << pages << " pages");
    const auto out = read(recorded().substr(0, kept * page_bytes));
    CHECK(out.intact > 0);
    CHECK_FALSE(out.salvaged.damages.empty());
  }
  const auto odd = read(recorded().substr(0, recorded().size() - 100));
  CHECK(odd.intact > events_max / 2);
}

TEST_CASE("what holds nothing of an attempt is refused in one line", "[journal][salvage]") {
  const TemporaryFolder folder;
  for (const auto& bytes : {std::string(), std::string("SQLite format 3"), std::string(5'000, 'x'),
                            recorded().substr(0, 100), with_noise(recorded(), 0, 1)}) {
    save(folder / "a.ride", bytes);
    const auto why = error_of([&] {
      Reader reader(Database::open_damaged(folder / "a.ride"));
      if (salvage(reader).events.empty()) throw std::runtime_error("a.ride: empty");
    });
    CHECK(contains(why, "a.ride"));
    CHECK_FALSE(contains(why, "\n"));
  }
}
