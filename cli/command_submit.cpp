// `ride postgres submit`: has the supervisor grade the attempt, then prints what the file says. An
// attempt is graded once; a second submit prints the stored card. The receipt goes to standard
// error.
#include <iostream>
#include <string>

#include "base/json.hpp"
#include "cli/card_output.hpp"
#include "cli/control.hpp"
#include "cli/current.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/receipt.hpp"
#include "cli/terminal.hpp"

namespace ride::cli {
namespace {

namespace json = boost::json;

void tell_under_way(const json::object& answer) {
  const auto* under_way = answer.if_contains("under_way");
  if (under_way == nullptr) return;
  for (const auto& connection : under_way->as_array())
    tell("connection " + json::serialize(connection) +
         " still had a statement under way; it was not waited for any longer");
}

}  // namespace

int execute(const Submit& options) {
  const Home home = find_home();
  auto found = current_run(home);
  if (!found) throw Failure("there is no run to submit; `ride postgres start ID` begins one");
  const auto answer = ask(home, *found, {{"command", "submit"}}, terminal_progress());
  const RunState& state = found->state;
  if (answer)
    tell_under_way(*answer);
  else if (!last_attempt_submitted(state.file))
    throw Failure(interruption(state) + "; such an attempt cannot be graded: " +
                  "`ride postgres reset` begins another one");
  Score score;
  score.file = state.file;
  score.json = options.json;
  print_card(score);
  std::cout.flush();
  journal::Reader reader(state.file);
  if (const auto last = last_receipt(reader)) std::cerr << last->line << '\n';
  return exit_worked;
}

int execute(const Score& options) {
  print_card(options);
  return exit_worked;
}

}  // namespace ride::cli
