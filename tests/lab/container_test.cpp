// What stands around the server: the container's rights and limits, who can reach it, and that the
// same holds for an ordinary user who may use the engine.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/lab/engine.hpp"
#include "tests/lab/lab.hpp"
#include "tests/lab/program.hpp"
#include "tests/support/eventually.hpp"

using namespace ride::lab;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

json::object inspected(const std::string& container) {
  const auto value = json::parse(docker({"container", "inspect", container}).out);
  return value.as_array().at(0).as_object();
}

std::string inside(const std::string& container, const std::string& command) {
  return docker({"exec", container, "sh", "-c", command}).out;
}

std::set<std::string> words_of(const json::value& list) {
  std::set<std::string> out;
  if (list.is_array())
    for (const auto& one : list.as_array()) out.emplace(one.as_string());
  return out;
}

// "0100007F:1F90" of the sockets in /proc/net/tcp and tcp6 that listen and belong to a process.
std::set<std::string> listening(pid_t pid) {
  std::set<std::string> own;
  for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
    std::error_code gone;
    const auto target = fs::read_symlink(entry.path(), gone).string();
    if (target.starts_with("socket:[")) own.insert(target.substr(8, target.size() - 9));
  }
  std::set<std::string> out;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream in(table);
    for (std::string line; std::getline(in, line);) {
      std::istringstream words(line);
      std::string slot, local, remote, state, queues, timer, retries, user, timeout, inode;
      words >> slot >> local >> remote >> state >> queues >> timer >> retries >> user >> timeout >>
          inode;
      if (state == "0A" && own.contains(inode)) out.insert(local);
    }
  }
  return out;
}

// Whether a shell inside any container of the image can open that address.
bool reachable_from_a_container(const std::string& host, int port) {
  const auto tried = docker({"run", "--rm", "--entrypoint", "timeout", test_image(), "3", "bash",
                             "-c", "exec 3<>/dev/tcp/" + host + "/" + std::to_string(port)});
  return tried.exit_code == 0;
}

// This machine as an ordinary container sees it. A fresh engine's list of networks does not say it.
std::string address_of_this_machine() {
  const auto started = docker({"run", "-d", "--entrypoint", "sleep", test_image(), "60"}).out;
  const auto id = started.substr(0, started.find('\n'));
  const auto said = docker({"container", "inspect", "-f", "{{.NetworkSettings.Gateway}}", id}).out;
  docker({"rm", "-f", id});
  return said.substr(0, said.find('\n'));
}

std::set<std::string> containers_of(const Lab& lab) {
  std::istringstream names(docker({"ps", "-a", "--filter", "label=ride.home=" + lab.home().string(),
                                   "--format", "{{.Names}}"})
                               .out);
  return {std::istream_iterator<std::string>(names), {}};
}

std::set<std::string> folders_of(const Lab& lab) {
  std::set<std::string> out;
  for (const char* place : {"/tmp", "/dev/shm"}) {
    for (const auto& entry : fs::directory_iterator(place)) {
      std::ifstream owner(entry.path() / "owner");
      std::string home;
      if (std::getline(owner, home) && home == lab.home().string())
        out.insert(entry.path().string());
    }
  }
  return out;
}

}  // namespace

