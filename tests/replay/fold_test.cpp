#include "replay/fold.hpp"

#include "replay/layout.hpp"
#include "tests/catch.hpp"

using namespace ride;
using namespace ride::replay;

namespace {

Moment began(std::int64_t n, bool tool) {
  StatementBegan what;
  what.n = n;
  what.tool = tool;
  return {1, 0, n * 1'000'000, 1, what};
}

Moment ended(std::int64_t n, bool tool, std::int64_t rows = 1) {
  StatementEnded what;
  what.n = n;
  what.tool = tool;
  what.rows_counted = rows;
  return {1, 0, n * 1'000'000, 1, what};
}

std::vector<std::pair<std::size_t, std::size_t>> ranges(const std::vector<Item>& items) {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  for (const auto& item : items) out.emplace_back(item.first, item.count);
  return out;
}

}  // namespace

TEST_CASE("a run of a client's own queries is one item", "[replay][fold]") {
  const std::vector<Moment> moments{began(1, false), ended(1, false), began(2, true),
                                    ended(2, true),  began(3, true),  ended(3, true, 4),
                                    began(4, false), ended(4, false)};
  const auto items = items_of(moments, true);
  CHECK(ranges(items) ==
        std::vector<std::pair<std::size_t, std::size_t>>{{0, 1}, {1, 1}, {2, 4}, {6, 1}, {7, 1}});
  CHECK(plain_text(lines_of(items[2].fold, {}).at(0)) ==
        "#2 to #3  0:02.000  2 queries of the client's own about the catalog, 5 rows");
  CHECK(items_of(moments, false).size() == moments.size());
}

TEST_CASE("an answer is below its statement unless something stands between", "[replay][fold]") {
  const std::vector<Moment> moments{began(1, false), ended(1, false),
                                    began(2, false), {1, 0, 0, 0, Note{"actor", "a", "b"}},
                                    ended(2, false), ended(2, false)};
  std::vector<bool> below;
  for (const auto& item : items_of(moments, true)) below.push_back(item.below);
  CHECK(below == std::vector<bool>{false, true, false, false, false, true});
}
