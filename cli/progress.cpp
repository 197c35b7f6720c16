#include "cli/progress.hpp"

#include <algorithm>
#include <set>

#include "audit/files.hpp"
#include "cli/failure.hpp"
#include "cli/paths.hpp"
#include "journal/fields.hpp"
#include "journal/liveness.hpp"
#include "journal/reader.hpp"
#include "sandbox/scenario.hpp"
#include "scorer/score.hpp"
#include "scorer/text.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;
using journal::Kind;

constexpr int done_percent = 80;

std::size_t hints_in(journal::Reader& reader, std::uint32_t attempt) {
  std::set<std::uint64_t> numbers;
  for (const auto& event : reader.all({.attempt = attempt, .kinds = {Kind::hint}, .after = 0}))
    numbers.insert(journal::Fields(event.body).get_int(journal::Field::number));
  return numbers.size();
}

std::vector<std::uint32_t> submitted_in(journal::Reader& reader) {
  std::vector<std::uint32_t> out;
  for (const auto& event : reader.all({.attempt = {}, .kinds = {Kind::submit_ended}, .after = 0}))
    out.push_back(event.attempt);
  return out;
}

std::int64_t began_us(journal::Reader& reader) {
  std::int64_t out = 0;
  for (const auto& event : reader.all({.attempt = {}, .kinds = {Kind::attempt_began}, .after = 0}))
    out = event.at_us;
  return out;
}

// Only what is whole counts: the file adds all of its attempts or none.
struct FromFile {
  std::string scenario;
  std::int64_t began_us = 0;
  ScenarioProgress progress;
};

FromFile read_file(const fs::path& file) {
  journal::require_drained(file);
  FromFile out;
  std::vector<std::uint32_t> submitted;
  {
    journal::Reader reader(file);
    const auto attempts = reader.attempts();
    if (attempts.empty()) throw Failure("a recording without a scenario");
    out.scenario = audit::origin_of(reader).scenario;
    out.began_us = began_us(reader);
    out.progress.attempts = static_cast<int>(attempts.size());
    for (const auto attempt : attempts)
      out.progress.hints += static_cast<int>(hints_in(reader, attempt));
    submitted = submitted_in(reader);
  }
  for (const auto attempt : submitted) {
    const auto total = scorer::score(file, {.attempt = attempt}).verdict.total;
    ++out.progress.submitted;
    if (out.progress.best_of == 0 || total.points > out.progress.best) {
      out.progress.best = total.points;
      out.progress.best_of = total.of;
    }
  }
  return out;
}

void add(const ScenarioProgress& more, ScenarioProgress& to) {
  to.attempts += more.attempts;
  to.submitted += more.submitted;
  to.hints += more.hints;
  if (more.best_of == 0 || (to.best_of > 0 && more.best <= to.best)) return;
  to.best = more.best;
  to.best_of = more.best_of;
}

std::string one_line(const fs::path& file, const std::string& why) {
  const auto name = file.string() + ": ";
  return scorer::printable_line((why.starts_with(name) ? "" : name) + why);
}

const CatalogEntry* find(const std::vector<CatalogEntry>& catalog, const std::string& id) {
  for (const auto& entry : catalog)
    if (entry.id == id) return &entry;
  return nullptr;
}

const CatalogEntry* first_open(const Path& path, const Standing& progress) {
  for (const auto* entry : path.scenarios)
    if (!progress.of(entry->id).done()) return entry;
  return nullptr;
}

