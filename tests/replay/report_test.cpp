#include "replay/report.hpp"

#include <regex>
#include <sstream>

#include "journal/base64.hpp"
#include "journal/sha256.hpp"
#include "replay/report_page.hpp"
#include "tests/catch.hpp"
#include "tests/replay/moments.hpp"

using namespace ride;
using namespace ride::replay;

namespace {

std::string page() {
  Report report;
  report.title = "{{script}} {{data}}";
  report.moments = Moments().began(1, "SELECT '{{style}}'").ended(1, {"{{policy}}"}).take();
  std::ostringstream out;
  write_report(report, out);
  return out.str();
}

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const auto from = text.find(begin) + begin.size();
  return text.substr(from, text.find(end, from) - from);
}

std::string named(const std::string& text) {
  const auto digest = journal::sha256(text);
  return "'sha256-" + journal::to_base64(journal::as_bytes(digest)) + "'";
}

}  // namespace

TEST_CASE("equal attempts give equal pages, byte by byte", "[replay][report]") {
  CHECK(page() == page());
}

TEST_CASE("the page's policy forbids all but its own style and script, named by their hashes",
          "[replay][report]") {
  const auto policy = between(page(), "Content-Security-Policy\" content=\"", "\"");
  CHECK(policy.starts_with("default-src 'none'; "));
  CHECK(policy.find("unsafe") == std::string::npos);
  const auto style = between(page(), "<style>", "</style>");
  const auto script = between(page(), "</script>\n<script>", "</script>");
  CHECK(style == report_style);
  CHECK(script == report_script);
  CHECK(policy.find("style-src " + named(style)) != std::string::npos);
  CHECK(policy.find("script-src " + named(script)) != std::string::npos);
}

TEST_CASE("nothing recorded is taken for a place of the page's own", "[replay][report]") {
  const auto text = page();
  const auto data = between(text, "id=\"data\">", "</script>");
  CHECK(data.find("{{script}} {{data}}") != std::string::npos);
  CHECK(data.find("{{policy}}") != std::string::npos);
}

TEST_CASE("the page's own files load nothing and never read text as HTML", "[replay][report]") {
  for (const auto part : {report_html, report_style, report_script}) {
    const std::string text(part);
    for (const auto* word :
         {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function",
          "fetch(", "XMLHttpRequest", "@import", "url(", "setAttribute('style", "localStorage"})
      CHECK(text.find(word) == std::string::npos);
    // The one address is a name, of SVG's elements.
    CHECK(std::regex_replace(text, std::regex("http://www.w3.org/2000/svg"), "").find("://") ==
          std::string::npos);
  }
}
