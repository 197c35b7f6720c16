#include "replay/table.hpp"

#include <algorithm>

#include "scorer/text.hpp"

namespace ride::replay {
namespace {

using scorer::display_width;
using scorer::fit;
using scorer::printable_line;

constexpr std::size_t column_width_min = 8;  // narrower ones say nothing
constexpr std::size_t value_bytes_shown_max = 4'096;

using Cells = std::vector<std::string>;

// A value as it is shown. Huge ones are cut before they are measured.
std::string cell_of(const std::optional<std::string>& value) {
  if (!value) return "";
  const auto shown = printable_line(std::string_view(*value).substr(0, value_bytes_shown_max));
  return value->size() > value_bytes_shown_max ? shown + "…" : shown;
}

std::vector<std::size_t> widths_of(const std::vector<Cells>& lines, std::size_t columns) {
  std::vector<std::size_t> widths(columns, 1);
  for (const auto& line : lines)
    for (std::size_t i = 0; i < columns; ++i)
      widths[i] = std::max(widths[i], display_width(line[i]));
  return widths;
}

// Takes width from the widest until the table fits or none can give more.
void shrink(std::vector<std::size_t>& widths, std::size_t width) {
  const auto total = [&](std::size_t width_max) {
    auto sum = 3 * widths.size() - 1;  // " a | b "
    for (const auto one : widths) sum += std::min(one, width_max);
    return sum;
  };
  auto width_max = std::max(width, column_width_min);
  while (width_max > column_width_min && total(width_max) > width) --width_max;
  for (auto& one : widths) one = std::min(one, width_max);
}

std::string aligned(const std::string& text, std::size_t width, bool right) {
  if (!right) return fit(text, width);
  const auto shown = scorer::cut(text, width);
  return std::string(width - std::min(width, display_width(shown)), ' ') + shown;
}

// As psql does it: the name in the middle of its column.
std::string head_of(const Cells& cells, const std::vector<std::size_t>& widths, std::size_t width) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto name = scorer::cut(cells[i], widths[i]);
    const auto left = (widths[i] - std::min(widths[i], display_width(name))) / 2;
    line += (i == 0 ? " " : " | ") + fit(std::string(left, ' ') + name, widths[i]);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return scorer::cut(line, width);
}

std::string row_of(const Cells& cells, const std::vector<Column>& columns,
                   const std::vector<std::size_t>& widths, std::size_t width) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i)
    line += (i == 0 ? " " : " | ") + aligned(cells[i], widths[i], columns[i].right);
  line.erase(line.find_last_not_of(' ') + 1);
  return scorer::cut(line, width);
}

std::string rule_of(const std::vector<std::size_t>& widths, std::size_t width) {
  std::string rule;
  for (std::size_t i = 0; i < widths.size(); ++i)
    rule += (i == 0 ? "" : "+") + std::string(widths[i] + 2, '-');
  return rule.substr(0, width);
}

// The same where there is room to say how much is missing.
std::string long_cell_of(const std::optional<std::string>& value) {
  if (!value || value->size() <= value_bytes_shown_max) return cell_of(value);
  return cell_of(value) + " (" + std::to_string(value->size() - value_bytes_shown_max) +
         " more bytes)";
}

}  // namespace

std::vector<Line> table_of(const StatementEnded& answer, std::size_t width, std::size_t rows_max) {
  const auto& columns = answer.columns;
  if (columns.empty()) return {};
  std::vector<Cells> lines(1);
  for (const auto& column : columns) lines.front().push_back(printable_line(column.label));
  for (const auto& row : answer.rows) {
    if (lines.size() > rows_max) break;
    auto& cells = lines.emplace_back();
    for (const auto& value : row) cells.push_back(cell_of(value));
    cells.resize(columns.size());
  }
  auto widths = widths_of(lines, columns.size());
  shrink(widths, width);
  std::vector<Line> out{line_of(head_of(lines.front(), widths, width)),
                        line_of(rule_of(widths, width))};
  for (std::size_t i = 1; i < lines.size(); ++i)
    out.push_back(line_of(row_of(lines[i], columns, widths, width)));
  return out;
}

std::vector<Line> expanded_table_of(const StatementEnded& answer, std::size_t width,
                                    std::size_t rows_max) {
  std::vector<Line> out;
  Cells labels;
  std::size_t widest = 1;
  for (const auto& column : answer.columns) {
    labels.push_back(
        scorer::cut(printable_line(column.label), std::max<std::size_t>(width / 3, 1)));
    widest = std::max(widest, display_width(labels.back()));
  }
  for (std::size_t i = 0; i < answer.rows.size() && i < rows_max && !labels.empty(); ++i) {
    const auto rule = "-[ RECORD " + std::to_string(i + 1) + " ]";
    out.push_back(line_of(scorer::fit(rule, std::min(width, rule.size()))));
    for (std::size_t k = 0; k < labels.size() && k < answer.rows[i].size(); ++k) {
      PaintedText text;
      text.add(long_cell_of(answer.rows[i][k]), Paint::plain);
      for (auto& line : text.wrapped(fit(labels[k], widest) + " | ", width))
        out.push_back(std::move(line));
    }
  }
  return out;
}

}  // namespace ride::replay
