// `ride audit recover FILE`: finishes a file whose writer died.
#include <filesystem>
#include <iostream>

#include "base/json.hpp"
#include "cli/failure.hpp"
#include "cli/keys.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "journal/liveness.hpp"
#include "journal/recovery.hpp"

namespace ride::cli {

namespace {

std::optional<journal::SigningKey> key_to_recover(const std::filesystem::path& file) {
  if (journal::liveness(file) != journal::Liveness::interrupted) return std::nullopt;
  return key_of(file);
}

}  // namespace

int execute(const Recover& options) {
  if (!std::filesystem::exists(options.file)) throw Failure("there is no file " + options.file);
  const auto key = key_to_recover(options.file);
  const journal::Recovered done = journal::recover(options.file, key);
  if (options.json) {
    print_json({{"file", options.file},
                {"was_interrupted", done.was_interrupted},
                {"events", done.events},
                {"holes", done.holes},
                {"gaps", done.gaps},
                {"signed", key.has_value()},
                {"last_seq", done.last_seq}});
  } else if (!done.was_interrupted) {
    std::cout << options.file << ": complete; there was nothing to recover\n";
  } else {
    std::cout << options.file << ": recovered " << done.events << " events, up to number "
              << done.last_seq << "; holes: " << done.holes << ", gaps: " << done.gaps
              << (key ? "" : "; not signed, because the key that signed it before is not here")
              << '\n';
  }
  return exit_worked;
}

}  // namespace ride::cli
