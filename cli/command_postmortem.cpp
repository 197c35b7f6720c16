// `ride postgres postmortem`: what happened, how it is found and fixed, and the checklist with the
// boxes that the last submit ticked. It spoils the scenario, so it waits for a submit.
#include <iostream>

#include "base/json.hpp"
#include "cli/brief.hpp"
#include "cli/current.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "journal/reader.hpp"
#include "scorer/score.hpp"

namespace ride::cli {
namespace {

namespace json = boost::json;

struct Box {
  std::string title;
  std::string state;  // pass | fail | unknown | open (nothing was submitted)
};

std::vector<Box> checklist(const scorer::Rules& rules, const std::string& file, bool submitted) {
  std::vector<Box> out;
  if (submitted)
    for (const auto& box : scorer::score(file).verdict.checklist)
      out.push_back({box.title, scorer::to_string(box.mark)});
  else
    for (const auto& box : rules.checklist) out.push_back({box.title, "open"});
  return out;
}

void print_section(const char* heading, const std::string& text) {
  if (text.empty()) return;
  std::cout << '\n' << heading << '\n';
  print_wrapped(text, "  ", output_columns(), std::cout);
}

void print_text(const scorer::Rules& rules, const std::vector<Box>& boxes) {
  const auto& post = rules.postmortem;
  std::cout << rules.title << " · postmortem\n";
  print_section("Cause", post.cause);
  print_section("How it is seen", post.seen);
  print_section("The fix", post.fix);
  print_section("What makes it worse", post.worse);
  print_section("Lesson", post.lesson);
  std::cout << "\nChecklist\n";
  for (const auto& box : boxes)
    std::cout << "  ["
              << (box.state == "pass"      ? 'x'
                  : box.state == "unknown" ? '?'
                                           : ' ')
              << "] " << box.title << '\n';
}

}  // namespace

int execute(const Postmortem& options) {
  const auto found = current_run(find_home());
  if (!found) throw Failure("there is no run; `ride postgres start ID` begins one");
  const std::string& file = found->state.file;
  const bool submitted = last_attempt_submitted(file);
  if (!submitted && !options.spoil)
    throw Failure("the postmortem gives the cause away; submit first, or ask with --spoil");
  journal::Reader reader(file);
  const auto rules =
      scorer::drawn(reader, scorer::choose_attempt(reader, std::nullopt), scorer::rules_of(reader));
  const auto boxes = checklist(rules, file, submitted);
  if (!options.json) {
    print_text(rules, boxes);
    return exit_worked;
  }
  json::array list;
  for (const auto& box : boxes)
    list.push_back(json::object{{"title", box.title}, {"state", box.state}});
  print_json({{"cause", rules.postmortem.cause},
              {"seen", rules.postmortem.seen},
              {"fix", rules.postmortem.fix},
              {"worse", rules.postmortem.worse},
              {"lesson", rules.postmortem.lesson},
              {"checklist", std::move(list)}});
  return exit_worked;
}

}  // namespace ride::cli
