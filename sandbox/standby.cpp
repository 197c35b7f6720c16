#include "sandbox/standby.hpp"

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "sandbox/files.hpp"
#include "sandbox/server_settings.hpp"

namespace ride::sandbox {
namespace {

constexpr std::chrono::milliseconds copy_limit{60'000};

}  // namespace

Standby::Standby(std::string name, std::unique_ptr<Server> server,
                 std::map<std::string, std::string> settings)
    : name_(std::move(name)), server_(std::move(server)), settings_(std::move(settings)) {}

void Standby::copy(const std::filesystem::path& data) {
  directory_ = server_->make_directory(false);
  copy_tree(data, directory_.data(), copy_limit);
}

// The password stands in a file that nobody but the server can read: primary_conninfo itself is
// shown to whoever is in pg_monitor, as the learner is.
void Standby::start(const Endpoint& main, const std::string& role, const Secret& password) {
  const auto passwords = directory_.root / "standby-password";
  write_private_file(passwords, "*:*:*:" + role + ":" + password.reveal() + "\n",
                     server_->identity());
  auto settings = settings_;
  settings["primary_conninfo"] = "host=" + main.socket_directory +
                                 " port=" + std::to_string(main.port) + " user=" + role +
                                 " passfile=" + passwords.string() + " application_name=" + name_;
  settings["primary_slot_name"] = name_;
  const auto file = directory_.data() / "postgresql.conf";
  std::ofstream out(file, std::ios::app);
  out << "# " << name_ << "\n" << setting_lines(settings);
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
  write_private_file(directory_.data() / "standby.signal", "", server_->identity());
  server_->launch(directory_, {});
}

std::optional<std::string> Standby::ended() const {
  const auto how = server_->ended();
  return how ? std::optional(name_ + ": " + *how) : std::nullopt;
}

void Standby::stop() noexcept {
  server_->stop(false);
  if (!directory_.root.empty()) clean_up({server_->mode(), directory_.root.string(), ""});
}

}  // namespace ride::sandbox
