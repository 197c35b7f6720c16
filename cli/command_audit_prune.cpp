// `ride audit prune DIR|FILE`: removes what is older than it must be kept.
#include <chrono>
#include <filesystem>
#include <iostream>

#include "audit/files.hpp"
#include "audit/moment.hpp"
#include "audit/prune.hpp"
#include "base/json.hpp"
#include "cli/failure.hpp"
#include "cli/keys.hpp"
#include "cli/options.hpp"
#include "cli/paths.hpp"
#include "cli/run_state.hpp"
#include "cli/terminal.hpp"
#include "journal/liveness.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;

audit::PruneRule read(const AuditPrune& options) {
  if (options.older_than.empty() == !options.keep.has_value())
    throw Failure("say either --older-than 90d or --keep N", exit_usage);
  audit::PruneRule out;
  out.before_us = read_moment(options.older_than);
  out.keep = options.keep;
  return out;
}

fs::path current_file() {
  try {
    const auto state = load_run_state(find_home());
    return state ? fs::path(state->file) : fs::path();
  } catch (const Failure&) {
    return {};  // no home, so no run
  }
}

// What is said of one thing that goes, or would go.
void say(const AuditPrune& options, const boost::json::object& what, const std::string& line) {
  if (options.json) {
    auto out = what;
    out["removed"] = options.yes;
    print_json(out);
  } else {
    std::cout << (options.yes ? "removed " : "would remove ") << line << '\n';
  }
}

std::size_t prune_folder(const AuditPrune& options, const audit::PruneRule& rule) {
  std::size_t found = 0;
  for (const auto& one :
       audit::files_to_prune(audit::attempt_files({options.path}), rule, current_file())) {
    if (options.yes && !audit::remove_file(one.file)) continue;
    ++found;
    say(options, {{"file", one.file.string()}, {"bytes", one.bytes}},
        one.file.string() + ", last written " + audit::iso_time(one.last_us) + ", " +
            std::to_string(one.bytes) + " bytes");
  }
  return found;
}

std::size_t prune_one(const AuditPrune& options, const audit::PruneRule& rule) {
  if (!rule.before_us)
    throw Failure("--keep counts files: name their folder, or say --older-than", exit_usage);
  journal::require_drained(options.path);
  const auto point = audit::prune_point(options.path, *rule.before_us);
  if (point == 0) return 0;
  if (options.yes) {
    const auto key = key_of(options.path);
    if (!key)
      throw Failure(options.path +
                    ": the key that signed it is not here; prune where it was recorded");
    audit::prune_file(options.path, point, *key);
  }
  say(options, {{"file", options.path}, {"events_up_to", point}},
      "the events up to " + std::to_string(point) + " of " + options.path);
  return 1;
}

}  // namespace

int execute(const AuditPrune& options) {
  auto how = options;
  if (how.dry_run) how.yes = false;
  const auto rule = read(how);
  if (!fs::exists(how.path)) throw Failure("there is no file or folder " + how.path);
  const auto found = fs::is_directory(how.path) ? prune_folder(how, rule) : prune_one(how, rule);
  if (found == 0 && !how.json) std::cout << "nothing to remove\n";
  if (found == 0 || how.yes || how.dry_run) return exit_worked;
  tell("nothing was removed; say --yes to remove it, --dry-run to look");
  return exit_failed;
}

}  // namespace ride::cli
