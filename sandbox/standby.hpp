// A streaming standby of the sandbox's main server: a copy of its data directory, a server of its
// own beside it, in a private directory of its own, that follows it through its socket. As
// read-only as any: whoever may log in to the main server may log in here, by the same password.
//
// Owned and used as its Server is; failures likewise.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/secret.hpp"
#include "sandbox/server.hpp"

namespace ride::sandbox {

class Standby {
 public:
  // `server` is one like the main one. Settings stand over the main server's.
  Standby(std::string name, std::unique_ptr<Server> server,
          std::map<std::string, std::string> settings);

  // The main server's data, at rest: it was stopped cleanly, or is a template.
  void copy(const std::filesystem::path& data);
  // Returns while it starts up. It streams from `main` as that role, through the slot of its name.
  void start(const Endpoint& main, const std::string& role, const Secret& password);

  const std::string& name() const { return name_; }
  Endpoint endpoint() const { return {directory_.socket().string(), 5432}; }
  const PrivateDirectory& directory() const { return directory_; }
  std::optional<std::string> ended() const;  // nothing while it runs
  void stop() noexcept;                      // and removes its directory

 private:
  std::string name_;
  std::unique_ptr<Server> server_;
  std::map<std::string, std::string> settings_;
  PrivateDirectory directory_;
};

}  // namespace ride::sandbox
