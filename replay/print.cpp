#include "replay/print.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "replay/table.hpp"
#include "scorer/text.hpp"

namespace ride::replay {
namespace {

using scorer::cut;
using scorer::printable;
using scorer::printable_line;
using scorer::wrap;

constexpr std::size_t width_min = 20;
constexpr std::size_t text_bytes_shown_max = 16'384;  // of a statement or of COPY data

constexpr auto bold = "\x1b[1m";
constexpr auto dim = "\x1b[2m";
constexpr auto green = "\x1b[32m";
constexpr auto red = "\x1b[31m";

std::string clock_of(std::int64_t us) {
  const auto ms = std::max<std::int64_t>(us, 0) / 1'000;
  char text[40];
  std::snprintf(text, sizeof text, "%lld:%02lld.%03lld", static_cast<long long>(ms / 60'000),
                static_cast<long long>(ms / 1'000 % 60), static_cast<long long>(ms % 1'000));
  return text;
}

std::string duration_of(std::int64_t us) {
  char text[40];
  if (us < 1'000'000) {
    std::snprintf(text, sizeof text, "%.1f ms", static_cast<double>(us) / 1e3);
  } else {
    std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(us) / 1e6);
  }
  return text;
}

std::string number_of(std::int64_t n) { return n == 0 ? "after submit" : "#" + std::to_string(n); }

// psql's mark of the transaction state in its prompt.
std::string mark_of(char transaction) {
  if (transaction == 'T') return "*";
  return transaction == 'E' ? "!" : "";
}

class Painter {
 public:
  explicit Painter(const PrintStyle& style)
      : color_(style.color), width_(std::max(style.width, width_min)) {}

  std::size_t width() const { return width_; }
  std::string paint(const char* code, const std::string& text) const {
    return color_ ? code + text + "\x1b[0m" : text;
  }
  // Recorded text, cut to its first bytes, wrapped behind `lead`, in one colour.
  std::string block(std::string_view lead, std::string_view text, const char* code) const {
    const auto shown = printable(text.substr(0, text_bytes_shown_max));
    const auto more = text.size() > text_bytes_shown_max ? " …" : "";
    const auto indent = std::min(scorer::display_width(lead), width_ / 2);
    std::string out;
    for (const auto& line : wrap(expand_tabs(shown) + more, width_ - indent)) {
      out += out.empty() ? std::string(lead) : std::string(indent, ' ');
      out += paint(code, line) + '\n';
    }
    return out.empty() ? std::string(lead) + '\n' : out;
  }

 private:
  static std::string expand_tabs(const std::string& text) {
    std::string out;
    for (const char c : text) out += c == '\t' ? std::string(4, ' ') : std::string(1, c);
    return out;
  }

  bool color_;
  std::size_t width_;
};

std::string footer_of(const StatementEnded& answer, std::size_t rows_max) {
  std::string text;
  const auto shown = std::min(answer.rows.size(), rows_max);
  if (!answer.columns.empty())
    text =
        answer.rows_counted == 1 ? "(1 row" : "(" + std::to_string(answer.rows_counted) + " rows";
  if (!answer.columns.empty() && static_cast<std::int64_t>(shown) < answer.rows_counted)
    text += ", the first " + std::to_string(shown) + " shown";
  if (!answer.columns.empty()) text += ")";
  if (answer.columns.empty() && !answer.error) text = printable_line(answer.tag);
  if (answer.omitted_bytes > 0)
    text += " [" + std::to_string(answer.omitted_bytes) + " bytes were not kept]";
  if (answer.took_us) text += (text.empty() ? "" : "  ") + duration_of(*answer.took_us);
  if (answer.transaction == 'T') text += "  in transaction";
  if (answer.transaction == 'E') text += "  in a failed transaction";
  if (answer.outcome == "rolled back") text += "  (rolled back later)";
  return text;
}

std::string unanswered(const StatementEnded& answer) {
  return answer.outcome == "skipped" ? "(skipped by the server, after an error)"
                                     : "(no answer stands in the record)";
}

std::string error_of(const Painter& painter, const ServerError& error) {
  auto out = painter.block("", error.severity + ":  " + error.sqlstate + ": " + error.message, red);
  if (!error.detail.empty()) out += painter.block("", "DETAIL:  " + error.detail, red);
  if (!error.hint.empty()) out += painter.block("", "HINT:  " + error.hint, red);
  return out;
}

}  // namespace

std::string TextPrinter::print(const Moment& moment) {
  return std::visit([&](const auto& what) { return print(moment, what); }, moment.what);
}

std::string TextPrinter::print(const Moment& moment, const StatementBegan& statement) {
  const Painter painter(style_);
  if (statement.tool && !style_.tool_queries) return "";
  open_ = statement.n;
  const auto head = number_of(statement.n) + "  " + clock_of(moment.since_us) + "  connection " +
                    std::to_string(moment.connection) + ", " + printable_line(statement.role);
  auto out = '\n' + painter.paint(bold, cut(head, painter.width())) + '\n';
  const auto prompt =
      cut(printable_line(statement.database), 20) + "=" + mark_of(statement.transaction) + "> ";
  out += painter.block(prompt, statement.text, "");
  for (std::size_t i = 0; i < statement.parameters.size(); ++i) {
    const auto& value = statement.parameters[i];
    const auto name = "$" + std::to_string(i + 1) + " = ";
    out += painter.block(std::string(prompt.size(), ' ') + name,
                         value ? "'" + *value + "'" : "NULL", "");
  }
  return out;
}

std::string TextPrinter::print(const Moment& moment, const StatementEnded& answer) {
  const Painter painter(style_);
  if (answer.tool && !style_.tool_queries) {
    const auto line = number_of(answer.n) + "  " + clock_of(moment.since_us) +
                      "  a query of the client's own about the catalog, " +
                      std::to_string(answer.rows_counted) +
                      (answer.rows_counted == 1 ? " row" : " rows");
    return painter.paint(dim, cut(line, painter.width())) + '\n';
  }
  std::string out;
  if (open_ != answer.n)
    out = '\n' +
          painter.paint(bold,
                        cut(number_of(answer.n) + "  " + clock_of(moment.since_us) + "  returns",
                            painter.width())) +
          '\n';
  open_ = answer.n;
  if (!answer.answered) return out + painter.paint(dim, unanswered(answer)) + '\n';
  for (const auto& notice : answer.notices) out += painter.block("NOTICE:  ", notice, dim);
  if (!answer.copied.empty()) out += painter.block("", answer.copied, "");
  out += table_of(answer, painter.width(), style_.rows_max);
  if (answer.error) out += error_of(painter, *answer.error);
  const auto footer = footer_of(answer, style_.rows_max);
  return footer.empty() ? out : out + painter.block("", footer, dim);
}

std::string TextPrinter::print(const Moment& moment, const Note& note) {
  const Painter painter(style_);
  open_ = -1;
  const auto* code = note.weight == Weight::good ? green : note.weight == Weight::bad ? red : dim;
  auto subject = note.subject;
  if (note.kind == "connection" || note.kind == "cancel") subject = "connection " + subject;
  if (note.kind == "probe" || note.kind == "check" || note.kind == "workload")
    subject = note.kind + " " + subject;
  const auto text = subject.empty() ? note.text : subject + " " + note.text;
  return painter.block("  · " + clock_of(moment.since_us) + "  ", printable_line(text), code);
}

}  // namespace ride::replay
