#include "sandbox/docker_server.hpp"

#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "sandbox/files.hpp"
#include "sandbox/server_settings.hpp"

namespace ride::sandbox {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds engine_limit{5};
constexpr seconds command_limit{30};
constexpr seconds pull_limit{600};

// Inside the container. The folders are bind mounts; data is memory, except while a template is
// made.
constexpr const char* data_inside = "/ride/data";
constexpr const char* socket_inside = "/ride/socket";
constexpr const char* log_inside = "/ride/log";
constexpr const char* template_inside = "/ride/template";

Finished docker(std::vector<std::string> arguments, milliseconds limit) {
  arguments.insert(arguments.begin(), "docker");
  return run({.argv = std::move(arguments)}, limit);
}

std::string bind(const fs::path& from, const std::string& to, bool writable) {
  return "type=bind,src=" + from.string() + ",dst=" + to + (writable ? "" : ",readonly");
}

struct Image {
  std::string id;
  std::string version;
};

std::string first_word_after(const std::string& text, const std::string& marker) {
  const auto at = text.find(marker);
  if (at == std::string::npos) return "";
  const auto from = at + marker.size();
  return text.substr(from, text.find_first_of(" \n-", from) - from);
}

std::optional<Image> inspect(const std::string& name) {
  const auto finished = docker(
      {"image", "inspect", "--format", "{{.Id}}\n{{range .Config.Env}}{{println .}}{{end}}", name},
      engine_limit);
  if (!finished.ok()) return std::nullopt;
  Image image;
  image.id = finished.output.substr(0, finished.output.find('\n'));
  image.version = first_word_after(finished.output, "\nPG_VERSION=");
  if (!image.version.empty()) return image;
  const auto asked =
      docker({"run", "--rm", "--network", "none", "--entrypoint", "postgres", name, "--version"},
             command_limit);
  image.version = first_word_after(asked.output, "(PostgreSQL) ");
  if (image.version.empty())
    throw std::runtime_error("image " + name + " has no postgres on its PATH: name a PostgreSQL " +
                             "image with --image");
  return image;
}

void check_engine() {
  if (!find_program("docker"))
    throw std::runtime_error("there is no docker command: install it, or use --sandbox local");
  const auto finished = docker({"version", "--format", "{{.Server.Version}}"}, engine_limit);
  if (!finished.ok())
    throw std::runtime_error(
        "no Docker engine answers (" +
        (finished.timed_out ? "docker version took too long" : finished.last_error_line()) +
        "): start it, or use --sandbox local");
}

Image image_at_hand(const ServerOptions& options, Pull pull) {
  if (auto image = inspect(options.image)) return *image;
  if (pull == Pull::never)
    throw std::runtime_error("image " + options.image + " is not at hand: docker pull " +
                             options.image);
  if (options.progress) options.progress("pulling image " + options.image);
  const auto finished = docker({"pull", "-q", options.image}, pull_limit);
  if (!finished.ok())
    throw std::runtime_error("image " + options.image + " is not at hand and cannot be pulled (" +
                             finished.last_error_line() +
                             "): name another with --image, or use --sandbox local");
  if (auto image = inspect(options.image)) return *image;
  throw std::runtime_error("image " + options.image + " was pulled and is not there");
}

class DockerServer final : public Server {
 public:
  DockerServer(ServerOptions options, Image image)
      : options_(std::move(options)), image_(std::move(image)) {
    identity_ = unprivileged_identity();
    owner_ = identity_.value_or(Identity{geteuid(), getegid()});
  }
  ~DockerServer() override { stop(false); }

  const char* mode() const override { return "docker"; }
  std::string version() override { return image_.version; }
  std::string build_identity() override { return image_.id; }
  std::optional<Identity> identity() const override { return identity_; }
  bool keeps_templates() const override { return true; }
  bool runs_in_place() const override { return false; }
  PrivateDirectory make_directory() override { return make_private_directory(identity_, false); }
  Remains remains() const override {
    return {"docker", directory_ ? directory_->root.string() : "", container_};
  }
  std::string describe() override {
    return "PostgreSQL " + image_.version + " in Docker (" + options_.image + ")";
  }

  void initialise(const PrivateDirectory& directory, const DataContents& contents) override {
    const auto file = directory.root / "initdb-password";
    write_private_file(file, contents.password.reveal() + "\n", identity_);
    adopt(directory);
    auto arguments = base_arguments({"run", "--rm"});
    add(arguments, {"--mount",        bind(directory.data(), data_inside, true),
                    "--mount",        bind(file, "/ride/password", false),
                    "--entrypoint",   "initdb",
                    options_.image,   "-D",
                    data_inside,      "-U",
                    "postgres",       "--no-sync",
                    "--no-locale",    "-E",
                    "UTF8",           "-A",
                    "scram-sha-256",  "--pwfile",
                    "/ride/password", "--wal-segsize=1"});
    const auto finished = docker(arguments, command_limit);
    fs::remove(file);
    if (!finished.ok())
      throw std::runtime_error("initdb in image " + options_.image +
                               " failed: " + finished.last_error_line());
    write_contents(directory.data(), contents, identity_);
  }

