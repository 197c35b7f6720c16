// `ride audit search PATH… QUERY`: statements by their words and by what is known of them.
#include <filesystem>
#include <iostream>

#include "audit/files.hpp"
#include "audit/index.hpp"
#include "audit/search.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/paths.hpp"
#include "cli/terminal.hpp"

namespace ride::cli {
namespace {

audit::SearchOptions read(const AuditSearch& options) {
  auto out = options.filters;
  out.since_us = read_moment(options.since);
  out.until_us = read_moment(options.until);
  if (!audit::is_searchable(out.query))
    throw Failure("there is no word in \"" + out.query + "\" to search for", exit_usage);
  return out;
}

}  // namespace

int execute(const AuditSearch& options) {
  auto paths = options.words;
  auto how = options;
  how.filters.query = paths.back();
  paths.pop_back();
  if (paths.empty())
    throw Failure("name the files or folders to search, then the words", exit_usage);
  const auto what = read(how);
  const auto folder = find_home().cache() / "search";
  audit::remove_orphans(folder);
  const bool color = output_is_colored();
  std::size_t hits = 0;
  bool failed = false;
  for (const auto& file : audit::attempt_files(paths)) {
    try {
      hits += audit::search(
          file, what, folder,
          [](const auto& of) { tell(of.string() + ": building its search index"); },
          [&](const audit::Hit& hit) {
            std::cout << (options.json ? audit::hit_json(hit) : audit::hit_text(hit, color));
          });
    } catch (const std::exception& error) {
      tell(error.what());  // one bad file hides no others
      failed = true;
    }
  }
  std::cout.flush();
  if (hits == 0 && !failed) tell("nothing found");
  return failed || hits == 0 ? exit_failed : exit_worked;
}

}  // namespace ride::cli
