// PostgreSQL from binaries found on this machine: a child process, reached by a unix socket alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sandbox/server.hpp"

namespace ride::sandbox {

// The folder with `initdb` and `postgres` to use: RIDE_PG_BIN, else the newest version within the
// bounds of /usr/lib/postgresql/*/bin, pg_config --bindir and PATH. Nothing where there is none.
std::optional<std::filesystem::path> find_binaries(int postgres_min, int postgres_max);

class LocalServer final : public Server {
 public:
  // Throws with what to install where find_binaries() finds nothing.
  explicit LocalServer(ServerOptions options);
  ~LocalServer() override;

  const char* mode() const override { return "local"; }
  std::string version() override { return version_; }
  std::string build_identity() override { return binaries_.string(); }
  std::optional<Identity> identity() const override { return identity_; }
  PrivateDirectory make_directory() override { return make_private_directory(identity_, true); }
  void initialise(const PrivateDirectory& directory, const DataContents& contents) override;
  void launch(const PrivateDirectory& directory,
              const std::filesystem::path& data_template) override;
  bool keeps_templates() const override { return true; }
  bool runs_in_place() const override { return true; }
  void stop(bool cleanly) noexcept override;
  std::optional<std::string> ended() override;
  Remains remains() const override;
  std::string describe() override;

 private:
  ServerOptions options_;
  std::filesystem::path binaries_;
  std::optional<Identity> identity_;
  std::string version_;
  std::optional<PrivateDirectory> directory_;
  std::optional<Child> child_;
};

}  // namespace ride::sandbox
