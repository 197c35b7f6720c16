// Analyses as short strings, so that a test compares one line with one line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sql/analyse.hpp"
#include "sql/statement.hpp"

namespace ride::sql {

template <typename List, typename Show>
std::string joined(const List& list, Show show) {
  std::string out;
  for (const auto& item : list) out += (out.empty() ? "" : "; ") + show(item);
  return out;
}

inline std::string show(const std::vector<Relation>& relations) {
  return joined(relations, [](const Relation& r) {
    return r.action + " " + qualified(r.name) + (r.mode.empty() ? "" : " " + r.mode);
  });
}

inline std::string show(const std::vector<Argument>& arguments) {
  std::string out;
  for (const Argument& argument : arguments) {
    if (!out.empty()) out += ", ";
    switch (argument.kind) {
      case Argument::Kind::literal:
        out += "'" + argument.text + "'";
        break;
      case Argument::Kind::null:
        out += "NULL";
        break;
      case Argument::Kind::parameter:
        out += "$" + std::to_string(argument.parameter);
        break;
      case Argument::Kind::unknown:
        out += "?";
        break;
    }
  }
  return out;
}

inline std::string show(const std::vector<Call>& calls) {
  return joined(calls, [](const Call& call) {
    return (call.name.schema.empty() ? "" : call.name.schema + ".") + call.name.name + "(" +
           show(call.arguments) + ")";
  });
}

// "drop column public.orders.release_id", "create index public.i on public.orders".
inline std::string show(const std::vector<Ddl>& items) {
  return joined(items, [](const Ddl& item) {
    return item.action + " " + qualified(item.object) +
           (item.column.empty() ? "" : "." + item.column) +
           (item.table ? " on " + qualified(*item.table) : "");
  });
}

inline std::string show(const std::vector<Name>& names) {
  return joined(names, [](const Name& name) { return qualified(name); });
}

inline std::string show(const std::vector<RoleChange>& changes) {
  return joined(changes, [](const RoleChange& c) {
    return c.role + ": " + c.change + (c.grant_option ? " with option" : "");
  });
}

inline std::string show(const std::vector<Setting>& settings) {
  return joined(settings, [](const Setting& s) {
    return std::string(to_string(s.scope)) + " " + s.database + s.role +
           (s.database.empty() && s.role.empty() ? "" : " ") + s.name + "=" +
           s.value.value_or("(reset)");
  });
}

inline std::string reads(std::string_view text) { return show(analyse(text).reads); }
inline std::string writes(std::string_view text) { return show(analyse(text).writes); }
inline std::string calls(std::string_view text) { return show(analyse(text).calls); }
inline std::string ddl(std::string_view text) { return show(analyse(text).ddl); }
inline std::string exclusive(std::string_view text) { return show(analyse(text).access_exclusive); }
inline std::string roles(std::string_view text) { return show(analyse(text).role_changes); }
inline std::string settings(std::string_view text) { return show(analyse(text).settings); }

}  // namespace ride::sql
