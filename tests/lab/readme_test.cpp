// The commands that the README shows, in the order in which it shows them.
#include <fstream>

#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"

using namespace ride::lab;

namespace {

// Splits as a shell would, as far as the README goes: spaces, and double quotes.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ' ' && !quoted)
      words.emplace_back();
    else
      words.back() += c;
  }
  return words;
}

}  // namespace

TEST_CASE("the commands of the README work in the order in which they stand", "[lab][postgres]") {
  Lab lab;
  std::ifstream readme(RIDE_README);
  REQUIRE(readme);
  const std::string prompt = "$ ./ride ";
  int ran = 0;
  for (std::string line; std::getline(readme, line);) {
    if (!line.starts_with(prompt)) continue;
    auto words = words_of(line.substr(prompt.size()));
    if (words[1] == "start") words.insert(words.end(), {"--sandbox", "local"});
    lab.must(words);
    ++ran;
  }
  CHECK(ran >= 8);
}
