// What a file holds was chosen by others: in the report it is text, wherever it stands.
#include "tests/replay/moments.hpp"
#include "tests/replay/report_page.hpp"

using namespace ride;
using namespace ride::replay;
using ride::test::Browser;
using ride::test::TemporaryDirectory;

namespace {

const std::vector<std::string> attacks{
    "</script><script>alert(1)</script>",
    "<img src=http://127.0.0.1:9/x onerror=alert(2)>",
    "<!--<script>alert(3)",
    "\"><svg onload=alert(4)>",
    "javascript:alert(5)",
    "{{script}}{{data}}",
    "\xe2\x80\xa8\xe2\x80\xa9*/alert(6)//",
    "\x1b]0;title\x07\xe2\x80\xae",
    "__proto__",
    "'-alert(7)-'",
    "${alert(8)}`;alert(9)//",
};

// Every place in which a recorded text is shown.
Report hostile(const std::string& text) {
  auto moments = Moments()
                     .note("connection", "1", "opened: " + text, 1)
                     .note("actor", text, text, 0, Weight::bad)
                     .note("probe", text, text, 0, Weight::good)
                     .began(1, text)
                     .ended(1, {text, text})
                     .note("hint", text, text)
                     .note(text, text, text)
                     .take();
  auto& statement = std::get<StatementBegan>(moments[3].what);
  statement.database = statement.role = text;
  statement.parameters = {text, std::nullopt};
  auto& answer = std::get<StatementEnded>(moments[4].what);
  answer.columns = {{text, false}};
  answer.tag = answer.outcome = answer.copied = text;
  answer.notices = {text};
  answer.error = ServerError{text, text, text, text, text};
  for (const auto* kind : {"evidence", "trap", "comment"})
    moments.push_back({9, moments.back().at_us, 9, 0, Note{kind, text, text, Weight::bad, 1}});
  Report report;
  report.title = text;
  report.ungraded = text;
  report.damages = {text};
  journal::facts::WaitRow wait;
  wait.waiter = wait.blocker = wait.lock = wait.relation = text;
  wait.seen = moments.front().at_us;
  report.waits = {wait};
  report.moments = std::move(moments);
  return report;
}

}  // namespace

TEST_CASE("nothing recorded becomes script, markup or a request", "[replay][page]") {
  if (no_browser()) return;
  Browser browser;
  for (const auto& attack : attacks) {
    INFO(attack);
    const TemporaryDirectory folder;
    browser.open(page_of(hostile(attack), folder));
    CHECK(browser.number("document.scripts.length") == 1);
    CHECK(browser.number("document.querySelectorAll('img, iframe, object, embed, [onload], "
                         "[onerror], [style*=\"url\"]').length") == 0);
    CHECK(browser.number("document.querySelectorAll('article').length") >= 5);
    CHECK(browser.evaluate("Object.keys(Object.prototype).length === 0").as_bool());
  }
  check_quiet(browser);
}

TEST_CASE("what is recorded stands in the page as it reads", "[replay][page]") {
  if (no_browser()) return;
  Browser browser;
  const TemporaryDirectory folder;
  browser.open(page_of(hostile(attacks.front()), folder));
  CHECK(browser.text("document.querySelector('h1').textContent") == attacks.front());
  CHECK(browser.text("document.querySelector('.sql').textContent") == attacks.front());
  CHECK(browser.text("document.querySelector('td').textContent") == attacks.front());
  CHECK(browser.text("document.querySelector('.error').textContent").find(attacks.front()) !=
        std::string::npos);
}

TEST_CASE("a script that got into the page after all would not run", "[replay][page]") {
  if (no_browser()) return;
  Browser browser;
  const TemporaryDirectory folder;
  browser.open(page_of(hostile("x"), folder));
  browser.evaluate(
      "const bad = document.createElement('script'); bad.textContent = "
      "'document.title = \"ran\"'; document.body.append(bad)");
  browser.evaluate(
      "document.body.insertAdjacentHTML('beforeend', "
      "'<img src=http://127.0.0.1:9/x onerror=\"document.title = 1\">')");
  CHECK(browser.text("document.title") == "x: an attempt (ride)");
  CHECK(browser.until("true"));
  CHECK_FALSE(browser.complaints().empty());  // the policy says what it refused
}
