// PostgreSQL from binaries found on this machine: a child process, reached by a unix socket alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sandbox/server.hpp"

namespace ride::sandbox {

// Folders with `initdb` and `postgres`, and their versions: RIDE_PG_BIN alone where that is set,
// else /usr/lib/postgresql/*/bin, pg_config --bindir and PATH. The newest first.
struct Binaries {
  std::filesystem::path folder;
  std::string version;  // "15.20"
  int major = 0;
};
std::vector<Binaries> find_binaries();

class LocalServer final : public Server {
 public:
  // Throws with what to install, or what there is, where find_binaries() has nothing that fits.
  explicit LocalServer(ServerOptions options);
  LocalServer(ServerOptions options, Binaries binaries);
  ~LocalServer() override;

  const char* mode() const override { return "local"; }
  std::string version() override { return binaries_.version; }
  std::string build_identity() override { return binaries_.folder.string(); }
  std::optional<Identity> identity() const override { return identity_; }
  PrivateDirectory make_directory(bool) override {
    return make_private_directory(identity_, true, options_.home);
  }
  void launch_new(const PrivateDirectory& directory, const DataContents& contents) override;
  void launch(const PrivateDirectory& directory,
              const std::filesystem::path& data_template) override;
  bool keeps_templates() const override { return true; }
  bool runs_in_place() const override { return true; }
  void advance_transaction_ids(const PrivateDirectory& directory, std::uint32_t left) override;
  void stop(bool cleanly) noexcept override;
  std::optional<std::string> ended() override;
  Remains remains() const override;
  std::unique_ptr<Server> another(const ServerOptions& options) const override {
    return std::make_unique<LocalServer>(options, binaries_);
  }
  std::string describe() override;

 private:
  ServerOptions options_;
  Binaries binaries_;
  std::optional<Identity> identity_;
  std::optional<PrivateDirectory> directory_;
  std::optional<Child> child_;
};

}  // namespace ride::sandbox
