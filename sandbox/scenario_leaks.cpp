#include "sandbox/scenario_leaks.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <set>
#include <sstream>

#include "sql/worker.hpp"

namespace ride::sandbox {
namespace {

constexpr std::array<std::string_view, 14> guilty_words{
    "culprit", "offender", "guilty", "blocker", "blocking", "rogue",  "evil",
    "broken",  "buggy",    "faulty", "leaky",   "runaway",  "victim", "zombie"};
constexpr std::array<std::string_view, 4> telling_functions{
    "pg_terminate_backend", "pg_cancel_backend", "setval", "pg_drop_replication_slot"};
// What looks and does not change; SELECT calls are searched for telling functions.
constexpr std::array<std::string_view, 12> harmless{"select", "show",     "begin", "commit",
                                                    "set",    "explain",  "table", "with",
                                                    "reset",  "rollback", "start", "lock"};
constexpr std::size_t opening_words = 3;

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Lower case, one space for any white space, so that line breaks hide nothing.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool space = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (space && (out.empty() || out.back() == ' ')) continue;
    out += space ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  while (!out.empty() && (out.back() == ' ' || out.back() == ';')) out.pop_back();
  return out;
}

bool says(const std::string& text, const std::string& phrase) {
  for (auto at = text.find(phrase); at != text.npos; at = text.find(phrase, at + 1)) {
    const auto end = at + phrase.size();
    if ((at == 0 || !in_word(text[at - 1])) && (end == text.size() || !in_word(text[end])))
      return true;
  }
  return false;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

// psql's own lines and comments are no SQL.
std::string sql_of(const std::string& script) {
  std::istringstream in(script);
  std::string out;
  for (std::string line; std::getline(in, line);)
    if (!line.starts_with("\\") && !line.starts_with("--")) out += line + "\n";
  return out;
}

struct Answers {
  std::set<std::string> statements;  // whole
  std::set<std::string> openings;    // "alter table orders", and telling functions
};

void add_answer(const std::string& statement, Answers& out) {
  for (const auto function : telling_functions)
    if (says(statement, std::string(function))) out.openings.insert(std::string(function));
  const auto words = words_of(statement);
  if (words.empty() || std::find(harmless.begin(), harmless.end(), words[0]) != harmless.end())
    return;
  out.statements.insert(statement);
  std::string opening;
  for (std::size_t i = 0; i < std::min(opening_words, words.size()); ++i)
    opening += (i == 0 ? "" : " ") + words[i];
  if (words.size() > 1) out.openings.insert(opening);
}

Answers answers_of(const std::vector<SeedFile>& solutions) {
  Answers out;
  sql::Analyser analyser;
  for (const auto& solution : solutions) {
    const auto text = sql_of(solution.sql);
    for (const auto& piece : analyser.split(text).pieces)
      add_answer(plain(std::string_view(text).substr(piece.offset, piece.length)), out);
  }
  return out;
}

class Search {
 public:
  Search(const Scenario& scenario, const YamlNode& root, Answers answers)
      : scenario_(scenario), root_(root), answers_(std::move(answers)) {}

  std::vector<std::string> run() {
    const auto brief = root_.at("brief");
    read("the brief", brief.at("alert"));
    read("the brief", brief.at("impact"));
    for (const auto& item : brief.at("done").items()) read("the brief", item);
    if (const auto hints = root_.find("hints"))
      for (const auto& item : hints->items()) read("a hint", item);
    for (const auto& item : root_.at("detect").items())
      if (const auto nudge = item.find("nudge")) read("a hint", *nudge);
    names();
    seeds();
    return std::move(found_);
  }

 private:
  void read(const std::string& what, const YamlNode& node) {
    const auto text = plain(node.text());
    for (const auto& answer : answers_.openings)
      if (says(text, answer))
        found_.push_back(node.place() + what + " says \"" + answer + "\", which a solution does");
    for (const auto& actor : scenario_.actors) {
      if (actor.on_killed != OnKilled::stay_dead) continue;
      for (const auto& name : std::set{actor.name, actor.application_name})
        if (says(text, name))
          found_.push_back(node.place() + what + " names the session \"" + name +
                           "\", which is the learner's to find");
    }
  }

  static std::string guilt_in(const std::string& name) {
    std::string word;
    for (const char c : name + "_") {
      if (c != '_') {
        word += c;
        continue;
      }
      if (std::find(guilty_words.begin(), guilty_words.end(), word) != guilty_words.end())
        return word;
      word.clear();
    }
    return "";
  }

  void name(const YamlNode& node) {
    if (const auto word = guilt_in(plain(node.text())); !word.empty())
      found_.push_back(node.place() + "the name \"" + node.text() + "\" says \"" + word +
                       "\": call it as its owner would");
  }

  void names() {
    if (const auto actors = root_.find("actors")) {
      for (const auto& item : actors->items())
        for (const char* key : {"name", "application_name"})
          if (const auto value = item.find(key)) name(*value);
    }
    const auto environment = root_.at("environment");
    for (const char* list : {"roles", "databases"})
      if (const auto items = environment.find(list))
        for (const auto& item : items->items()) name(item.at("name"));
  }

  void seeds() {
    std::set<std::string> seen;
    for (const auto& database : scenario_.environment.databases)
      for (const auto& seed : database.seed)
        if (seen.insert(seed.path).second) search_seed(seed);
  }

  void search_seed(const SeedFile& seed) {
    const auto file = (scenario_.directory / seed.path).string();
    const auto all = plain(seed.sql);
    for (const auto& statement : answers_.statements)
      if (says(all, statement))
        found_.push_back(file + ":1: the seed has \"" + statement + "\", which a solution does");
    std::istringstream in(seed.sql);
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      for (const auto word : guilty_words)
        if (says(plain(line), std::string(word)))
          found_.push_back(file + ":" + std::to_string(number) + ": the seed says \"" +
                           std::string(word) + "\": a learner may read it");
    }
  }

  const Scenario& scenario_;
  const YamlNode& root_;
  Answers answers_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> find_leaks(const Scenario& scenario, const YamlNode& root,
                                    const std::vector<SeedFile>& solutions) {
  return Search(scenario, root, answers_of(solutions)).run();
}

}  // namespace ride::sandbox
