#include "sandbox/docker_server.hpp"

#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "sandbox/files.hpp"
#include "sandbox/server_settings.hpp"

namespace ride::sandbox {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr seconds command_limit{30};
constexpr int default_major = 17;

// Inside the container. The folders are bind mounts; data is memory of the container's own, except
// while a template is made.
constexpr const char* data_inside = "/ride/data";
constexpr const char* socket_inside = "/ride/socket";
constexpr const char* log_inside = "/ride/log";
constexpr const char* template_inside = "/ride/template";
constexpr const char* contents_inside = "/ride/contents";

// Each is a limit for one container. Memory counts what its tmpfs hold, so these stay well below
// it: a full disk is then ENOSPC long before it is an OOM kill.
constexpr const char* memory_max = "512m";
constexpr const char* data_max = "224m";
constexpr const char* wal_max = "144m";  // of its own: where tables fill the disk, WAL still fits
constexpr const char* temporary_max = "64m";
constexpr const char* shared_memory_max = "128m";
constexpr const char* processors_max = "1";
constexpr const char* processes_max = "128";

std::string bind(const fs::path& from, const std::string& to, bool writable) {
  return "type=bind,src=" + from.string() + ",dst=" + to + (writable ? "" : ",readonly");
}

std::string image_name(const ServerOptions& options) {
  if (!options.postgres.empty() && !major_version(options.postgres)) return options.postgres;
  const int major =
      major_version(options.postgres)
          .value_or(std::clamp(default_major, options.postgres_min, options.postgres_max));
  return "postgres:" + std::to_string(major);
}

// An engine on another machine, or in a virtual one, does not find the private folder.
std::string failure(const std::string& doing, const std::string& image, const Finished& finished) {
  const auto why = docker::reason(finished);
  if (why.find("bind source path does not exist") != std::string::npos)
    return "the Docker engine does not see this machine's files (" + why +
           "): use an engine of this machine (is DOCKER_HOST set?), --sandbox local, or run all of "
           "ride inside a container (docs/docker.md)";
  return doing + " image " + image + " failed: " + why;
}

class DockerServer final : public Server {
 public:
  DockerServer(ServerOptions options, std::string name, docker::Image image)
      : options_(std::move(options)), name_(std::move(name)), image_(std::move(image)) {
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
  PrivateDirectory make_directory(bool for_template) override {
    return make_private_directory(identity_, for_template, options_.home);
  }
  Remains remains() const override {
    return {"docker", directory_ ? directory_->root.string() : "", container_};
  }
  std::unique_ptr<Server> another(const ServerOptions& options) const override {
    return std::make_unique<DockerServer>(options, name_, image_);
  }
  std::string describe() override {
    return "PostgreSQL " + image_.version + " in Docker (" + name_ + ")";
  }

  // One container for initdb and the server: starting another would cost more than initdb does.
  void launch_new(const PrivateDirectory& directory, const DataContents& contents) override {
    const auto folder = directory.root / "contents";
    make_private_folder(folder, identity_);
    write_private_file(folder / "password", contents.password.reveal() + "\n", identity_);
    write_private_file(folder / "postgresql.conf", contents.configuration, identity_);
    write_private_file(folder / "pg_hba.conf", contents.authentication, identity_);
    const std::string data = data_inside;
    const std::string from = contents_inside;
    run_container(directory,
                  {"--mount", bind(directory.data(), data_inside, true), "--mount",
                   bind(folder, contents_inside, false)},
                  "initdb -D " + data + " -U postgres --no-sync --no-locale -E UTF8 " +
                      "-A scram-sha-256 --wal-segsize=1 --pwfile " + from + "/password >/dev/null" +
                      " && cat " + from + "/postgresql.conf >>" + data + "/postgresql.conf" +
                      " && cp " + from + "/pg_hba.conf " + data + "/pg_hba.conf");
  }

  void launch(const PrivateDirectory& directory, const fs::path& data_template) override {
    assert(!data_template.empty());
    run_container(directory,
                  {"--tmpfs", memory_disk(data_inside, data_max), "--tmpfs",
                   memory_disk(std::string(data_inside) + "/pg_wal", wal_max), "--mount",
                   bind(data_template, template_inside, false)},
                  std::string("cp -a ") + template_inside + "/. " + data_inside + "/");
  }

  void stop(bool cleanly) noexcept override {
    if (!running_) return;
    try {
      if (cleanly) {  // its stop signal is SIGINT
        docker::run({"stop", "--time", "30", container_}, command_limit);
        running_ = false;
        return;  // removing it takes longer than stopping it, and nobody needs to wait for that
      }
      if (docker::remove_container(container_).empty()) container_.clear();
      running_ = false;
    } catch (const std::exception&) {
      return;  // clean_up() tries again and says what is left
    }
  }

  std::optional<std::string> ended() override {
    if (!running_) return "the server was stopped";
    const auto state = docker::run({"container", "inspect", "--format",
                                    "{{.State.Running}} exit code {{.State.ExitCode}}"
                                    "{{if .State.OOMKilled}}, it ran out of memory{{end}}",
                                    container_},
                                   command_limit);
    if (state.output.starts_with("true")) return std::nullopt;
    if (!state.ok()) return "its container is gone: " + docker::reason(state);
    const auto how = state.output.substr(state.output.find(' ') + 1);
    const auto said = docker::run({"logs", "--tail", "3", container_}, command_limit);
    return "the container ended with " + how.substr(0, how.find('\n')) + ": " +
           said.last_error_line();
  }

 private:
  static void add(std::vector<std::string>& to, const std::vector<std::string>& more) {
    to.insert(to.end(), more.begin(), more.end());
  }

  std::string memory_disk(const std::string& folder, const std::string& size) const {
    return folder + ":rw,noexec,nosuid,mode=0700,uid=" + std::to_string(owner_.uid) +
           ",gid=" + std::to_string(owner_.gid) + ",size=" + size;
  }

  // `prepare` puts what the server needs into the data directory.
  void run_container(const PrivateDirectory& directory, const std::vector<std::string>& mounts,
                     const std::string& prepare) {
    adopt(directory);
    auto arguments = base_arguments({"run", "-d"});
    add(arguments, mounts);
    add(arguments,
        {"--mount", bind(directory.socket(), socket_inside, true), "--mount",
         bind(directory.log(), log_inside, true), "--stop-signal", "SIGINT", "--entrypoint", "sh",
         image_.id, "-c", prepare + " && exec postgres \"$@\"", "sh"});
    add(arguments, protected_arguments(data_inside, socket_inside, log_inside));
    const auto finished = docker::run(arguments, command_limit);
    if (!finished.ok()) throw std::runtime_error(failure("a container of", name_, finished));
    running_ = true;
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
    add(out,
        docker::labels({container_, options_.home, machine_name(), std::to_string(geteuid())}));
    for (const auto& folder : image_.volumes) add(out, {"--tmpfs", folder + ":ro,size=4k"});
    add(out, {"--name",
              container_,
              "--network",
              "none",
              "--cap-drop=ALL",
              "--security-opt",
              "no-new-privileges",
              "--user",
              ids,
              "--read-only",
              "--memory",
              memory_max,
              "--memory-swap",
              memory_max,
              "--cpus",
              processors_max,
              "--pids-limit",
              processes_max,
              "--ulimit",
              "core=0",
              "--ulimit",
              "nofile=1024:1024",
              "--shm-size",
              shared_memory_max,
              "--tmpfs",
              std::string("/tmp:rw,noexec,nosuid,size=") + temporary_max,
              "--env",
              "LC_ALL=C",
              "--env",
              "TZ=UTC",
              "--mount",
              bind(directory_->root / "passwd", "/etc/passwd", false)});
    return out;
  }

  ServerOptions options_;
  std::string name_;  // of the image, as people know it; containers are made by its id
  docker::Image image_;
  std::optional<Identity> identity_;
  Identity owner_;
  std::optional<PrivateDirectory> directory_;
  std::string container_;
  bool running_ = false;
};

}  // namespace

std::unique_ptr<Server> make_docker_server(const ServerOptions& options, docker::Pull pull) {
  const auto name = image_name(options);
  auto image = docker::find_image(name, pull, options.cache, options.progress);
  const int major = std::atoi(image.version.c_str());
  if (major < options.postgres_min || major > options.postgres_max)
    throw std::runtime_error("image " + name + " has PostgreSQL " + image.version +
                             ", the scenario wants " + std::to_string(options.postgres_min) +
                             " to " + std::to_string(options.postgres_max) +
                             ": name another with --postgres");
  return std::make_unique<DockerServer>(options, name, std::move(image));
}

}  // namespace ride::sandbox
