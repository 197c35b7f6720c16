#include "sandbox/server_settings.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace ride::sandbox {
namespace {

using Setting = std::pair<std::string_view, std::string_view>;

constexpr std::array<Setting, 20> fixed{{
    {"listen_addresses", ""},
    {"port", "5432"},
    {"unix_socket_permissions", "0700"},
    {"ssl", "off"},
    {"password_encryption", "scram-sha-256"},
    {"logging_collector", "on"},
    {"log_destination", "jsonlog"},
    {"log_filename", "server-%Y%m%d-%H%M%S.log"},
    {"log_file_mode", "0600"},
    {"log_rotation_age", "0"},
    {"log_rotation_size", "64MB"},
    {"log_timezone", "UTC"},
    {"lc_messages", "C"},
    {"log_connections", "on"},
    {"log_disconnections", "on"},
    {"log_lock_waits", "on"},
    {"update_process_title", "on"},  // tells in the log who was turned away at start-up
    {"log_min_messages", "warning"},
    {"log_min_error_statement", "error"},
    {"log_error_verbosity", "default"},
}};

// A sandbox lives for an hour and is thrown away: durability costs starts and buys nothing.
constexpr std::array<Setting, 14> defaults{{
    {"fsync", "off"},
    {"full_page_writes", "off"},
    {"synchronous_commit", "off"},
    {"max_connections", "60"},
    {"superuser_reserved_connections", "5"},
    {"shared_buffers", "32MB"},
    {"min_wal_size", "8MB"},
    {"max_wal_size", "128MB"},
    {"temp_file_limit", "64MB"},
    {"huge_pages", "off"},
    {"jit", "off"},
    {"timezone", "UTC"},
    {"max_worker_processes", "4"},
    {"pg_stat_statements.max", "1000"},
}};

constexpr std::array<std::string_view, 6> also_protected{
    "unix_socket_directories", "log_directory",           "hba_file", "ident_file",
    "data_directory",          "shared_preload_libraries"};

std::string setting_literal(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += c;
    out += c;
  }
  return out + "'";
}

bool letter(char c) { return (c >= 'a' && c <= 'z') || c == '_' || c == '.'; }

}  // namespace

std::vector<std::string> protected_arguments(const std::string& data, const std::string& socket,
                                             const std::string& log) {
  std::vector<std::string> out{"-D", data};
  const auto add = [&out](std::string_view name, std::string_view value) {
    out.emplace_back("-c");
    out.push_back(std::string(name) + "=" + std::string(value));
  };
  for (const auto& [name, value] : fixed) add(name, value);
  add("unix_socket_directories", socket);
  add("log_directory", log);
  add("hba_file", data + "/pg_hba.conf");
  add("shared_preload_libraries", "pg_stat_statements");
  return out;
}

std::string configuration(const std::map<std::string, std::string>& scenario_settings) {
  std::string out = "\n# ride\n";
  for (const auto& [name, value] : defaults)
    out += std::string(name) + " = " + setting_literal(value) + "\n";
  return out + "# the scenario\n" + setting_lines(scenario_settings);
}

std::string setting_lines(const std::map<std::string, std::string>& settings) {
  std::string out;
  for (const auto& [name, value] : settings) out += name + " = " + setting_literal(value) + "\n";
  return out;
}

bool may_be_set(const std::string& name) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), letter)) return false;
  const auto same = [&name](const Setting& setting) { return setting.first == name; };
  return std::none_of(fixed.begin(), fixed.end(), same) &&
         std::find(also_protected.begin(), also_protected.end(), name) == also_protected.end();
}

std::string host_based_authentication(const std::string& learner_role,
                                      const std::string& standby_role) {
  const auto replication =
      standby_role.empty() ? "" : "local replication " + standby_role + " scram-sha-256\n";
  return "# type  database  user  method\n"
         "local all " +
         learner_role +
         " trust\n"
         "local all all scram-sha-256\n" +
         replication;
}

}  // namespace ride::sandbox
