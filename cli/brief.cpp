#include "cli/brief.hpp"

#include <ostream>
#include <sstream>
#include <string>

#include "cli/terminal.hpp"

namespace ride::cli {

void print_wrapped(std::string_view text, std::string_view indent, std::size_t width,
                   std::ostream& out) {
  std::istringstream in{std::string(text)};
  std::string line;
  for (std::string word; in >> word;) {
    if (!line.empty() && indent.size() + line.size() + 1 + word.size() > width) {
      out << indent << line << '\n';
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) out << indent << line << '\n';
}

void print_brief(const scorer::Rules& rules, std::ostream& out) {
  const std::size_t columns = output_columns();
  out << rules.title << " · " << rules.id << '\n'
      << rules.topic << " · " << rules.level << " · " << rules.minutes << " min\n\n";
  print_wrapped(rules.brief.alert, "  ", columns, out);
  out << '\n';
  print_wrapped(rules.brief.impact, "  ", columns, out);
  out << "\n  Done means:\n";
  for (const auto& item : rules.brief.done) {
    std::ostringstream wrapped;
    print_wrapped(item, "    ", columns, wrapped);
    std::string text = wrapped.str();
    if (text.size() > 2) text[2] = '-';
    out << text;
  }
}

}  // namespace ride::cli
