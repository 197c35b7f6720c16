#include "sandbox/service_server.hpp"

#include <cassert>
#include <cstdlib>
#include <stdexcept>

#include "sandbox/files.hpp"
#include "sandbox/server_settings.hpp"
#include "sandbox/service_link.hpp"

namespace ride::sandbox {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

class ServiceServer final : public Server {
 public:
  ServiceServer(fs::path folder, ServerOptions options, ServiceLink link)
      : directory_{std::move(folder)},
        options_(std::move(options)),
        hello_(link.hello()),
        link_(std::move(link)) {}
  ~ServiceServer() override { stop(false); }

  const char* mode() const override { return "server"; }
  std::string version() override { return hello_.version; }
  std::string build_identity() override { return hello_.version; }
  std::optional<Identity> identity() const override { return hello_.user; }
  PrivateDirectory make_directory(bool) override { return directory_; }
  bool keeps_templates() const override { return false; }
  bool runs_in_place() const override { return true; }
  Remains remains() const override { return {mode(), directory_.root.string(), ""}; }
  std::string describe() override {
    return "PostgreSQL " + hello_.version + " behind " + directory_.root.string();
  }

  void launch_new(const PrivateDirectory&, const DataContents& contents) override {
    assert(link_.has_value());
    if (options_.created) options_.created(remains());
    link_->start(contents, protected_arguments(hello_.cluster, hello_.shared + "/socket",
                                               hello_.shared + "/log"));
  }

  void launch(const PrivateDirectory&, const fs::path&) override {
    assert(!"a server that keeps no templates starts anew each time");
  }

  void stop(bool) noexcept override {
    if (!link_) return;
    try {
      if (link_->alive()) link_->stop();
    } catch (const std::exception&) {
      // clean_up() tries again and says what is left
    }
    link_.reset();
  }

  std::optional<std::string> ended() override {
    if (!link_) return "the server was stopped";
    if (!link_->alive())
      return "the service behind " + directory_.root.string() +
             " ended, and PostgreSQL with it (docker compose up -d server starts it again)";
    const auto code = link_->server_end();
    if (!code) return std::nullopt;
    const auto how = *code > 128 ? "signal " + std::to_string(*code - 128)
                                 : "exit code " + std::to_string(*code);
    const auto said = last_line(directory_.log() / "startup.log");
    return "the server ended with " + how + (said.empty() ? "" : ": " + said);
  }

 private:
  PrivateDirectory directory_;
  ServerOptions options_;
  ServiceHello hello_;
  std::optional<ServiceLink> link_;
};

void check_version(const std::string& found, int major, const ServerOptions& options) {
  const auto wanted = major_version(options.postgres);
  if (!options.postgres.empty() && !wanted)
    throw std::runtime_error(options.postgres + " names an image, and " + found +
                             ": the server's service chooses its image");
  if (wanted && major != *wanted)
    throw std::runtime_error(found + ", not " + options.postgres +
                             ": run the server's service with another image");
  if (major < options.postgres_min || major > options.postgres_max)
    throw std::runtime_error(
        found + ", the scenario wants " + std::to_string(options.postgres_min) + " to " +
        std::to_string(options.postgres_max) + ": run the server's service with another image");
}

}  // namespace

std::optional<fs::path> named_service_folder() {
  const char* named = std::getenv("RIDE_SERVER");
  if (named == nullptr || *named == '\0') return std::nullopt;
  return fs::path(named);
}

std::unique_ptr<Server> make_service_server(const fs::path& folder, const ServerOptions& options,
                                            milliseconds limit) {
  auto link = ServiceLink::find(folder);
  if (!link) {
    if (options.progress) options.progress("waiting for the server behind " + folder.string());
    link.emplace(ServiceLink::open(folder, limit));
  }
  check_version("behind " + folder.string() + " is PostgreSQL " + link->hello().version,
                std::atoi(link->hello().version.c_str()), options);
  return std::make_unique<ServiceServer>(folder, options, std::move(*link));
}

std::string stop_service(const fs::path& folder) {
  try {
    if (auto link = ServiceLink::find(folder)) link->stop();
    return "";
  } catch (const ServiceInUse&) {
    return "";  // it is another ride's by now
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace ride::sandbox
