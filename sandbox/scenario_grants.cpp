#include "sandbox/scenario_grants.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "sandbox/cluster.hpp"
#include "sandbox/server_settings.hpp"
#include "sql/worker.hpp"

namespace ride::sandbox {
namespace {

constexpr std::array<std::string_view, 12> ways_out{"pg_execute_server_program",
                                                    "pg_write_server_files",
                                                    "pg_read_server_files",
                                                    "pg_read_file",
                                                    "pg_read_binary_file",
                                                    "pg_ls_dir",
                                                    "pg_stat_file",
                                                    "lo_import",
                                                    "lo_export",
                                                    "superuser",
                                                    "ride_check",
                                                    "postgres"};

bool part_of_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool has_word(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    if ((at == 0 || !part_of_word(text[at - 1])) &&
        (end == text.size() || !part_of_word(text[end])))
      return true;
  }
  return false;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// "GRANT SET, ALTER SYSTEM ON PARAMETER a, b TO oncall": every word behind PARAMETER.
std::string forbidden_parameter(const std::string& grant) {
  const auto at = grant.find(" on parameter ");
  const auto end = grant.find(" to ", at == grant.npos ? 0 : at);
  if (at == grant.npos || end == grant.npos) return "";
  std::string name;
  for (const char c : grant.substr(at + 14, end - at - 14) + ",") {
    if (part_of_word(c) || c == '.') name += c;
    if (c != ',') continue;
    if (!may_be_set_by_scenario(name)) return name;
    name.clear();
  }
  return "";
}

}  // namespace

bool may_be_set_by_scenario(const std::string& name) {
  return may_be_set(name) && !name.ends_with("_command") && !name.ends_with("_libraries") &&
         !name.ends_with("_library") && name != "dynamic_library_path";
}

std::string trouble_with_grant(const std::string& grant) {
  if (!grant.starts_with("GRANT ")) return "a grant is \"GRANT …\" or \"database: GRANT …\"";
  sql::Analyser analyser;
  const auto split = analyser.split(grant);
  if (split.by != sql::SplitBy::parser || split.pieces.size() != 1 ||
      analyser.analyse(grant).role_changes.empty())
    return "\"" + grant + "\" is not one GRANT statement";
  const auto text = lower(grant);
  for (const auto word : ways_out)
    if (has_word(text, word)) return "\"" + std::string(word) + "\" leads out of the sandbox";
  if (const auto name = forbidden_parameter(text); !name.empty())
    return "setting \"" + name + "\" is ride's own, or runs a program";
  return "";
}

}  // namespace ride::sandbox
