// `ride replay FILE`: prints an attempt as it went, from its file alone.
#include <filesystem>
#include <iostream>

#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "journal/liveness.hpp"
#include "journal/reader.hpp"
#include "replay/print.hpp"
#include "replay/story.hpp"

namespace ride::cli {

int execute(const Replay& options) {
  if (!std::filesystem::exists(options.file)) throw Failure("there is no file " + options.file);
  journal::require_drained(options.file);
  journal::Reader reader(options.file);
  const auto attempt = replay::choose_attempt(reader, options.attempt);
  replay::PrintStyle style;
  style.width = output_columns();
  style.color = output_is_colored();
  replay::TextPrinter printer(style);
  replay::tell(reader, attempt, [&](const replay::Moment& moment) {
    if (options.json)
      std::cout << replay::to_json(moment) << '\n';
    else
      std::cout << printer.print(moment);
  });
  std::cout.flush();
  return exit_worked;
}

}  // namespace ride::cli
