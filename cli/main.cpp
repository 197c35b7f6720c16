// The program `ride`: parses the command line and runs one command. Every error ends here, as one
// line on standard error and an exit code.
#include <spdlog/spdlog.h>

#include <exception>
#include <iostream>
#include <string>

#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"

namespace {

// Errors of libraries may have several lines; the first one says what happened.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

int main(int argc, char* argv[]) {
  using namespace ride::cli;
  spdlog::default_logger()->set_level(spdlog::level::off);  // only a supervisor has a log: its file
  try {
    const Parsed parsed = parse(argc, argv, std::cout, std::cerr);
    if (!parsed.command) return parsed.exit_code;
    return std::visit([](const auto& options) { return execute(options); }, *parsed.command);
  } catch (const Failure& failure) {
    tell(first_line(failure.what()));
    return failure.code();
  } catch (const std::exception& error) {
    tell(first_line(error.what()));
    return exit_failed;
  }
}
