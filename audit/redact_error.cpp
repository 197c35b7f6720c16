#include "audit/redact_error.hpp"

#include <array>
#include <utility>
#include <vector>

#include "base/json.hpp"

namespace ride::audit {
namespace {

namespace json = boost::json;

constexpr std::string_view own_context = "PL/pgSQL function ride_";

// The words of an error, whether they came by the wire or stand in the log.
struct Said {
  std::string severity, sqlstate, message, context;

  // By code of somebody's (RAISE), in whose own words any value may stand without quotes.
  bool raised() const {
    if (context.find(" at RAISE") != std::string::npos || sqlstate.starts_with("P0")) return true;
    for (const auto* own : {"ERROR", "FATAL", "PANIC", "LOG"})
      if (severity == own) return false;
    return true;
  }
  // The event triggers' and fences' lines: names of objects, no values.
  bool is_ours() const {
    return severity == "LOG" && message.starts_with("ride: ") &&
           (context.empty() || context.starts_with(own_context));
  }
};

std::string message_without_quotes(const Said& said) {
  if (said.raised()) return std::string(sql::cut_mark);
  const auto quote = said.message.find_first_of("\"'");
  if (quote == std::string::npos) return said.message;
  return said.message.substr(0, quote) + std::string(sql::cut_mark);
}

// Who called whom, as far as no value stands in between.
std::string context_without_quotes(std::string_view context) {
  std::string out;
  while (!context.empty()) {
    const auto line = context.substr(0, context.find('\n'));
    const bool plain = line.starts_with("PL/pgSQL function ") &&
                       line.find_first_of("\"'") == std::string_view::npos;
    if (!out.empty()) out += '\n';
    if (!plain) return out += sql::cut_mark;
    out += line;
    context.remove_prefix(std::min(line.size() + 1, context.size()));
  }
  return out;
}

bool names_locks_alone(std::string_view detail) {
  return detail.starts_with("Process holding the lock: ") ||
         detail.starts_with("Processes holding the lock: ");
}

std::string detail_without_values(std::string_view detail) {
  return names_locks_alone(detail) ? std::string(detail) : std::string(sql::cut_mark);
}

// Where the statement begins that such a line logs: "statement: …", "duration: 0.1 ms  execute S:
// …".
std::size_t statement_in(std::string_view message) {
  if (message.starts_with("duration: ")) {
    const auto space = message.find("  ");
    if (space == std::string_view::npos) return space;
    const auto at = statement_in(message.substr(space + 2));
    return at == std::string_view::npos ? at : space + 2 + at;
  }
  for (const std::string_view verb :
       {"statement: ", "execute ", "parse ", "bind ", "execute fetch from "})
    if (message.starts_with(verb)) {
      const auto colon = message.find(": ");
      return colon == std::string_view::npos ? colon : colon + 2;
    }
  return std::string_view::npos;
}

bool has_parameter(std::string_view text) {
  for (auto at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1))
    if (at + 1 < text.size() && text[at + 1] >= '0' && text[at + 1] <= '9') return true;
  return false;
}

using Pairs = std::vector<std::pair<char, std::string>>;

Pairs read_pairs(Bytes body) {
  Pairs out;
  while (!body.empty() && body.front() != '\0') {
    const auto end = std::min(body.find('\0', 1), body.size());
    out.emplace_back(body.front(), body.substr(1, end - 1));
    body.remove_prefix(std::min(end + 1, body.size()));
  }
  return out;
}

Said said_in(const Pairs& pairs) {
  Said out;
  for (const auto& [code, value] : pairs) {
    if (code == 'V' || (code == 'S' && out.severity.empty())) out.severity = value;
    if (code == 'C') out.sqlstate = value;
    if (code == 'M') out.message = value;
    if (code == 'W') out.context = value;
  }
  return out;
}

// nullopt: the field goes, for the place it tells is none any more.
std::optional<std::string> without_values(char code, const std::string& value, const Said& said,
                                          Remover& remover) {
  if (code == 'M') return message_without_quotes(said);
  if (code == 'D') return detail_without_values(value);
  if (code == 'W') return context_without_quotes(value);
  if (code == 'H') return std::string(sql::cut_mark);
  if (code == 'q')
    return remover.policy().values ? remover.clean_statement(value).value_or(value)
                                   : std::string(sql::cut_mark);
  if (code == 'P' || code == 'p') return std::nullopt;
  return value;
}

class LogLine {
 public:
  LogLine(json::object& fields, Remover& remover) : fields_(fields), remover_(remover) {
    said_ = {text("error_severity"), text("state_code"), text("message"), text("context")};
  }

