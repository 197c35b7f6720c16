#include "sandbox/docker.hpp"

#include <algorithm>
#include <fstream>
#include <future>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "base/json.hpp"

namespace ride::sandbox::docker {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds engine_limit{10};
constexpr seconds command_limit{30};
constexpr seconds pull_limit{1'800};
constexpr std::string_view label = "ride.sandbox";

const char* const instead =
    "use --sandbox local, or run all of ride inside a container (docs/docker.md)";

std::string first_word_after(const std::string& text, const std::string& marker) {
  const auto at = text.find(marker);
  if (at == std::string::npos) return "";
  const auto from = at + marker.size();
  return text.substr(from, text.find_first_of(" \n-", from) - from);
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (c == at)
      out.emplace_back();
    else
      out.back() += c;
  }
  return out;
}

const json::object* object_in(const json::object& from, const char* key) {
  const auto* value = from.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

std::string text_in(const json::object* from, const char* key) {
  const auto* value = from == nullptr ? nullptr : from->if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

bool has_component(const json::object& server, std::string_view name) {
  const auto* list = server.if_contains("Components");
  if (list == nullptr || !list->is_array()) return false;
  const auto& components = list->as_array();
  return std::any_of(components.begin(), components.end(), [name](const json::value& one) {
    return one.is_object() && text_in(&one.as_object(), "Name") == name;
  });
}

// podman's own command shows neither a platform nor components.
bool is_podman(const json::object& server) {
  return has_component(server, "Podman Engine") ||
         (!server.contains("Platform") && !server.contains("Components"));
}

void find_engine() {
  if (!find_program("docker"))
    throw std::runtime_error("there is no docker command: install it, or use --sandbox local");
  const auto asked = run({"version", "--format", "{{json .}}"}, engine_limit);
  if (!asked.ok())
    throw std::runtime_error("no Docker engine answers (" + reason(asked) +
                             "): start it, or use --sandbox local");
  check_engine(asked.output);
}

// One line each: the id, "env: NAME=value", "volume: /folder".
constexpr const char* image_format =
    "{{.Id}}\n{{range .Config.Env}}{{println \"env:\" .}}{{end}}"
    "{{range $folder, $nothing := .Config.Volumes}}{{println \"volume:\" $folder}}{{end}}";

std::optional<Image> inspect(const std::string& name) {
  const auto finished = run({"image", "inspect", "--format", image_format, name}, engine_limit);
  if (!finished.ok()) return std::nullopt;
  Image image;
  image.version = first_word_after(finished.output, "\nenv: PG_VERSION=");
  const std::string volume = "volume: ";
  for (const auto& line : split(finished.output, '\n')) {
    if (image.id.empty()) image.id = line;
    if (line.starts_with(volume)) image.volumes.push_back(line.substr(volume.size()));
  }
  return image;
}

// Images that do not carry the official one's variable are run once.
std::string version_of(const Image& image, const std::string& name, const fs::path& cache) {
  const auto kept = cache / ("image-" + image.id.substr(image.id.find(':') + 1));
  std::string version;
  if (!cache.empty() && std::ifstream(kept) >> version) return version;
  const auto asked =
      run({"run", "--rm", "--network", "none", "--entrypoint", "postgres", image.id, "--version"},
          command_limit);
  version = first_word_after(asked.output, "(PostgreSQL) ");
  if (version.empty())
    throw std::runtime_error("image " + name + " has no postgres on its PATH: name a PostgreSQL " +
                             "image with --postgres");
  if (cache.empty()) return version;
  std::error_code ignored;
  fs::create_directories(cache, ignored);
  std::ofstream(kept) << version << '\n';
  return version;
}

// Those that look like PostgreSQL's, for refusals.
std::string images_at_hand() {
  const auto asked = run({"images", "--format", "{{.Repository}}:{{.Tag}}"}, engine_limit);
  std::istringstream lines(asked.output);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("postgres") == std::string::npos || line.ends_with(":<none>")) continue;
    out += (out.empty() ? "" : ", ") + line;
  }
  return out.empty() ? "no other is" : "at hand: " + out;
}

void pull(const std::string& name, const std::function<void(const std::string&)>& progress) {
  if (progress) progress("pulling image " + name);
  const auto finished = sandbox::run({.argv = {"docker", "pull", name}}, pull_limit, progress);
  if (!finished.ok())
    throw std::runtime_error("image " + name + " is not at hand and cannot be pulled (" +
                             (finished.timed_out ? "it took too long" : reason(finished)) +
                             "): name another with " + "--postgres (" + images_at_hand() +
                             "), or use --sandbox local");
}

}  // namespace

