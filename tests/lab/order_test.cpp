// The same statements in another order are another story.
#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"

using namespace ride::lab;
namespace json = boost::json;

namespace {

const std::string end_writer =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
    "'app_writer';\n";
const std::string end_blocker =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE "
    "'migration_runner%';\n";
const std::string the_rest =
    "UPDATE orders SET release_id = 'unknown' WHERE release_id IS NULL;\n"
    "ALTER TABLE orders ALTER COLUMN release_id SET DEFAULT 'unknown';\n"
    "\\connect tenant_b\n"
    "ALTER TABLE orders ADD COLUMN release_id text;\n"
    "INSERT INTO schema_migrations (version) VALUES ('20260531_add_order_release_id');\n";

struct Told {
  std::string verdict;  // of the trap named
  std::string why;
  json::array evidence;
};

Told trap(const std::string& verdict, std::string_view id) {
  const auto value = json::parse(verdict);
  for (const auto& check : value.at("checks").as_array())
    if (check.at("id").as_string() == id)
      return {std::string(check.at("verdict").as_string()),
              std::string(check.at("why").as_string()), check.at("evidence").as_array()};
  return {};
}

}  // namespace

TEST_CASE("the writer ended before the blocker and after it give different verdicts",
          "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  lab.psql(end_writer + end_blocker + the_rest);
  const auto before_card = lab.submit();
  const auto before = lab.verdict();
  lab.must({"postgres", "reset"});
  lab.psql(end_blocker + end_writer + the_rest);
  const auto after_card = lab.submit();
  const auto after = lab.verdict();
  INFO(before_card << after_card);

  const auto first = trap(before, "writer-ended-first");
  CHECK(first.verdict == "fail");
  CHECK(first.evidence == json::array{1});
  CHECK(first.why.find("app_writer") != std::string::npos);
  CHECK(first.why.find("57P01") != std::string::npos);
  const auto second = trap(after, "writer-ended");
  CHECK(second.verdict == "fail");
  CHECK(second.evidence == json::array{2});
  CHECK(second.why.find("app_writer") != std::string::npos);
  CHECK(second.why.find("57P01") != std::string::npos);
  CHECK(trap(before, "writer-ended").verdict == "pass");
  CHECK(trap(after, "writer-ended-first").verdict == "pass");

  // The database looks the same: Fix does not differ.
  CHECK(json::parse(before).at("fix") == json::parse(after).at("fix"));
  CHECK(json::parse(before).at("total") != json::parse(after).at("total"));
  for (const auto& card : {before_card, after_card})
    CHECK(card.find("→ pid ") != std::string::npos);
}

TEST_CASE("half fixes are found", "[lab][postgres]") {
  struct Half {
    const char* script;
    std::vector<std::string> failed;  // of Fix
  };
  const Half halves[] = {
      {"partial/default-only.sql", {"backfilled"}},
      {"partial/backfill-only.sql", {"backfilled", "default-set"}},
      {"partial/column-only.sql", {"tenant-version"}},
  };
  Lab lab;
  lab.start();
  bool first = true;
  for (const auto& half : halves) {
    if (!first) lab.must({"postgres", "reset"});
    first = false;
    INFO(half.script);
    lab.play(half.script);
    lab.submit();
    std::vector<std::string> failed;
    const auto value = json::parse(lab.verdict());
    for (const auto& check : value.at("checks").as_array())
      if (check.at("kind").as_string() == "fix" && check.at("verdict").as_string() == "fail")
        failed.emplace_back(check.at("id").as_string());
    CHECK(failed == half.failed);
    CHECK(lab.card().sprung.empty());
  }
}
