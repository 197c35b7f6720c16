#include "replay/layout.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <string_view>

#include "replay/table.hpp"
#include "scorer/text.hpp"

namespace ride::replay {
namespace {

using scorer::printable_line;

constexpr std::size_t width_min = 20;
constexpr std::size_t text_bytes_shown_max = 16'384;  // of COPY data, a parameter, a message

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

std::string rows_of(std::int64_t rows) {
  return std::to_string(rows) + (rows == 1 ? " row" : " rows");
}

class Page {
 public:
  explicit Page(const LayoutStyle& style)
      : style_(style), width_(std::max(style.width, width_min)) {}

  void line(std::string harmless, Paint paint) {
    lines_.push_back(cut(line_of(std::move(harmless), paint), width_));
  }
  // Recorded text, cut to its first bytes, wrapped behind `lead`, in one paint.
  void block(std::string_view lead, std::string_view recorded, Paint paint) {
    PaintedText text;
    text.add(recorded.substr(0, text_bytes_shown_max), paint);
    if (recorded.size() > text_bytes_shown_max)
      text.add(" … (" + std::to_string(recorded.size() - text_bytes_shown_max) + " more bytes)",
               Paint::dim);
    add(text.wrapped(lead, width_));
  }
  void add(std::vector<Line> lines) {
    std::move(lines.begin(), lines.end(), std::back_inserter(lines_));
  }
  void table(const StatementEnded& answer) {
    add(style_.expanded ? expanded_table_of(answer, width_, style_.rows_max)
                        : table_of(answer, width_, style_.rows_max));
  }
  std::size_t width() const { return width_; }
  std::vector<Line> take() { return std::move(lines_); }

 private:
  LayoutStyle style_;
  std::size_t width_;
  std::vector<Line> lines_;
};

std::string footer_of(const StatementEnded& answer, std::size_t rows_max) {
  std::string text;
  const auto shown = std::min(answer.rows.size(), rows_max);
  if (!answer.columns.empty()) text = "(" + rows_of(answer.rows_counted);
  if (!answer.columns.empty() && static_cast<std::int64_t>(shown) < answer.rows_counted)
    text += ", the first " + std::to_string(shown) + " shown";
  if (!answer.columns.empty()) text += ")";
  if (answer.columns.empty() && !answer.error) text = printable_line(answer.tag);
  if (answer.omitted_bytes > 0)
    text += " [" + std::to_string(answer.omitted_bytes) + " bytes were not kept]";
  if (answer.took_us) text += (text.empty() ? "" : "  ") + duration_of(*answer.took_us);
  if (answer.transaction == 'T') text += "  in transaction";
  if (answer.transaction == 'E') text += "  in a failed transaction";
  if (answer.outcome == "rolled back" && answer.tag != "ROLLBACK") text += "  (rolled back later)";
  return text;
}

std::string unanswered(const StatementEnded& answer) {
  return answer.outcome == "skipped" ? "(skipped by the server, after an error)"
                                     : "(no answer stands in the record)";
}

void put(Page& page, const ServerError& error) {
  page.block("", error.severity + ":  " + error.sqlstate + ": " + error.message, Paint::bad);
  if (!error.detail.empty()) page.block("", "DETAIL:  " + error.detail, Paint::bad);
  if (!error.hint.empty()) page.block("", "HINT:  " + error.hint, Paint::bad);
}

void put(Page& page, const Moment& moment, const StatementBegan& statement) {
  page.line("", Paint::plain);
  page.line(number_of(statement.n) + "  " + clock_of(moment.since_us) + "  connection " +
                std::to_string(moment.connection) + ", " + printable_line(statement.role),
            Paint::bold);
  const auto prompt = scorer::cut(printable_line(statement.database), 20) + "=" +
                      mark_of(statement.transaction) + "> ";
  page.add(painted_sql(statement.text).wrapped(prompt, page.width()));
  for (std::size_t i = 0; i < statement.parameters.size(); ++i) {
    const auto& value = statement.parameters[i];
    const auto name =
        std::string(scorer::display_width(prompt), ' ') + "$" + std::to_string(i + 1) + " = ";
    page.block(name, value ? "'" + *value + "'" : "NULL", Paint::literal);
  }
}

void put(Page& page, const Moment& moment, const StatementEnded& answer, bool below,
         const LayoutStyle& style) {
  if (!below) {
    page.line("", Paint::plain);
    page.line(number_of(answer.n) + "  " + clock_of(moment.since_us) + "  returns", Paint::bold);
  }
  if (!answer.answered) return page.line(unanswered(answer), Paint::dim);
  for (const auto& notice : answer.notices) page.block("NOTICE:  ", notice, Paint::dim);
  if (!answer.copied.empty()) page.block("", answer.copied, Paint::plain);
  page.table(answer);
  if (answer.error) put(page, *answer.error);
  const auto footer = footer_of(answer, style.rows_max);
  if (!footer.empty()) page.block("", footer, Paint::dim);
}

Paint paint_of(Weight weight) {
  return weight == Weight::good ? Paint::good : weight == Weight::bad ? Paint::bad : Paint::dim;
}

void put(Page& page, const Moment& moment, const Note& note) {
  auto text = note.subject.empty() ? note.text : note.subject + " " + note.text;
  if (note.kind == "connection" || note.kind == "cancel") text = "connection " + text;
  if (note.kind == "probe" || note.kind == "check" || note.kind == "workload")
    text = note.kind + " " + text;
  if (note.kind == "evidence") text = "evidence first seen: " + note.text;
  if (note.kind == "trap") text = "trap sprung: " + note.text;
  if (note.kind == "harm")
    text = note.n != 0 ? "#" + std::to_string(note.n) + " " + note.text
                       : "harm: " + note.subject + " " + note.text;
  if (note.kind == "comment")
    text = "comment on #" + std::to_string(note.n) +
           (note.subject.empty() ? "" : " by " + note.subject) + ": " + note.text;
  page.block("  · " + clock_of(moment.since_us) + "  ", printable_line(text),
             note.kind == "comment" ? Paint::literal : paint_of(note.weight));
}

}  // namespace

std::string clock_of(std::int64_t us) {
  const auto ms = std::max<std::int64_t>(us, 0) / 1'000;
  char text[40];
  std::snprintf(text, sizeof text, "%lld:%02lld.%03lld", static_cast<long long>(ms / 60'000),
                static_cast<long long>(ms / 1'000 % 60), static_cast<long long>(ms % 1'000));
  return text;
}

std::vector<Line> lines_of(const Moment& moment, bool below, const LayoutStyle& style) {
  Page page(style);
  if (const auto* statement = std::get_if<StatementBegan>(&moment.what))
    put(page, moment, *statement);
  if (const auto* answer = std::get_if<StatementEnded>(&moment.what))
    put(page, moment, *answer, below, style);
  if (const auto* note = std::get_if<Note>(&moment.what)) put(page, moment, *note);
  return page.take();
}

std::vector<Line> lines_of(const Fold& fold, const LayoutStyle& style) {
  Page page(style);
  if (fold.queries == 0) return {};
  auto text = number_of(fold.first_n);
  if (fold.last_n != fold.first_n) text += " to " + number_of(fold.last_n);
  text += "  " + clock_of(fold.since_us);
  text += fold.queries == 1 ? "  a query of the client's own about the catalog, "
                            : "  " + std::to_string(fold.queries) +
                                  " queries of the client's own about the catalog, ";
  text += rows_of(fold.rows);
  if (fold.failed > 0) text += ", " + std::to_string(fold.failed) + " failed";
  page.line(text, Paint::dim);
  return page.take();
}

}  // namespace ride::replay
