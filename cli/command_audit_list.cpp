// `ride audit list [DIR|FILE…]`: what files there are, and their state.
#include <iostream>

#include "audit/files.hpp"
#include "audit/list.hpp"
#include "base/json.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/paths.hpp"
#include "cli/terminal.hpp"
#include "scorer/text.hpp"

namespace ride::cli {

int execute(const AuditList& options) {
  auto paths = options.paths;
  if (paths.empty()) {
    const auto attempts = find_home().attempts();
    if (!std::filesystem::exists(attempts))
      throw Failure("there are no attempts yet in " + attempts.string() +
                    "; name a file or folder");
    paths.push_back(attempts.string());
  }
  std::vector<audit::Listed> files;
  for (const auto& file : audit::attempt_files(paths)) {
    files.push_back(audit::list_file(file));
    if (options.json)
      std::cout << scorer::printable_json(boost::json::serialize(audit::to_json(files.back())))
                << '\n';
  }
  if (!options.json) std::cout << audit::list_text(files);
  return exit_worked;
}

}  // namespace ride::cli
