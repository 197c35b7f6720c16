// `ride audit recover FILE`: finishes a file whose writer died.
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <iostream>
#include <system_error>

#include "base/json.hpp"
#include "cli/failure.hpp"
#include "cli/keys.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "journal/liveness.hpp"
#include "journal/recovery.hpp"

namespace ride::cli {

namespace {

// Whose file it is: "anna", "uid 4711".
std::string owner_of(const std::string& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return "the user who recorded it";
  const auto* const user = ::getpwuid(status.st_uid);
  return user != nullptr ? user->pw_name : "uid " + std::to_string(status.st_uid);
}

bool is_forbidden(const std::error_code& code) {
  return code == std::errc::permission_denied || code == std::errc::operation_not_permitted;
}

[[noreturn]] void refuse(const std::string& file, const std::string& why) {
  throw Failure(why + "; recover it as " + owner_of(file) +
                ", whose file and key they are; nothing was changed");
}

std::optional<journal::SigningKey> key_to_recover(const std::string& file) {
  if (journal::liveness(file) != journal::Liveness::interrupted && !journal::is_unfinished(file))
    return std::nullopt;
  if (::access(file.c_str(), R_OK | W_OK) != 0 && errno == EACCES)
    refuse(file, file + ": may not be read and written by this user");
  return key_of(file);
}

int recover(const Recover& options) {
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

}  // namespace

int execute(const Recover& options) {
  try {
    return recover(options);
  } catch (const std::system_error& error) {
    if (!is_forbidden(error.code())) throw;
    refuse(options.file, error.what());
  }
}

}  // namespace ride::cli
