#include "scorer/parameters.hpp"

#include "tests/catch.hpp"
#include "tests/scorer/support.hpp"

using namespace ride::scorer;

namespace {

std::string refusal(const std::string& text, const Values& values) {
  try {
    with_values(text, values);
  } catch (const NoValue& error) {
    return std::to_string(error.at()) + " " + error.name() + ": " + error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a drawn value stands wherever its name does", "[scorer][parameters]") {
  const Values values{{"order", "118"}, {"tenant", "tenant_c"}};
  CHECK(with_values("order {{order}} of {{tenant}}, {{order}}", values) ==
        "order 118 of tenant_c, 118");
  CHECK(with_values("{{tenant}}", values) == "tenant_c");
  CHECK(with_values("x_{{tenant}}_{{order}}y", values) == "x_tenant_c_118y");
  CHECK(parameters_in("{{a}} {{ b }} {{a}}") == std::vector<std::string>{"a", "b", "a"});
}

TEST_CASE("what is no name in double braces is text", "[scorer][parameters]") {
  for (const char* text : {"'{{1,2},{3,4}}'::int[]", "{order}", "{{order}", "{{}}", "{{a b}}", "{{",
                           "}}{{", "'{{a,b}}'", "{{a-b}}"}) {
    INFO(text);
    CHECK(with_values(text, {}) == text);
    CHECK(parameters_in(text).empty());
  }
  CHECK(with_values("{{{order}}}", {{"order", "1"}}) == "{1}");
}

TEST_CASE("a name that nothing stands for is refused with its place", "[scorer][parameters]") {
  const Values values{{"order", "118"}};
  CHECK(refusal("a {{ordr}}", values) == "2 ordr: there is no parameter \"ordr\"");
  CHECK(refusal("{{Order}}", values) == "0 Order: there is no parameter \"Order\"");
  CHECK(refusal("{{order}} {{ order }}", values) == "10 order: write {{order}}, without blanks");
}

TEST_CASE("a value is a plain name or a number, and cannot end what it stands in",
          "[scorer][parameters]") {
  for (const char* fine : {"a", "tenant_c", "_x9", "0", "118", "123456789012345678"}) {
    INFO(fine);
    CHECK(is_plain_value(fine));
  }
  for (const char* bad : {"", "-1", "+1", "1.5", "007", "1234567890123456789", "a b", "a'b", "a\"b",
                          "a-b", "A", "a;b", "a{b", "$1", "é", "9a", "a\nb", "--"}) {
    INFO(bad);
    CHECK_FALSE(is_plain_value(bad));
  }
  CHECK_FALSE(is_plain_value(std::string(64, 'a')));
  CHECK_FALSE(is_plain_value(std::string("a\0b", 3)));
}

TEST_CASE("values are stored as JSON, and others than those that can be drawn are refused",
          "[scorer][parameters]") {
  const Values values{{"order", "118"}, {"tenant", "tenant_c"}};
  CHECK(to_json(values) == R"({"order":"118","tenant":"tenant_c"})");
  CHECK(values_from_json(to_json(values)) == values);
  CHECK(to_json(Values{}) == "");
  CHECK(values_from_json("").empty());
  for (const char* bad : {"{", "[]", R"({"order":118})", R"({"order":"1; DROP TABLE t"})",
                          R"({"Order":"1"})", R"({"order":"{{order}}"})", R"({"order":""})"}) {
    INFO(bad);
    CHECK_THROWS_AS(values_from_json(bad), std::runtime_error);
  }
}

TEST_CASE("rules have their values in every text, or names for people", "[scorer][parameters]") {
  auto rules = sample_rules();
  rules.brief.alert = "Tenant {{tenant}} hangs.";
  rules.fix[0].database = "{{tenant}}";
  rules.detect[0].seen = "SELECT statement FROM saw WHERE value = '{{tenant}}'";
  rules.checklist[0].title = "{{tenant}} again";
  const auto drawn = with_values(rules, {{"tenant", "tenant_c"}});
  CHECK(drawn.brief.alert == "Tenant tenant_c hangs.");
  CHECK(drawn.fix[0].database == "tenant_c");
  CHECK(drawn.detect[0].seen == "SELECT statement FROM saw WHERE value = 'tenant_c'");
  CHECK(drawn.checklist[0].title == "tenant_c again");
  CHECK(with_names(rules).brief.alert == "Tenant <tenant> hangs.");
  CHECK(to_json(with_values(sample_rules(), {})) == to_json(sample_rules()));
}
