#include "journal/facts/own_commit.hpp"

#include <algorithm>
#include <array>

namespace ride::journal::facts {
namespace {

constexpr auto always = std::to_array<std::string_view>({
    "alter system",
    "commit prepared",
    "create database",
    "create tablespace",
    "drop database",
    "drop tablespace",
    "rollback prepared",
    "vacuum",
});

// Depending on their options, and on what they are about.
constexpr auto sometimes = std::to_array<std::string_view>({
    "alter database",
    "alter subscription",
    "alter type",
    "analyze",
    "cluster",
    "create subscription",
    "drop subscription",
    "reindex",
});

template <typename List>
bool has(const List& list, std::string_view command) {
  return std::find(list.begin(), list.end(), command) != list.end();
}

}  // namespace

OwnCommit own_commit(const Stmt& stmt) {
  if (stmt.row.path != "extended") return OwnCommit::no;  // a query string ends with its own
  const auto& own = *stmt.own;
  const bool concurrently = std::any_of(own.ddl.begin(), own.ddl.end(),
                                        [](const sql::Ddl& ddl) { return ddl.concurrently; });
  if (has(always, own.command) || concurrently || stmt.row.tag == "DISCARD ALL")
    return OwnCommit::yes;
  const bool opaque = own.opaque || !stmt.row.text;
  return opaque || has(sometimes, own.command) ? OwnCommit::perhaps : OwnCommit::no;
}

}  // namespace ride::journal::facts