TEST_CASE("a container has no network, few rights and a limit on everything",
          "[lab][postgres][docker]") {
  if (skipped_without_containers()) return;
  Lab lab;
  lab.start(in_container());
  const auto container = lab.run_value("container");
  const auto all = inspected(container);
  const auto& host = all.at("HostConfig").as_object();
  INFO(json::serialize(host));
  CHECK(host.at("NetworkMode").as_string() == "none");
  CHECK(host.at("PortBindings").as_object().empty());
  CHECK_FALSE(host.at("PublishAllPorts").as_bool());
  CHECK_FALSE(host.at("Privileged").as_bool());
  CHECK(words_of(host.at("CapDrop")).contains("ALL"));
  CHECK(words_of(host.at("CapAdd")).empty());
  CHECK(words_of(host.at("SecurityOpt")) == std::set<std::string>{"no-new-privileges"});
  CHECK(host.at("ReadonlyRootfs").as_bool());
  CHECK(host.at("Memory").to_number<std::int64_t>() == 512 << 20);
  CHECK(host.at("MemorySwap").to_number<std::int64_t>() == 512 << 20);
  CHECK(host.at("NanoCpus").to_number<std::int64_t>() == 1'000'000'000);
  CHECK(host.at("PidsLimit").to_number<std::int64_t>() == 128);
  const auto& memory_disks = host.at("Tmpfs").as_object();
  CHECK(memory_disks.at("/ride/data").as_string().find("size=224m") != std::string::npos);
  CHECK(memory_disks.at("/ride/data/pg_wal").as_string().find("size=144m") != std::string::npos);
  CHECK(memory_disks.at("/tmp").as_string().find("size=64m") != std::string::npos);
  for (const auto& value : all.at("Mounts").as_array()) {
    const auto& mount = value.as_object();
    const auto target = mount.at("Destination").as_string();
    const bool written = target == "/ride/socket" || target == "/ride/log";
    INFO(target);
    CHECK(mount.at("RW").as_bool() == written);
    if (written)
      CHECK(std::string(mount.at("Source").as_string())
                .starts_with(lab.run_value("private_folder") + "/"));
  }
  const auto& config = all.at("Config").as_object();
  CHECK(config.at("User").as_string() != "");
  CHECK_FALSE(config.at("User").as_string().starts_with("0:"));
  CHECK(config.at("Labels").at("ride.home").as_string() == lab.home().string());
  CHECK(config.at("Labels").at("ride.sandbox").as_string() == container);
  struct stat folder {};
  REQUIRE(::stat(lab.run_value("private_folder").c_str(), &folder) == 0);
  CHECK((folder.st_mode & 0777U) == 0700U);
}

TEST_CASE("the container in which a template is made goes, and its folder, also after kill -9",
          "[lab][postgres][docker]") {
  if (skipped_without_containers()) return;
  for (const bool killed : {false, true}) {
    Lab lab;
    fs::remove(lab.home() / "cache");  // this one has no template at hand
    lab.start(in_container());
    if (killed) {
      lab.kill_supervisor();
      lab.must({"postgres", "status"});
      CHECK(containers_of(lab).empty());
      CHECK(folders_of(lab).empty());
      continue;
    }
    CHECK(ride::test::eventually([&] { return containers_of(lab).size() == 1; }));
    CHECK(ride::test::eventually([&] { return folders_of(lab).size() == 1; }));
    CHECK(containers_of(lab) == std::set<std::string>{lab.run_value("container")});
    CHECK(folders_of(lab) == std::set<std::string>{lab.run_value("private_folder")});
    lab.stop();
    CHECK(containers_of(lab).empty());
    CHECK(folders_of(lab).empty());
    lab.start(in_container());
    CHECK(lab.psql("SELECT 1;\n", {"-At"}).out == "1\n");
    const auto log = lab.home() / "run" / "supervisor.log";
    std::ifstream in(log);
    const std::string said{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    CHECK(said.find("preparing a template") == std::string::npos);
  }
}

TEST_CASE("nothing of a container can be reached but the proxy's port, and that from here alone",
          "[lab][postgres][docker]") {
  if (skipped_without_containers()) return;
  Lab lab;
  lab.start(in_container());
  const auto container = lab.run_value("container");
  CHECK(inside(container, "ls /sys/class/net") == "lo\n");
  CHECK(inside(container, "tail -qn +2 /proc/net/tcp /proc/net/tcp6 /proc/net/udp").empty());
  CHECK(docker({"port", container}).out.empty());
  const auto supervisor = static_cast<pid_t>(std::stol(lab.run_value("supervisor")));
  char port[16];
  std::snprintf(port, sizeof port, "%04X", static_cast<unsigned>(lab.port()));
  CHECK(listening(supervisor) == std::set<std::string>{std::string("0100007F:") + port});
  const auto networks = inspected(container).at("NetworkSettings").as_object();
  CHECK(networks.at("Networks").as_object().at("none").at("IPAddress").as_string() == "");
  const auto host = address_of_this_machine();
  REQUIRE_FALSE(host.empty());
  CHECK_FALSE(reachable_from_a_container(host, lab.port()));
  CHECK(lab.psql("SELECT 1;\n", {"-At"}).out == "1\n");
}

TEST_CASE("an ordinary user who may use the engine gets the same lab", "[lab][postgres][docker]") {
  if (skipped_without_containers()) return;
  struct stat engine {};
  if (::getuid() != 0 || ::stat("/var/run/docker.sock", &engine) != 0) {
    WARN("SKIPPED: only root can become another user, beside an engine of this machine");
    return;
  }
  Lab lab;
  lab.become(54'321, engine.st_gid);
  lab.start(in_container());
  const auto container = lab.run_value("container");
  const auto folder = lab.run_value("private_folder");
  CHECK(inspected(container).at("Config").at("User").as_string() == "54321:54321");
  lab.psql_file("solutions/page.sql");
  lab.submit();
  CHECK(lab.card().total == 100);
  lab.must({"postgres", "reset"});
  CHECK_FALSE(container_exists(container));
  CHECK_FALSE(fs::exists(folder));
  const auto second = lab.run_value("container");
  lab.stop();
  CHECK_FALSE(container_exists(second));
}

TEST_CASE("sandboxes side by side each answer on a port of their own", "[lab][postgres][docker]") {
  if (skipped_without_containers()) return;
  const auto measured =
      run_program({RIDE_BENCH, "--ride", RIDE_PROGRAM, "--modes", "", "--sandboxes", "3",
                   "--repeat", "1", "--postgres", test_image()});
  INFO(measured.out << measured.err);
  CHECK(measured.exit_code == 0);
  CHECK(measured.out.find("3 of 3 answer, on 3 ports") != std::string::npos);
}
