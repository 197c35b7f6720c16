#include "replay/lanes.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace ride::replay {
namespace {

class LaneKeeper {
 public:
  Lanes hear(const Moment& moment) {
    Lanes out;
    if (moment.connection != 0) {
      const auto lane = lane_of(moment.connection);
      if (const auto* began = std::get_if<StatementBegan>(&moment.what); began != nullptr)
        busy_ = static_cast<std::uint8_t>(busy_ | bit(lane));
      if (std::holds_alternative<StatementEnded>(moment.what))
        busy_ = static_cast<std::uint8_t>(busy_ & ~bit(lane));
      out.own = lane;
    }
    out.open = open();
    out.busy = busy_;
    if (closes(moment)) leave(moment.connection);
    return out;
  }
  std::size_t count() const { return count_; }

 private:
  static std::uint8_t bit(std::size_t lane) { return static_cast<std::uint8_t>(1U << lane); }

  static bool closes(const Moment& moment) {
    const auto* note = std::get_if<Note>(&moment.what);
    return note != nullptr && note->kind == "connection" &&
           (note->text.starts_with("closed") || note->text.starts_with("refused"));
  }

  std::size_t lane_of(journal::ConnectionId connection) {
    if (const auto known = by_connection_.find(connection); known != by_connection_.end())
      return known->second;
    const auto free = std::find(users_.begin(), users_.end(), 0);
    const auto lane =
        std::min<std::size_t>(static_cast<std::size_t>(free - users_.begin()), lanes_max - 1);
    ++users_[lane];
    count_ = std::max(count_, lane + 1);
    return by_connection_[connection] = lane;
  }

  void leave(journal::ConnectionId connection) {
    const auto known = by_connection_.find(connection);
    if (known == by_connection_.end()) return;
    if (--users_[known->second] == 0)
      busy_ = static_cast<std::uint8_t>(busy_ & ~bit(known->second));
    by_connection_.erase(known);
  }

  std::uint8_t open() const {
    std::uint8_t bits = 0;
    for (std::size_t i = 0; i < lanes_max; ++i)
      if (users_[i] > 0) bits = static_cast<std::uint8_t>(bits | bit(i));
    return bits;
  }

  std::map<journal::ConnectionId, std::size_t> by_connection_;
  std::array<int, lanes_max> users_{};  // connections, by lane
  std::uint8_t busy_ = 0;
  std::size_t count_ = 0;
};

}  // namespace

std::vector<Lanes> lanes_of(const std::vector<Moment>& moments, std::size_t& count) {
  LaneKeeper keeper;
  std::vector<Lanes> out;
  out.reserve(moments.size());
  for (const auto& moment : moments) out.push_back(keeper.hear(moment));
  count = keeper.count();
  return out;
}

}  // namespace ride::replay
