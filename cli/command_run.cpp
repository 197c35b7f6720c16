// The short commands about the current run: psql, log, hint.
#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <system_error>
#include <vector>

#include "base/json.hpp"
#include "cli/brief.hpp"
#include "cli/control.hpp"
#include "cli/current.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"

namespace ride::cli {

namespace json = boost::json;

int execute(const Psql& options) {
  const RunState state = require_running(find_home());
  const auto& dsn = dsn_of(state, options.server);
  std::vector<std::string> words{"psql", "-d", dsn};
  words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp("psql", argv.data());
  throw Failure("cannot run psql: " + std::generic_category().message(errno) +
                "; install postgresql-client, or use any other client with " + dsn);
}

int execute(const Log& options) {
  const json::object answer = ask_running(find_home(), {{"command", "log"}});
  if (options.json)
    print_json(answer);
  else
    std::cout << answer.at("text").as_string().c_str();
  return exit_worked;
}

int execute(const Hint& options) {
  const json::object answer = ask_running(find_home(), {{"command", "hint"}});
  if (options.json) {
    print_json(answer);
    return exit_worked;
  }
  const auto number = answer.at("number").to_number<int>();
  std::cout << "Hint " << number << " of " << answer.at("of").to_number<int>()
            << (answer.at("again").as_bool() ? " (there are no more)" : "") << "\n\n";
  print_wrapped(answer.at("text").as_string(), "  ", output_columns(), std::cout);
  if (const auto& nudge = answer.at("nudge").as_string(); !nudge.empty()) {
    std::cout << '\n';
    print_wrapped(nudge, "  ", output_columns(), std::cout);
  }
  const auto cost = answer.at("cost").to_number<int>();
  const auto taken = answer.at("taken").to_number<int>();
  if (cost > 0)
    std::cout << "\n  " << taken << (taken == 1 ? " hint" : " hints") << " taken, at " << cost
              << (cost == 1 ? " point" : " points") << " each\n";
  return exit_worked;
}

}  // namespace ride::cli
