#include "journal/facts/acting_role.hpp"

#include "tests/catch.hpp"
#include "tests/journal/facts/story.hpp"

namespace ride::journal::facts::test {
namespace {

using Words = std::vector<std::string>;

Words roles(const Story& story) {
  Words out;
  for (const auto& row : story.derive().statements) out.push_back(row.acting_role.value_or("?"));
  return out;
}

}  // namespace

TEST_CASE("wire 60: SET ROLE and SET SESSION AUTHORIZATION change whose rights a statement has",
          "[facts][wire]") {
  Story story;
  story.connect(1, 100).connect(2, 101);
  story.run(1, "SET ROLE app_owner", "SET");
  story.run(1, "SELECT 1", "SELECT 1");
  story.run(2, "SELECT 2", "SELECT 1");
  story.run(1, "SET SESSION AUTHORIZATION bob", "SET");
  story.run(1, "RESET ROLE", "RESET");
  story.run(1, "SELECT 3", "SELECT 1");
  story.run(1, "SET ROLE app_owner", "SET");
  story.run(1, "DISCARD ALL", "DISCARD ALL");
  story.run(1, "SELECT set_config('role', current_setting('x'), false)", "SELECT 1");
  story.run(1, "SELECT 4", "SELECT 1");
  CHECK(roles(story) == Words{"oncall", "app_owner", "oncall", "app_owner", "bob", "bob", "bob",
                              "app_owner", "oncall", "?"});
}

TEST_CASE("wire 60: a role that was set lasts as long as its transaction lets it",
          "[facts][wire]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "BEGIN", "BEGIN", 'T');
  story.run(1, "SAVEPOINT s", "SAVEPOINT", 'T');
  story.run(1, "SET ROLE app_owner", "SET", 'T');
  story.run(1, "SELECT 1", "SELECT 1", 'T');
  story.run(1, "ROLLBACK TO s", "ROLLBACK", 'T');
  story.run(1, "SET LOCAL ROLE bob", "SET", 'T');
  story.run(1, "COMMIT", "COMMIT");
  story.run(1, "SELECT 2", "SELECT 1");
  const auto refused = story.query(1, "SET ROLE nobody");
  story.failed(refused, "22023").ready(1, refused);
  story.run(1, "SELECT 3", "SELECT 1");
  CHECK(roles(story) == Words{"oncall", "oncall", "oncall", "app_owner", "app_owner", "oncall",
                              "bob", "oncall", "oncall", "oncall"});
}

}  // namespace ride::journal::facts::test
