// `ride replay FILE`: prints an attempt as it went, from its file alone.
#include <filesystem>
#include <iostream>

#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "journal/liveness.hpp"
#include "journal/reader.hpp"
#include "replay/marks.hpp"
#include "replay/print.hpp"
#include "replay/story.hpp"

namespace ride::cli {

int execute(const Replay& options) {
  if (!std::filesystem::exists(options.file)) throw Failure("there is no file " + options.file);
  journal::require_drained(options.file);
  journal::Reader reader(options.file);
  const auto attempt = replay::choose_attempt(reader, options.attempt);
  replay::PrintStyle style;
  style.layout.width = output_columns();
  style.color = output_is_colored();
  style.tool_queries = options.tool_queries;
  replay::TextPrinter printer(style);
  replay::Marked marked(replay::read_marks(reader, attempt), [&](const replay::Moment& moment) {
    std::cout << (options.json ? replay::to_json(moment) + '\n' : printer.print(moment));
  });
  replay::tell(reader, attempt, [&](const replay::Moment& moment) { marked.hear(moment); });
  marked.finish();
  std::cout << printer.finish();
  std::cout.flush();
  return exit_worked;
}

}  // namespace ride::cli
