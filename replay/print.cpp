#include "replay/print.hpp"

namespace ride::replay {

std::string TextPrinter::print(const Moment& moment) {
  if (!style_.tool_queries && is_tool_noise(moment)) {
    if (!fold_) fold_.emplace();
    add_to(*fold_, moment);
    open_ = -1;
    return "";
  }
  auto out = finish();
  const auto* statement = std::get_if<StatementBegan>(&moment.what);
  const auto* answer = std::get_if<StatementEnded>(&moment.what);
  const bool below = answer != nullptr && answer->n == open_;
  out += text_of(lines_of(moment, below, style_.layout));
  open_ = statement != nullptr ? statement->n : answer != nullptr ? answer->n : -1;
  return out;
}

std::string TextPrinter::finish() {
  if (!fold_) return "";
  auto out = text_of(lines_of(*fold_, style_.layout));
  fold_.reset();
  return out;
}

std::string TextPrinter::text_of(const std::vector<Line>& lines) const {
  std::string out;
  for (const auto& line : lines) out += to_terminal(line, style_.color) + '\n';
  return out;
}

}  // namespace ride::replay
