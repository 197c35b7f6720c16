// `ride audit redact FILE --policy …`: a copy to hand on, without what the policy names.
#include <chrono>
#include <filesystem>
#include <iostream>

#include "audit/redact.hpp"
#include "base/json.hpp"
#include "cli/failure.hpp"
#include "cli/keys.hpp"
#include "cli/options.hpp"
#include "cli/redaction_text.hpp"
#include "cli/terminal.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;

audit::RedactPolicy read(const AuditRedact& told) {
  try {
    return audit::read_policy(told.policies);
  } catch (const std::runtime_error& error) {
    throw Failure(std::string("--policy: ") + error.what(), exit_usage);
  }
}

// NAME.ride → NAME.redacted.ride
fs::path target_of(const AuditRedact& told) {
  if (!told.output.empty()) return told.output;
  auto out = fs::path(told.file);
  return out.replace_extension(".redacted.ride");
}

// Who recorded it signs the copy, where their key is here; else who makes it.
journal::SigningKey key_to_sign(const fs::path& file) {
  if (auto key = key_of(file)) return std::move(*key);
  return home_key(find_home());
}

}  // namespace

int execute(const AuditRedact& told) {
  const auto policy = read(told);
  if (!fs::exists(told.file)) throw Failure("there is no file " + told.file);
  const auto to = target_of(told);
  audit::RedactOptions options{policy, key_to_sign(told.file), RIDE_VERSION,
                               std::chrono::duration_cast<std::chrono::microseconds>(
                                   std::chrono::system_clock::now().time_since_epoch())
                                   .count()};
  if (const auto progress = terminal_progress())
    options.progress = [progress](journal::Seq done, journal::Seq of) {
      progress("event " + std::to_string(done) + " of " + std::to_string(of));
    };
  const auto done = audit::redact(told.file, to, options);
  if (told.json) {
    auto out = to_json(done);
    out["file"] = told.file;
    out["copy"] = to.string();
    print_json(out);
  } else {
    std::cout << to.string() << ": a copy of " << told.file << '\n' << to_text(done);
  }
  return exit_worked;
}

}  // namespace ride::cli