std::string count(int number, const std::string& what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

// "you have not tried it yet", "your best of 2 submitted attempts is 60 of 100".
std::string so_far(const ScenarioProgress& progress) {
  if (progress.attempts == 0) return "you have not tried it yet";
  if (progress.submitted == 0)
    return "you began " + count(progress.attempts, "attempt") + " and submitted none";
  return "your best of " + count(progress.submitted, "submitted attempt") + " is " +
         std::to_string(progress.best) + " of " + std::to_string(progress.best_of);
}

std::string standing(const Path& path) {
  return "of the path " + path.name + " " + std::to_string(path.done) + " of " +
         std::to_string(path.scenarios.size()) + " are done, and ";
}

std::vector<std::string> names_of(const std::vector<Path>& paths) {
  std::vector<std::string> out;
  for (const auto& path : paths) out.push_back(path.name);
  return out;
}

const Path* named(const std::vector<Path>& paths, const std::string& name) {
  for (const auto& path : paths)
    if (path.name == name) return &path;
  const auto near = sandbox::nearest_id(name, names_of(paths));
  std::string all;
  for (const auto& one : names_of(paths)) all += (all.empty() ? "" : ", ") + one;
  throw Failure("there is no path \"" + name + "\"" +
                (near.empty() ? "" : "; did you mean \"" + near + "\"?") + " (there are: " + all +
                ")");
}

// Of what was worked on last, where something of it is open.
const Path* path_under_way(const std::vector<Path>& paths, const std::vector<CatalogEntry>& catalog,
                           const Standing& progress) {
  const auto* last = find(catalog, progress.last);
  if (last == nullptr) return nullptr;
  for (const auto& path : paths)
    if (std::find(last->paths.begin(), last->paths.end(), path.name) != last->paths.end() &&
        first_open(path, progress) != nullptr)
      return &path;
  return nullptr;
}

bool easier(const CatalogEntry* a, const CatalogEntry* b) {
  return std::pair(a->level, a->id) < std::pair(b->level, b->id);
}

}  // namespace

bool ScenarioProgress::done() const { return best_of > 0 && best * 100 >= best_of * done_percent; }

ScenarioProgress Standing::of(const std::string& id) const {
  const auto found = scenarios.find(id);
  return found == scenarios.end() ? ScenarioProgress() : found->second;
}

std::vector<CatalogEntry> read_catalog(const std::vector<fs::path>& roots,
                                       std::vector<std::string>& skipped) {
  std::vector<CatalogEntry> out;
  for (const auto& id : scenario_ids(roots)) {
    try {
      const auto scenario = sandbox::load_scenario(find_scenario(id, roots));
      const auto& rules = scenario.rules;
      out.push_back(
          {rules.id, rules.title, rules.topic, rules.level, rules.minutes, scenario.paths});
    } catch (const sandbox::ScenarioError& error) {
      skipped.push_back(scorer::printable_line(error.what()));
    }
  }
  return out;
}

Standing read_progress(const fs::path& attempts) {
  Standing out;
  std::error_code ignored;
  if (!fs::is_directory(attempts, ignored)) return out;
  std::int64_t last_us = 0;
  for (const auto& file : audit::attempt_files({attempts.string()})) {
    try {
      const auto read = read_file(file);
      add(read.progress, out.scenarios[read.scenario]);
      if (read.began_us >= last_us) {
        last_us = read.began_us;
        out.last = read.scenario;
      }
    } catch (const std::exception& error) {
      out.skipped.push_back(one_line(file, error.what()));
    }
  }
  return out;
}

std::vector<Path> paths_of(const std::vector<CatalogEntry>& catalog, const Standing& progress) {
  std::map<std::string, Path> found;
  for (const auto& entry : catalog)
    for (const auto& name : entry.paths) {
      auto& path = found[name];
      path.name = name;
      path.scenarios.push_back(&entry);
      if (progress.of(entry.id).done()) ++path.done;
    }
  std::vector<Path> out;
  for (auto& [name, path] : found) {
    std::sort(path.scenarios.begin(), path.scenarios.end(), easier);
    out.push_back(std::move(path));
  }
  return out;
}

Proposal recommend(const std::vector<CatalogEntry>& catalog, const Standing& progress,
                   const std::string& wanted) {
  const auto paths = paths_of(catalog, progress);
  const auto* path =
      wanted.empty() ? path_under_way(paths, catalog, progress) : named(paths, wanted);
  if (path != nullptr) {
    const auto* open = first_open(*path, progress);
    if (open == nullptr)
      return {nullptr, path->name,
              "all " + std::to_string(path->scenarios.size()) + " of the path " + path->name +
                  " are done"};
    return {open, path->name, standing(*path) + so_far(progress.of(open->id))};
  }
  const CatalogEntry* easiest = nullptr;
  for (const auto& entry : catalog)
    if (!progress.of(entry.id).done() && (easiest == nullptr || easier(&entry, easiest)))
      easiest = &entry;
  if (easiest == nullptr) return {nullptr, "", "everything is done"};
  const auto rest = so_far(progress.of(easiest->id));
  if (easiest->paths.empty())
    return {easiest, "", "it is the easiest that is not done, and " + rest};
  const auto& name = easiest->paths.front();
  return {easiest, name,
          "the path " + name + " goes on with the easiest that is not done, and " + rest};
}

}  // namespace ride::cli
