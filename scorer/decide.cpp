#include "scorer/decide.hpp"

#include <optional>

namespace ride::scorer {
namespace {

Decision look(Rule& decisive, std::optional<Rule>& unknown) {
  if (auto rows = decisive.run(); !rows.empty()) return {Finding::decisive, std::move(rows)};
  if (!unknown) return {};
  if (auto rows = unknown->run(); !rows.empty()) return {Finding::unknown, std::move(rows)};
  return {};
}

}  // namespace

Decision decide(Vocabulary& vocabulary, const std::string& name, const std::string& decisive,
                const std::string& unknown, RuleLimits limits) {
  Rule rule(vocabulary, name, decisive, limits);
  std::optional<Rule> doubt;
  if (!unknown.empty()) doubt.emplace(vocabulary, name + " (unknown)", unknown, limits);

  const bool depends = rule.depends_on_assignment() || (doubt && doubt->depends_on_assignment());
  if (!depends) return look(rule, doubt);
  if (vocabulary.assignments() > assignments_max) return {Finding::ambiguous, {}};
  vocabulary.show_assignment(0);
  auto first = look(rule, doubt);
  for (std::size_t other = 1; other < vocabulary.assignments(); ++other) {
    vocabulary.show_assignment(other);
    if (look(rule, doubt) != first) return {Finding::ambiguous, {}};
  }
  return first;
}

}  // namespace ride::scorer
