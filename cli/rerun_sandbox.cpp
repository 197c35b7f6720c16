#include "cli/rerun_sandbox.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include "base/json.hpp"
#include "cli/control.hpp"
#include "cli/failure.hpp"
#include "cli/rerun_login.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

LoginWords where(const std::string& dsn) {
  LoginWords out;
  for (const auto& [key, value] : words_of(dsn))
    if (key == "host" || key == "port") out.emplace_back(key, value);
  return out;
}

}  // namespace

TemporaryHome::TemporaryHome(const Home& sharing) {
  std::string name = (fs::temp_directory_path() / "ride-rerun-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw Failure("cannot make a folder in " + fs::temp_directory_path().string() + ": " +
                  std::generic_category().message(errno) + "; set TMPDIR to one that is writable");
  home_.root = name;
  std::error_code ignored;
  if (fs::is_directory(sharing.cache(), ignored))
    fs::create_directory_symlink(sharing.cache(), home_.cache(), ignored);
  create_home(home_);
}

TemporaryHome::~TemporaryHome() {
  std::error_code ignored;
  fs::remove_all(home_.root, ignored);
}

SandboxServer::SandboxServer(Home home, const json::object& run)
    : home_(std::move(home)), servers_{{"", where(json::value_to<std::string>(run.at("dsn")))}} {
  for (const auto& server : run.at("servers").as_array())
    servers_.emplace(json::value_to<std::string>(server.as_object().at("name")),
                     where(json::value_to<std::string>(server.as_object().at("dsn"))));
}

LoginWords SandboxServer::login(const replay::RerunConnection& connection) const {
  const auto found = servers_.find(connection.server);
  if (found == servers_.end())
    throw Failure("the scenario has no server \"" + connection.server + "\" any more");
  return login_words(found->second, connection);
}

json::object SandboxServer::sessions() const { return request(home_, {{"command", "sessions"}}); }

std::vector<LockWait> SandboxServer::waits() {
  std::vector<LockWait> out;
  const auto now = sessions();
  for (const auto& value : now.at("waits").as_array()) {
    const auto& wait = value.as_object();
    LockWait one{wait.at("pid").to_number<int>(), {}, wait.at("logged").to_number<std::size_t>()};
    for (const auto& pid : wait.at("blockers").as_array())
      one.blockers.push_back(pid.to_number<int>());
    out.push_back(std::move(one));
  }
  return out;
}

std::optional<int> SandboxServer::actor_session(const std::string& actor, std::size_t k) {
  const auto now = sessions();
  for (const auto& value : now.at("actors").as_array())
    if (value.as_object().at("actor").as_string() == actor && --k == 0)
      return value.as_object().at("pid").to_number<int>();
  return std::nullopt;
}

std::string SandboxServer::name_of(int pid) {
  std::string name;
  const auto now = sessions();
  for (const auto& value : now.at("actors").as_array())
    if (value.as_object().at("pid").to_number<int>() == pid)
      name = json::value_to<std::string>(value.as_object().at("actor"));
  return name;
}

void SandboxServer::ask(replay::Step::What command) {
  const char* word = command == replay::Step::What::hint  ? "hint"
                     : command == replay::Step::What::log ? "log"
                                                          : "status";
  request(home_, {{"command", word}});
}

}  // namespace ride::cli