  bool redact() {
    const auto& policy = remover_.policy();
    const auto statement_at = statement_in(said_.message);
    const bool logs_statement =
        said_.severity == "LOG" && said_.context.empty() && statement_at != std::string::npos;
    const bool takes_parameters =
        policy.parameters &&
        (has_parameter(text("statement")) || (logs_statement && has_parameter(said_.message)));
    if (policy.identities) identities();
    if (policy.values) set("statement", remover_.clean_statement(text("statement")));
    if (policy.values && logs_statement) set("message", statement(statement_at));
    if ((policy.values || takes_parameters) && !said_.is_ours()) quotes(logs_statement);
    if (policy.values && said_.is_ours())
      replace("context", context_without_quotes(text("context")));
    json::value whole(std::move(fields_));
    changed_ = change_strings(whole, "",
                              [&](std::string_view, std::string_view value) {
                                return remover_.clean(value);
                              }) ||
               changed_;
    fields_ = std::move(whole.as_object());
    return changed_;
  }

 private:
  std::string text(const char* key) const {
    const auto* found = fields_.if_contains(key);
    if (found == nullptr || !found->is_string()) return {};
    return std::string(found->as_string());
  }
  void replace(const char* key, const std::string& with) {
    if (!fields_.contains(key) || text(key) == with) return;
    fields_[key] = with;
    changed_ = true;
  }
  void set(const char* key, const std::optional<std::string>& with) {
    if (with) replace(key, *with);
  }

  std::string statement(std::size_t at) {
    const auto text = said_.message.substr(at);
    return said_.message.substr(0, at) + remover_.clean_statement(text).value_or(text);
  }

  void identities() {
    for (const char* key : {"remote_host", "application_name"}) {
      const auto value = text(key);
      const bool ours = std::string_view(key) == "application_name"
                            ? !remover_.identities().contains(value)
                            : value == "[local]";
      if (!value.empty() && !ours) replace(key, remover_.take("identities"));
    }
    if (fields_.contains("remote_port")) {
      fields_.stable_erase("remote_port");
      remover_.count("identities");
      changed_ = true;
    }
  }

  void quotes(bool logs_statement) {
    const bool before = std::exchange(changed_, false);
    if (!logs_statement) replace("message", message_without_quotes(said_));
    if (fields_.contains("detail")) replace("detail", detail_without_values(text("detail")));
    if (fields_.contains("context")) replace("context", context_without_quotes(text("context")));
    for (const char* key : {"hint", "internal_query"})
      if (fields_.contains(key)) replace(key, std::string(sql::cut_mark));
    for (const char* key : {"cursor_position", "internal_position"})
      if (remover_.policy().values) fields_.stable_erase(key);
    if (changed_) remover_.count("error_texts");
    changed_ = changed_ || before;
  }

  json::object& fields_;
  Remover& remover_;
  Said said_;
  bool changed_ = false;
};

}  // namespace

std::string redact_error(Bytes body, bool quotes, Remover& remover) {
  const auto pairs = read_pairs(body);
  const auto said = said_in(pairs);
  std::string out;
  if (quotes) remover.count("error_texts");
  for (const auto& [code, value] : pairs) {
    const auto kept = quotes ? without_values(code, value, said, remover) : value;
    if (kept) out.append(1, code).append(remover.clean(*kept).value_or(*kept)).append(1, '\0');
  }
  return out.append(1, '\0');
}

std::optional<std::string> redact_log_line(std::string_view line, Remover& remover) {
  auto value = read_json(line);
  if (!value || !value->is_object()) return remover.take("unreadable");
  if (!LogLine(value->as_object(), remover).redact()) return std::nullopt;
  return json::serialize(*value);
}

}  // namespace ride::audit
