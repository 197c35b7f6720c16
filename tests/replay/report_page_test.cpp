// The report as people see it: the page that the program wrote, in Chromium.
#include "replay/report_page.hpp"

#include <set>

#include "tests/replay/moments.hpp"
#include "tests/replay/report_page.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

using namespace ride;
using namespace ride::replay;
using ride::test::Browser;
using ride::test::TemporaryDirectory;
using ride::test::Viewport;

namespace {

std::filesystem::path picture(const std::string& name) {
  return std::filesystem::path(RIDE_PICTURES) / name;
}

// The id or text of what has the focus.
constexpr auto focused =
    "document.activeElement.closest('article')?.getAttribute('aria-label') ?? "
    "document.activeElement.id";

bool is_in_sight(Browser& browser, const std::string& node) {
  return browser.until("(() => { const box = (" + node +
                       ").getBoundingClientRect();"
                       " return box.top >= 0 && box.top < innerHeight; })()");
}

Report long_report(int statements) {
  Moments moments;
  for (int n = 1; n <= statements; ++n)
    moments.began(n, "SELECT " + std::to_string(n), 1 + static_cast<unsigned>(n % 4))
        .ended(n, {"value " + std::to_string(n)}, 1 + static_cast<unsigned>(n % 4));
  Report report;
  report.title = "a long one";
  report.moments = moments.take();
  return report;
}

}  // namespace

TEST_CASE("the page shows card, timeline and statements, and loads nothing", "[replay][page]") {
  if (no_browser()) return;
  const TemporaryDirectory folder;
  Browser browser;
  browser.open(page_of_attempt(folder));
  CHECK(browser.text("document.querySelector('h1').textContent") == "Release fallout");
  CHECK(browser.text("document.title") == "Release fallout: 100 of 100 (ride)");
  CHECK(browser.text("document.querySelector('.ring').getAttribute('aria-label')") ==
        "100 of 100 points");
  const auto rules = browser.text("document.getElementById('card').textContent");
  for (const auto* words : {"Detect", "The session that blocks the writes", "40 of 40", "10 of 10",
                            "saw app_writer wait for a lock", "None of 14 was sprung",
                            "Complete: every tenant is migrated and recorded"})
    CHECK(rules.find(words) != std::string::npos);
  const auto first =
      browser.text("document.querySelector('article[aria-label=\"Statement 1\"]').innerText");
  for (const auto* words :
       {"#1", "SELECT pid, usename", "wait_event_type", "old_app", "3 rows", "Evidence first seen"})
    CHECK(first.find(words) != std::string::npos);
  const auto chart = browser.text("document.getElementById('chart').getAttribute('aria-label')");
  for (const auto* lane : {"app_writer", "migration_runner", "waits for locks", "markers"})
    CHECK(chart.find(lane) != std::string::npos);
  CHECK(browser.number("document.querySelectorAll('.about.comment').length") == 2);
  check_quiet(browser);
}

