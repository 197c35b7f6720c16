#include "replay/fold.hpp"

#include <algorithm>

namespace ride::replay {
namespace {

std::int64_t begun(const Moment& moment) {
  const auto* statement = std::get_if<StatementBegan>(&moment.what);
  return statement == nullptr ? -1 : statement->n;
}

std::int64_t ended(const Moment& moment) {
  const auto* answer = std::get_if<StatementEnded>(&moment.what);
  return answer == nullptr ? -1 : answer->n;
}

}  // namespace

bool is_tool_noise(const Moment& moment) {
  if (const auto* statement = std::get_if<StatementBegan>(&moment.what)) return statement->tool;
  if (const auto* answer = std::get_if<StatementEnded>(&moment.what)) return answer->tool;
  return false;
}

void add_to(Fold& fold, const Moment& moment) {
  if (fold.first_n == 0) fold.since_us = moment.since_us;
  const auto* answer = std::get_if<StatementEnded>(&moment.what);
  const auto n = answer == nullptr ? begun(moment) : answer->n;
  if (fold.first_n == 0) fold.first_n = n;
  fold.last_n = n;
  if (answer == nullptr) return;
  ++fold.queries;
  fold.rows += answer->rows_counted;
  if (answer->error) ++fold.failed;
}

std::vector<Item> items_of(const std::vector<Moment>& moments, bool folded) {
  std::vector<Item> items;
  std::int64_t open = -1;  // number of the statement whose text is shown right above
  for (std::size_t i = 0; i < moments.size(); ++i) {
    const auto& moment = moments[i];
    if (folded && is_tool_noise(moment)) {
      if (items.empty() || !items.back().folded) items.push_back({i, 0, true, false, {}});
      ++items.back().count;
      add_to(items.back().fold, moment);
      open = -1;
      continue;
    }
    items.push_back({i, 1, false, ended(moment) >= 0 && ended(moment) == open, {}});
    const bool statement = begun(moment) >= 0 || ended(moment) >= 0;
    open = statement ? std::max(begun(moment), ended(moment)) : -1;
  }
  return items;
}

}  // namespace ride::replay