Finished run(std::vector<std::string> arguments, milliseconds limit) {
  arguments.insert(arguments.begin(), "docker");
  return sandbox::run({.argv = std::move(arguments)}, limit);
}

std::string reason(const Finished& finished) {
  if (finished.timed_out) return "docker took too long";
  const std::string& text = finished.errors.empty() ? finished.output : finished.errors;
  std::istringstream lines(text);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    for (const std::string_view mark : {"Error response from daemon: ", "docker: ", "Error: "}) {
      if (const auto at = line.find(mark); at != std::string::npos)
        line = line.substr(at + mark.size());
    }
    if (line.empty() || line.starts_with("See 'docker") || line.starts_with("Run 'docker"))
      continue;
    last = line;
  }
  return last.empty() ? "it said nothing" : last;
}

void check_engine(const std::string& version_json) {
  boost::system::error_code error;
  const auto value = json::parse(version_json, error);
  const auto* all = error ? nullptr : value.if_object();
  const auto* server = all == nullptr ? nullptr : object_in(*all, "Server");
  if (server == nullptr && all != nullptr) server = object_in(*all, "Client");  // podman, local
  if (server == nullptr)
    throw std::runtime_error("the docker command does not say what engine it has: " +
                             std::string(instead));
  if (is_podman(*server))
    throw std::runtime_error(
        "the engine is podman, whose memory disks cannot belong to the server's user: " +
        std::string(instead));
  const auto platform = text_in(object_in(*server, "Platform"), "Name");
  if (platform.starts_with("Docker Desktop"))
    throw std::runtime_error(
        "Docker Desktop runs containers in a virtual machine, across which no unix socket can be "
        "shared: " +
        std::string(instead));
  if (const auto system = text_in(server, "Os"); system != "linux")
    throw std::runtime_error("the Docker engine runs " + system + " containers: " + instead);
  if (has_component(*server, "rootlesskit"))
    throw std::runtime_error(
        "this Docker engine runs rootless: files of its containers belong to users that ride "
        "cannot be: " +
        std::string(instead));
}

Image find_image(const std::string& name, Pull wanted, const fs::path& cache,
                 const std::function<void(const std::string&)>& progress) {
  auto engine = std::async(std::launch::async, find_engine);  // two calls in the time of one
  auto image = find_program("docker") ? inspect(name) : std::nullopt;
  engine.get();
  if (!image && wanted == Pull::never)
    throw std::runtime_error("image " + name + " is not at hand: docker pull " + name +
                             ", or name another with --postgres (" + images_at_hand() + ")");
  if (!image) {
    pull(name, progress);
    image = inspect(name);
  }
  if (!image) throw std::runtime_error("image " + name + " was pulled and is not there");
  if (image->version.empty()) image->version = version_of(*image, name, cache);
  return *image;
}

std::vector<Container> containers() {
  if (!find_program("docker")) return {};
  const std::string format =
      "{{.Names}}\t{{.Label \"ride.home\"}}\t{{.Label \"ride.machine\"}}\t"
      "{{.Label \"ride.user\"}}";
  const auto asked = run(
      {"ps", "--all", "--filter", "label=" + std::string(label), "--format", format}, engine_limit);
  std::vector<Container> out;
  std::istringstream lines(asked.ok() ? asked.output : "");
  for (std::string line; std::getline(lines, line);) {
    auto fields = split(line, '\t');
    if (fields.size() == 4) out.push_back({fields[0], fields[1], fields[2], fields[3]});
  }
  return out;
}

std::vector<std::string> labels(const Container& container) {
  return {"--label", std::string(label) + "=" + container.name,
          "--label", "ride.home=" + container.home,
          "--label", "ride.machine=" + container.machine,
          "--label", "ride.user=" + container.user};
}

std::string remove_container(const std::string& name) {
  const auto finished = run({"rm", "--force", "--volumes", name}, command_limit);
  const auto why = reason(finished);
  if (finished.ok() || why.find("No such container") != std::string::npos ||
      why.find("no such container") != std::string::npos ||
      why.find("is already in progress") != std::string::npos)
    return "";
  return "cannot remove container " + name + ": " + why;
}

}  // namespace ride::sandbox::docker