TEST_CASE("one file gives one page, which is not written over another", "[replay][page]") {
  const TemporaryDirectory folder;
  const std::string file = RIDE_JOURNALS "/2-release-fallout.ride";
  const auto page = (folder / "page.html").string();
  CHECK(test::run({RIDE_PROGRAM, "replay", file, "--html", page}).status == 0);
  const auto out = test::run({RIDE_PROGRAM, "replay", file, "--html", "-"});
  std::ifstream in(page, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  CHECK(out.output == bytes);
  const auto again = test::run({RIDE_PROGRAM, "replay", file, "--html", page});
  CHECK(again.status == 1);
  CHECK(again.output.find("is there already") != std::string::npos);
}

TEST_CASE("evidence on the card leads to its statement", "[replay][page]") {
  if (no_browser()) return;
  const TemporaryDirectory folder;
  Browser browser;
  browser.open(page_of_attempt(folder));
  browser.click(".rule .link[aria-label=\"Statement 16\"]");
  CHECK(browser.text(focused) == "Statement 16");
  CHECK(is_in_sight(browser, "document.activeElement"));
  // Catalog queries are hidden until one of them is where a link leads.
  CHECK(browser.evaluate("document.getElementById('tools').checked").as_bool() ==
        browser.evaluate("data.statements[15].tool === true").as_bool());
  check_quiet(browser);
}

TEST_CASE("the statements are walked by keys", "[replay][page]") {
  if (no_browser()) return;
  const TemporaryDirectory folder;
  Browser browser;
  browser.open(page_of_attempt(folder));
  browser.press("j");
  CHECK(browser.text(focused) == "Statement 1");
  browser.press("j");
  CHECK(browser.text(focused) == "Statement 2");
  browser.press("k");
  CHECK(browser.text(focused) == "Statement 1");
  const std::string open = "document.activeElement.getAttribute('aria-expanded')";
  CHECK(browser.text(open) == "true");
  browser.press("Enter");
  CHECK(browser.text(open) == "false");
  browser.press("]");
  CHECK(browser.text(focused) == "Statement 2");  // it has a comment
  browser.press("/");
  CHECK(browser.text(focused) == "words");
  browser.type("BACKFILL");
  browser.type("no such words anywhere");
  CHECK(browser.until("document.getElementById('count').textContent.startsWith('0 statements')"));
  browser.evaluate("document.getElementById('words').value = ''");
  browser.type("APP_WRITER");
  CHECK(browser.until("document.querySelector('#list mark')?.textContent === 'app_writer'"));
  browser.evaluate("document.activeElement.blur()");
  browser.press("?");
  CHECK(browser.evaluate("document.getElementById('help').open").as_bool());
  check_quiet(browser);
}

TEST_CASE("the timeline is walked and zoomed by keys, and says where one is", "[replay][page]") {
  if (no_browser()) return;
  const TemporaryDirectory folder;
  Browser browser;
  browser.open(page_of_attempt(folder));
  browser.press("t");
  CHECK(browser.text(focused) == "chart");
  const std::string said = "document.getElementById('chart-said').textContent";
  browser.press("ArrowRight");
  CHECK(browser.text(said).starts_with("markers: Evidence first seen:"));
  browser.press("ArrowDown");
  CHECK(browser.text(said).starts_with("3 oncall@app_db (psql): #"));
  const auto before = browser.number("timeline.view.to - timeline.view.from");
  browser.press("+");
  CHECK(browser.number("timeline.view.to - timeline.view.from") < before);
  browser.press("0");
  CHECK(browser.number("timeline.view.to - timeline.view.from") == before);
  browser.press("Home");
  browser.press("Enter");
  CHECK(browser.text(focused) == "Statement 1");
  check_quiet(browser);
}

TEST_CASE("pointing at the timeline tells what is there, and a click leads to it",
          "[replay][page]") {
  if (no_browser()) return;
  const TemporaryDirectory folder;
  Browser browser;
  browser.open(page_of_attempt(folder));
  // Where the first wait is drawn.
  browser.evaluate("document.getElementById('timeline').scrollIntoView()");
  const std::string wait = "timeline.lanes.find((lane) => lane.kind === 'wait')";
  const auto x = browser.number(
      "document.getElementById('chart').getBoundingClientRect().x + "
      "timeline.x(" +
      wait + ".spans[0].from) + 5");
  const auto y = browser.number("document.getElementById('chart').getBoundingClientRect().y + " +
                                wait + ".top + 12");
  browser.move(static_cast<int>(x), static_cast<int>(y));
  CHECK(
      browser.text("document.getElementById('tip').textContent").starts_with("app_writer waited "));
  const std::string session = "timeline.lanes.find((lane) => lane.kind === 'session')";
  const auto at = browser.number(
      "document.getElementById('chart').getBoundingClientRect().x + "
      "timeline.x(" +
      session + ".spans[0].from) + 2");
  const auto height = browser.number(
      "document.getElementById('chart').getBoundingClientRect().y + " + session + ".top + 12");
  for (const auto* type : {"mousePressed", "mouseReleased"})
    browser.call("Input.dispatchMouseEvent",
                 {{"type", type}, {"x", at}, {"y", height}, {"button", "left"}, {"clickCount", 1}});
  CHECK(browser.text(focused) == "Statement 1");
  check_quiet(browser);
}

TEST_CASE("each part has a name and a place for people who do not see the page", "[replay][page]") {
  if (no_browser()) return;
  const TemporaryDirectory folder;
  Browser browser;
  browser.open(page_of_attempt(folder));
  const auto tree = browser.call("Accessibility.getFullAXTree");
  std::multiset<std::string> roles;
  for (const auto& node : tree.at("nodes").as_array()) {
    const auto& object = node.as_object();
    if (!object.contains("role") || object.at("ignored").as_bool()) continue;
    const std::string role(object.at("role").at("value").as_string());
    roles.insert(role);
    const std::set<std::string> named{"button",  "link",   "searchbox", "combobox", "checkbox",
                                      "article", "region", "image",     "feed",     "navigation"};
    if (!named.contains(role)) continue;
    INFO(role);
    REQUIRE(object.contains("name"));
    CHECK_FALSE(object.at("name").at("value").as_string().empty());
  }
  for (const auto* role : {"banner", "navigation", "main", "contentinfo", "feed", "search"})
    CHECK(roles.count(role) == 1);
  CHECK(roles.count("heading") >= 6);
  CHECK(browser
            .text("[...document.querySelectorAll('h1, h2, h3')].map((each) => "
                  "each.tagName).join(' ')")
            .starts_with("H1 H2 H3"));
  // The first thing that Tab reaches leads past the head.
  browser.press("Tab");
  CHECK(browser.text("document.activeElement.textContent") == "Skip to the statements");
  check_quiet(browser);
}

TEST_CASE("the page is readable on a phone, in the dark and on paper", "[replay][page]") {
  if (no_browser()) return;
  const TemporaryDirectory folder;
  const auto page = page_of_attempt(folder);
  Browser browser;
  const std::string background = "getComputedStyle(document.body).backgroundColor";
  browser.look({.width = 1280, .height = 1500});
  browser.open(page);
  browser.save_picture(picture("light.png"));
  const auto light = browser.text(background);
  browser.look({.width = 1280, .height = 1500, .scheme = "dark"});
  CHECK(browser.text(background) != light);
  browser.evaluate("document.getElementById('timeline').scrollIntoView()");
  browser.evaluate("new Promise((done) => setTimeout(() => requestAnimationFrame(done), 0))");
  browser.save_picture(picture("dark.png"));
  browser.click("#theme");  // from the system's to light
  CHECK(browser.text(background) == light);
  browser.look({.width = 390, .height = 844, .phone = true, .less_motion = true});
  browser.open(page);
  CHECK(browser.number("document.documentElement.scrollWidth") <= 390);
  CHECK(browser.text("getComputedStyle(document.querySelector('.meter i')).transitionProperty") ==
        "none");
  browser.save_picture(picture("phone.png"));
  browser.evaluate("document.getElementById('timeline').scrollIntoView()");
  browser.save_picture(picture("phone-timeline.png"));
  browser.look({.width = 1000, .height = 1000, .scheme = "dark", .media = "print"});
  browser.open(page);
  CHECK(browser.text(background) == "rgb(255, 255, 255)");
  CHECK(browser.text("getComputedStyle(document.getElementById('filters')).display") == "none");
  browser.save_print(picture("paper.pdf"));
  CHECK(std::filesystem::file_size(picture("paper.pdf")) > 20'000);
  check_quiet(browser);
}

TEST_CASE("a trap that was sprung is on the card, at its statement and in the timeline",
          "[replay][page]") {
  if (no_browser()) return;
  const TemporaryDirectory folder;
  {
    scorer::Recording recording(folder / "a.ride", scorer::sample_rules());
    recording.actor("writer", "connected");
    recording.actor("writer", "waiting");
    recording.select("SELECT 'blocker'", {"blocker", "another row"});
    const auto wrong = recording.ask("ALTER TABLE t DROP COLUM c");
    recording.fail(wrong, 0, "42601", "syntax error at or near \"COLUM\"");
    recording.ready(wrong);
    const auto drop = recording.ask("ALTER TABLE t DROP COLUMN c");
    recording.answer(drop, 0, "ALTER TABLE");
    recording.ready(drop);
    recording.actor("writer", "running");
    recording.submit();
    recording.end_attempt("submitted");
    recording.close();
  }
  Browser browser;
  browser.look({.width = 1280, .height = 1500});
  browser.open(page_of(folder / "a.ride"));
  browser.save_picture(picture("trap.png"));
  const std::string traps = "document.querySelector('[aria-label=Traps] > ul')";
  CHECK(browser.number(traps + ".children.length") == 1);
  CHECK(browser.text(traps + ".textContent").find("#3 dropped") != std::string::npos);
  CHECK(browser.number("timeline.lanes[0].spans.filter((span) => span.kind === 'trap').length") ==
        1);
  browser.click("[aria-label=Traps] .link");
  CHECK(browser.text(focused) == "Statement 3");
  CHECK(browser.text("document.activeElement.closest('article').className").find("trap") !=
        std::string::npos);
  browser.save_picture(picture("trap-statement.png"));
  browser.evaluate("document.getElementById('which').value = 'failed'; applyFilters()");
  CHECK(browser.text("document.getElementById('count').textContent") == "1 statement of 3");
  check_quiet(browser);
}

TEST_CASE("of a long attempt only what is in sight is in the page, and its end is reached",
          "[replay][page]") {
  if (no_browser()) return;
  const TemporaryDirectory folder;
  Browser browser;
  browser.open(page_of(long_report(20'000), folder));
  CHECK(browser.text("document.getElementById('count').textContent") ==
        "20,000 statements of 20,000");
  CHECK(browser.number("document.getElementsByTagName('*').length") < 12'000);
  browser.evaluate("goToStatement(20000)");
  CHECK(browser.text(focused) == "Statement 20000");
  CHECK(is_in_sight(browser, "document.activeElement"));
  browser.evaluate("goToStatement(9000)");
  CHECK(is_in_sight(browser, "document.activeElement"));
  CHECK(browser.until("document.getElementsByTagName('*').length < 12000"));
  browser.evaluate("document.getElementById('words').focus()");
  browser.type("value 17321");
  CHECK(browser.until("document.getElementById('count').textContent === '1 statement of 20,000'"));
  check_quiet(browser);
}
