#include "cli/progress_text.hpp"

#include <ostream>
#include <string>

#include "cli/brief.hpp"

namespace ride::cli {
namespace {

constexpr const char* below = "      ";

std::string count(int number, const std::string& what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

std::string stage_of(const std::string& id) { return id.substr(0, id.find('/')); }

char mark_of(const ScenarioProgress& progress) {
  if (progress.done()) return 'x';
  return progress.attempts > 0 ? '-' : ' ';
}

// "best 100 of 100 · 2 attempts · 1 hint"; empty: nothing yet.
std::string so_far(const ScenarioProgress& progress) {
  if (progress.attempts == 0) return "";
  const auto best = progress.best_of == 0 ? std::string("not submitted")
                                          : "best " + std::to_string(progress.best) + " of " +
                                                std::to_string(progress.best_of);
  return best + " · " + count(progress.attempts, "attempt") + " · " +
         (progress.hints == 0 ? "no hints" : count(progress.hints, "hint"));
}

void print_line(const std::string& id, char mark, std::ostream& out) {
  out << "  [" << mark << "] " << id << '\n';
}

void print_stages(const std::vector<CatalogEntry>& catalog, const Standing& progress,
                  std::size_t columns, std::ostream& out) {
  std::string stage;
  for (const auto& entry : catalog) {
    if (stage_of(entry.id) != stage) {
      out << (stage.empty() ? "" : "\n") << stage_of(entry.id) << '\n';
      stage = stage_of(entry.id);
    }
    const auto done = progress.of(entry.id);
    print_line(entry.id, mark_of(done), out);
    print_wrapped(entry.title + " · " + entry.level + " · " + entry.minutes + " min", below,
                  columns, out);
    if (const auto line = so_far(done); !line.empty()) print_wrapped(line, below, columns, out);
  }
}

}  // namespace

void print_catalog(const std::vector<CatalogEntry>& catalog, const std::vector<Path>& paths,
                   const Standing& progress, std::size_t columns, std::ostream& out) {
  print_stages(catalog, progress, columns, out);
  for (const auto& path : paths) {
    out << "\npath " << path.name << ", " << path.done << " of " << path.scenarios.size()
        << " done\n";
    for (const auto* entry : path.scenarios)
      print_line(entry->id, mark_of(progress.of(entry->id)), out);
  }
}

void print_proposal(const Proposal& proposal, std::size_t columns, std::ostream& out) {
  if (proposal.scenario == nullptr) {
    print_wrapped(proposal.why + "; `ride postgres list` has them all", "", columns, out);
    return;
  }
  const auto& scenario = *proposal.scenario;
  out << scenario.id << '\n';
  print_wrapped(scenario.title + " · " + scenario.level + " · " + scenario.minutes + " min", "  ",
                columns, out);
  print_wrapped("why: " + proposal.why, "  ", columns, out);
  out << "\n  ride postgres start " << scenario.id << '\n';
}

}  // namespace ride::cli