  void launch(const PrivateDirectory& directory, const fs::path& data_template) override {
    adopt(directory);
    auto arguments = base_arguments({"run", "-d"});
    add(arguments, {"--mount", bind(directory.socket(), socket_inside, true), "--mount",
                    bind(directory.log(), log_inside, true), "--entrypoint", "sh"});
    std::string script = "exec postgres \"$@\"";
    if (data_template.empty()) {
      add(arguments, {"--mount", bind(directory.data(), data_inside, true)});
    } else {
      // Memory counts for --memory, so that a full disk is ENOSPC long before it is an OOM kill.
      add(arguments, {"--tmpfs",
                      std::string(data_inside) +
                          ":rw,noexec,nosuid,mode=0700,uid=" + std::to_string(owner_.uid) +
                          ",gid=" + std::to_string(owner_.gid) + ",size=288m",
                      "--mount", bind(data_template, template_inside, false)});
      script = std::string("cp -a ") + template_inside + "/. " + data_inside + "/ && " + script;
    }
    add(arguments, {options_.image, "-c", script, "sh"});
    add(arguments, protected_arguments(data_inside, socket_inside, log_inside));
    const auto finished = docker(arguments, command_limit);
    if (!finished.ok())
      throw std::runtime_error("docker run of image " + options_.image +
                               " failed: " + finished.last_error_line());
    running_ = true;
  }

  void stop(bool cleanly) noexcept override {
    if (!running_) return;
    try {
      if (cleanly) {
        docker({"kill", "--signal", "INT", container_}, command_limit);
        docker({"wait", container_}, command_limit);
      }
      remove_container(container_);
      running_ = false;
    } catch (const std::exception&) {
      return;  // clean_up() tries again and says what is left
    }
  }

  std::optional<std::string> ended() override {
    if (!running_) return "the server was stopped";
    const auto state =
        docker({"inspect", "--format", "{{.State.Running}} {{.State.ExitCode}}", container_},
               command_limit);
    if (state.output.starts_with("true")) return std::nullopt;
    const auto said = docker({"logs", "--tail", "3", container_}, command_limit);
    return "the container ended (" +
           (state.ok() ? state.output.substr(0, state.output.find('\n'))
                       : state.last_error_line()) +
           "): " + said.last_error_line();
  }

 private:
  static void add(std::vector<std::string>& to, const std::vector<std::string>& more) {
    to.insert(to.end(), more.begin(), more.end());
  }

  // The container's user has whatever number ours has, and initdb wants a name for it.
  void adopt(const PrivateDirectory& directory) {
    directory_ = directory;
    container_ = directory.root.filename().string();
    if (options_.created) options_.created(remains());
    const auto ids = std::to_string(owner_.uid) + ":" + std::to_string(owner_.gid);
    write_private_file(directory.root / "passwd", "postgres:x:" + ids + "::/:/bin/sh\n", identity_);
  }

  std::vector<std::string> base_arguments(std::vector<std::string> out) const {
    const auto ids = std::to_string(owner_.uid) + ":" + std::to_string(owner_.gid);
    add(out, {"--name",
              container_,
              "--label",
              "ride.sandbox=" + container_,
              "--network",
              "none",
              "--cap-drop=ALL",
              "--security-opt",
              "no-new-privileges",
              "--user",
              ids,
              "--read-only",
              "--memory",
              "512m",
              "--memory-swap",
              "512m",
              "--cpus",
              "1",
              "--pids-limit",
              "128",
              "--shm-size",
              "128m",
              "--tmpfs",
              "/tmp:rw,noexec,nosuid,size=64m",
              "--env",
              "LC_ALL=C",
              "--env",
              "TZ=UTC",
              "--mount",
              bind(directory_->root / "passwd", "/etc/passwd", false)});
    return out;
  }

  ServerOptions options_;
  Image image_;
  std::optional<Identity> identity_;
  Identity owner_;
  std::optional<PrivateDirectory> directory_;
  std::string container_;
  bool running_ = false;
};

}  // namespace

std::unique_ptr<Server> make_docker_server(const ServerOptions& options, Pull pull) {
  check_engine();
  Image image = image_at_hand(options, pull);
  const int major = std::atoi(image.version.c_str());
  if (major < options.postgres_min || major > options.postgres_max)
    throw std::runtime_error("image " + options.image + " has PostgreSQL " + image.version +
                             ", the scenario wants " + std::to_string(options.postgres_min) +
                             " to " + std::to_string(options.postgres_max) +
                             ": name another with --image");
  return std::make_unique<DockerServer>(options, std::move(image));
}

std::string remove_container(const std::string& name) {
  const auto finished = docker({"rm", "--force", "--volumes", name}, command_limit);
  if (finished.ok() || finished.errors.find("No such container") != std::string::npos) return "";
  return "cannot remove container " + name + ": " + finished.last_error_line();
}

}  // namespace ride::sandbox
