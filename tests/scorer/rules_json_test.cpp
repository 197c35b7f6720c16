#include "tests/catch.hpp"
#include "tests/scorer/support.hpp"

using namespace ride::scorer;

namespace {

std::string refusal_of(const std::string& text) {
  try {
    from_json(text);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("rules survive their JSON, byte for byte", "[scorer][rules]") {
  const auto text = to_json(sample_rules());
  CHECK(to_json(from_json(text)) == text);
  const auto back = from_json(text);
  CHECK(back.traps[1].cap == 50);
  CHECK_FALSE(back.traps[0].cap.has_value());
  CHECK(back.fix[0].tables == std::vector<std::string>{"public.t"});
}

TEST_CASE("a key that came later is written only where it says something", "[scorer][rules]") {
  auto rules = sample_rules();
  CHECK(to_json(rules).find("nudge") == std::string::npos);
  rules.detect[1].nudge = "who waits.";
  CHECK(from_json(to_json(rules)).detect[1].nudge == "who waits.");
  CHECK(from_json(to_json(rules)).detect[0].nudge.empty());
  CHECK(hash(rules) != hash(sample_rules()));
}

TEST_CASE("the canonical JSON has sorted keys and no white space", "[scorer][rules]") {
  const auto text = to_json(Rules{});
  CHECK(text ==
        R"({"brief":{"alert":"","done":[],"impact":""},"checklist":[],"detect":[],"fix":[],)"
        R"("hints":[],"id":"","level":"","minutes":"","postmortem":{"cause":"","fix":"",)"
        R"("lesson":"","seen":"","worse":""},"title":"","topic":"","traps":[],"version":1,)"
        R"("weights":{"detect":40,"fix":40,"trap":20}})");
}

TEST_CASE("the hash follows the content, not the layout it came in", "[scorer][rules]") {
  const auto rules = sample_rules();
  CHECK(hash(rules).size() == 64);
  CHECK(hash(rules) == hash(from_json(" " + to_json(rules) + "\n")));
  auto other = rules;
  other.traps[0].why += ".";
  CHECK(hash(other) != hash(rules));
}

TEST_CASE("JSON that this version did not write is refused by name", "[scorer][rules]") {
  const auto text = to_json(sample_rules());
  CHECK(refusal_of("{") != "");
  CHECK(refusal_of("[]").find("is not an object") != std::string::npos);
  CHECK(refusal_of(replaced(text, "\"version\":1", "\"version\":\"1\"")).find("\"version\"") !=
        std::string::npos);
  CHECK(refusal_of(replaced(text, "\"version\":1,", "")).find("\"version\" is missing") !=
        std::string::npos);
  CHECK(refusal_of(replaced(text, "\"version\":1", "\"version\":1,\"new\":2"))
            .find("a key unknown to this version") != std::string::npos);
}
