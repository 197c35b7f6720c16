// Moments by hand, a second apart, for the tests of timeline, player and cast.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "replay/moment.hpp"

namespace ride::replay {

class Moments {
 public:
  Moments& began(std::int64_t n, const std::string& text, journal::ConnectionId connection = 1,
                 bool tool = false) {
    StatementBegan what;
    what.n = n;
    what.database = "app_db";
    what.role = "oncall";
    what.text = text;
    what.tool = tool;
    return add(std::move(what), connection);
  }
  Moments& ended(std::int64_t n, const std::vector<std::string>& values = {},
                 journal::ConnectionId connection = 1, bool tool = false) {
    StatementEnded what;
    what.n = n;
    what.outcome = "committed";
    what.tag = "SELECT " + std::to_string(values.size());
    what.tool = tool;
    if (!values.empty()) what.columns = {{"value", false}};
    for (const auto& value : values) what.rows.push_back({value});
    what.rows_counted = static_cast<std::int64_t>(values.size());
    return add(std::move(what), connection);
  }
  Moments& note(const std::string& kind, const std::string& subject, const std::string& text,
                journal::ConnectionId connection = 0, Weight weight = Weight::plain) {
    return add(Note{kind, subject, text, weight, 0}, connection);
  }
  Moments& idle(std::int64_t seconds) {
    now_us_ += seconds * 1'000'000;
    return *this;
  }
  std::vector<Moment> take() { return std::move(all_); }

 private:
  Moments& add(std::variant<StatementBegan, StatementEnded, Note> what,
               journal::ConnectionId connection) {
    all_.push_back(
        {all_.size() + 1, 1'780'000'000'000'000 + now_us_, now_us_, connection, std::move(what)});
    now_us_ += 1'000'000;
    return *this;
  }

  std::vector<Moment> all_;
  std::int64_t now_us_ = 0;
};

}  // namespace ride::replay
