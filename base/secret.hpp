// A value that must never reach the journal, a log, an error or argv. There is no operator<<, no
// formatter and no conversion: whoever needs the bytes says reveal(), which is easy to grep for.
#pragma once

#include <string>
#include <utility>

namespace ride {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

 private:
  std::string value_;
};

}  // namespace ride
