#include "cli/rerun_login.hpp"

#include <algorithm>
#include <cstdlib>

#include "cli/failure.hpp"

namespace ride::cli {
namespace {

// As pg_split_opts reads it: blanks part words, a backslash takes that from the next character.
std::string escaped(const std::string& value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == ' ' || c == '\t' || c == '\n') out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

}  // namespace

LoginWords words_of(const std::string& dsn) {
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(
      PQconninfoParse(dsn.c_str(), &message), PQconninfoFree);
  if (message != nullptr) PQfreemem(message);
  if (!options)
    throw Failure("--target is no connection string, like postgresql://user@host:5432/database",
                  exit_usage);
  LoginWords out;
  for (const auto* option = options.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr) out.emplace_back(option->keyword, option->val);
  return out;
}

std::string word(const LoginWords& words, const std::string& key) {
  for (const auto& [name, value] : words)
    if (name == key) return value;
  return "";
}

LoginWords login_words(const LoginWords& server, const replay::RerunConnection& connection) {
  LoginWords out = server;
  const auto add = [&](const std::string& key, const std::string& value) {
    if (word(out, key).empty()) out.emplace_back(key, value);
  };
  std::string options = word(server, "options");
  std::erase_if(out, [](const auto& pair) { return pair.first == "options"; });
  for (const auto& [name, value] : connection.parameters) {
    if (name == "user" || name == "database" || name == "replication" || name.starts_with("_pq_."))
      continue;
    if (name == "application_name" || name == "client_encoding")
      add(name, value);
    else if (name == "options")
      options += (options.empty() ? "" : " ") + value;
    else
      options += (options.empty() ? "-c " : " -c ") + escaped(name + "=" + value);
  }
  add("user", connection.user);
  add("dbname", connection.database);
  add("sslmode", "disable");
  add("gssencmode", "disable");
  add("connect_timeout", "30");
  if (!options.empty()) out.emplace_back("options", options);
  return out;
}

void forget_session_environment() {
  for (const char* name :
       {"PGAPPNAME", "PGOPTIONS", "PGCLIENTENCODING", "PGDATESTYLE", "PGTZ", "PGGEQO"})
    ::unsetenv(name);
}

}  // namespace ride::cli
