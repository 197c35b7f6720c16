#include "audit/redact_policy.hpp"

#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride::audit;
using ride::journal::contains;
using ride::journal::error_of;

namespace {

std::vector<std::string> found(const std::string& pattern, std::string_view text) {
  std::vector<ride::sql::Cut> cuts;
  Pattern(pattern).find(text, cuts);
  std::vector<std::string> out;
  for (const auto& cut : cuts) out.emplace_back(text.substr(cut.start, cut.end - cut.start));
  return out;
}

using Found = std::vector<std::string>;

}  // namespace

TEST_CASE("a list names policies, and a pattern takes the rest of it", "[audit]") {
  const auto policy = read_policy({"results, values", "pattern=a,b"});
  CHECK(policy.results);
  CHECK(policy.values);
  CHECK_FALSE(policy.parameters);
  CHECK_FALSE(policy.identities);
  CHECK(policy.patterns.size() == 1);
  CHECK(policy.names() == "results,values,pattern");
  CHECK(read_policy({"all"}).names() == "results,parameters,values,identities");
}

TEST_CASE("a policy file has one on each line, and its errors name the line", "[audit]") {
  const ride::journal::TemporaryFolder folder;
  const auto file = (folder / "house").string();
  ride::journal::save(file, "# ours\n\nresults\npattern=[0-9]{4} # card\nidentities,values\r\n");
  CHECK(read_policy({"@" + file}).names() == "results,values,identities,pattern");
  ride::journal::save(file, "results\n\nsecrets\n");
  CHECK(contains(error_of([&] { read_policy({"@" + file}); }), file + ":3: \"secrets\""));
  CHECK(contains(error_of([&] { read_policy({"@" + file + "x"}); }), "cannot read"));
}

TEST_CASE("what is no policy is refused, and says what there is", "[audit]") {
  CHECK(contains(error_of([] { read_policy({"everything"}); }), "results, parameters, values"));
  CHECK(contains(error_of([] { read_policy({""}); }), "\"\" is no policy"));
  CHECK(contains(error_of([] { read_policy({"results,"}); }), "\"\" is no policy"));
}

TEST_CASE("a pattern that would take nothing or everything is refused", "[audit]") {
  CHECK(contains(error_of([] { read_policy({"pattern=("}); }), "pattern=("));
  CHECK(contains(error_of([] { read_policy({"pattern="}); }), "everything"));
  CHECK(contains(error_of([] { read_policy({"pattern=x*"}); }), "everything"));
  CHECK(contains(error_of([] { read_policy({R"(pattern=\d{16})"}); }), "[0-9]"));
  CHECK(error_of([] { read_policy({R"(pattern=\bx\.y\\d)"}); }).empty());
}

TEST_CASE("a pattern finds every match, over any bytes", "[audit]") {
  CHECK(found("[0-9]+", "a1b22") == Found{"1", "22"});
  CHECK(found("b", std::string_view("a\0b\0b", 5)) == Found{"b", "b"});
  CHECK(found("^a", "aa") == Found{"a"});
  CHECK(found("\xff", "x\xffy") == Found{"\xff"});
  CHECK(found("aa", "aaa") == Found{"aa"});
  CHECK(found("x", "").empty());
}
