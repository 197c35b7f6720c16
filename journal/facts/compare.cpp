#include "journal/facts/compare.hpp"

#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "journal/facts/schema.hpp"

namespace ride::journal::facts {
namespace {

std::vector<std::string> columns_of(const Table& table) {
  std::vector<std::string> out;
  for (auto list = table.columns; !list.empty();) {
    const auto comma = list.find(", ");
    auto name = list.substr(0, comma);
    if (name.starts_with('"')) name = name.substr(1, name.size() - 2);
    out.emplace_back(name);
    list.remove_prefix(comma == list.npos ? list.size() : comma + 2);
  }
  return out;
}

class Comparison {
 public:
  template <typename Row>
  void table(const std::vector<Row>& a, const std::vector<Row>& b) {
    const auto& table = tables.at(at_++);
    const auto name = std::string(table.name.substr(std::string_view("fact_").size()));
    if (a.size() != b.size()) {
      out_.insert(name + ".*");
      return;
    }
    constexpr auto count = std::tuple_size_v<decltype(std::declval<const Row&>().columns())>;
    const auto columns = columns_of(table);
    for (std::size_t row = 0; row < a.size(); ++row)
      compare(a[row].columns(), b[row].columns(), name, table.assigned, columns,
              std::make_index_sequence<count>());
  }

  std::set<std::string> finish() {
    // Both tables number choices alike, and a rule of either depends on them.
    if (chosen_otherwise_) out_.insert({"changes.*", "terminations.*"});
    return std::move(out_);
  }

 private:
  template <typename Columns, std::size_t... at>
  void compare(const Columns& a, const Columns& b, const std::string& name, bool assigned,
               const std::vector<std::string>& columns, std::index_sequence<at...>) {
    const auto differs = [&](std::size_t index) {
      if (assigned && index + 2 >= sizeof...(at)) chosen_otherwise_ = true;
      out_.insert(name + "." + columns.at(index));
    };
    ((std::get<at>(a) == std::get<at>(b) ? void() : differs(at)), ...);
  }

  std::set<std::string> out_;
  std::size_t at_ = 0;
  bool chosen_otherwise_ = false;
};

}  // namespace

std::set<std::string> differing(const Facts& a, const Facts& b) {
  Comparison comparison;
  comparison.table(a.statements, b.statements);
  comparison.table(a.saw, b.saw);
  comparison.table(a.reads, b.reads);
  comparison.table(a.writes, b.writes);
  comparison.table(a.calls, b.calls);
  comparison.table(a.ddl, b.ddl);
  comparison.table(a.role_changes, b.role_changes);
  comparison.table(a.settings, b.settings);
  comparison.table(a.changes, b.changes);
  comparison.table(a.terminations, b.terminations);
  comparison.table(a.termination_tries, b.termination_tries);
  comparison.table(a.waits, b.waits);
  comparison.table(a.actors, b.actors);
  comparison.table(a.connections, b.connections);
  comparison.table(a.catalog, b.catalog);
  comparison.table(a.checks, b.checks);
  comparison.table(a.workloads, b.workloads);
  comparison.table(a.probes, b.probes);
  comparison.table(a.hints, b.hints);
  comparison.table(a.logs, b.logs);
  comparison.table(a.gaps, b.gaps);
  return comparison.finish();
}

}  // namespace ride::journal::facts
