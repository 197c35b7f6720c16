// `ride regrade FILE|DIR…`: old attempts under the rules as they are now.
#include <iostream>
#include <map>

#include "audit/files.hpp"
#include "base/json.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/paths.hpp"
#include "cli/terminal.hpp"
#include "journal/liveness.hpp"
#include "journal/reader.hpp"
#include "sandbox/scenario.hpp"
#include "scorer/regrade.hpp"
#include "scorer/score.hpp"
#include "scorer/text.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;

// Not regraded, and nothing is wrong with it.
struct LeftOut {
  std::string why;
};

class Regrader {
 public:
  explicit Regrader(const Regrade& options) : options_(options) {
    if (!options.scenario_folder.empty())
      named_ = sandbox::load_scenario(options.scenario_folder).rules_as_written;
  }

  void regrade(const fs::path& file) {
    try {
      attempts_of(file);
    } catch (const LeftOut& left) {
      ++left_out_;
      say(file, "left out", left.why);
    } catch (const std::exception& error) {
      ++failed_;
      say(file, "failed", error.what());
    }
  }

  int finish() const {
    if (!options_.json)
      std::cout << regraded_ << (regraded_ == 1 ? " attempt" : " attempts") << " regraded, "
                << different_ << (different_ == 1 ? " differs" : " differ") << "; "
                << left_out_ + failed_ << (left_out_ + failed_ == 1 ? " file" : " files")
                << " not regraded\n";
    std::cout.flush();
    return failed_ > 0 || regraded_ == 0 ? exit_failed : exit_worked;
  }

 private:
  void attempts_of(const fs::path& file) {
    journal::require_drained(file);
    std::vector<std::uint32_t> submitted;
    std::string id;
    {
      journal::Reader reader(file);
      if (reader.attempts().empty())
        throw LeftOut{"a recording without a scenario, so there is nothing to grade"};
      id = scorer::rules_of(reader).id;
      for (const auto& event :
           reader.all({.attempt = {}, .kinds = {journal::Kind::submit_ended}, .after = 0}))
        submitted.push_back(event.attempt);
    }
    const auto& rules = rules_for(id);
    if (submitted.empty()) throw LeftOut{"no attempt in it was submitted"};
    for (const auto attempt : submitted) {
      const auto done = scorer::regrade(file, attempt, rules);
      ++regraded_;
      if (done.verdict_differs()) ++different_;
      if (options_.json)
        std::cout << scorer::regrade_json(file.string(), done) << '\n';
      else
        std::cout << scorer::regrade_text(file.filename().string(), done,
                                          {output_columns(), output_is_colored()});
    }
  }

  const scorer::Rules& rules_for(const std::string& id) {
    if (named_) {
      if (named_->id != id) throw LeftOut{"of another scenario, " + scorer::printable_line(id)};
      return *named_;
    }
    if (const auto known = installed_.find(id); known != installed_.end()) return known->second;
    const auto roots = scenario_roots();
    for (const auto& there : scenario_ids(roots))
      if (there == id)
        return installed_[id] = sandbox::load_scenario(find_scenario(id, roots)).rules_as_written;
    throw LeftOut{"its scenario, " + scorer::printable_line(id) +
                  ", is not installed here; name its folder with --scenario"};
  }

  void say(const fs::path& file, const char* state, const std::string& why) const {
    if (options_.json) {
      print_json({{"file", file.string()}, {"state", state}, {"why", why}});
      return;
    }
    std::cout.flush();
    const auto name = file.string() + ": ";
    tell((why.starts_with(name) ? "" : scorer::printable_line(name)) + why);
  }

  const Regrade& options_;
  std::optional<scorer::Rules> named_;
  std::map<std::string, scorer::Rules> installed_;
  int regraded_ = 0, different_ = 0, left_out_ = 0, failed_ = 0;
};

}  // namespace

int execute(const Regrade& options) {
  Regrader regrader(options);
  const auto files = audit::attempt_files(options.paths);
  if (files.empty()) throw Failure("there is no attempt file in " + options.paths.front());
  for (const auto& file : files) regrader.regrade(file);
  return regrader.finish();
}

}  // namespace ride::cli
