#include "replay/report.hpp"

#include <ostream>
#include <string_view>
#include <utility>

#include "journal/base64.hpp"
#include "journal/sha256.hpp"
#include "replay/report_data.hpp"
#include "replay/report_page.hpp"

namespace ride::replay {
namespace {

// As a Content-Security-Policy names one text: whoever changes it makes it another one.
std::string named(std::string_view text) {
  const auto digest = journal::sha256(text);
  return "'sha256-" + journal::to_base64(journal::as_bytes(digest)) + "'";
}

std::string policy() {
  return "default-src 'none'; script-src " + named(report_script) + "; style-src " +
         named(report_style) + "; img-src data:; base-uri 'none'; form-action 'none'";
}

std::string_view up_to(std::string_view& rest, std::string_view mark) {
  const auto at = rest.find(mark);
  const auto piece = rest.substr(0, at);
  rest.remove_prefix(piece.size() + mark.size());
  return piece;
}

}  // namespace

void write_report(const Report& report, std::ostream& out) {
  std::string_view rest = report_html;
  out << up_to(rest, "{{policy}}") << policy();
  out << up_to(rest, "{{style}}") << report_style;
  out << up_to(rest, "{{data}}");
  write_report_data(report, out);
  out << up_to(rest, "{{script}}") << report_script << rest;
}

}  // namespace ride::replay
