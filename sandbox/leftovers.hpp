// What sandboxes leave behind when ride dies of SIGKILL: containers that carry ride's label, and
// private folders ride-XXXXXXXX in /tmp and /dev/shm. Each names its owner: the RIDE_HOME, the user
// and the machine of its run. What has no owner of ours is never touched.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ride::sandbox {

// Enough to clean up after one sandbox later. Stored in run.json before anything is started.
struct Remains {
  std::string mode;               // "local" | "docker" | "server"
  std::string private_directory;  // of a server: the folder shared with it, which stays
  std::string container;          // docker only
};

// Ends what is left of a sandbox: the server that runs on its data directory (checked to be ours,
// by the directory's own postmaster.pid and the process' open directory), its container, its
// private directory. Idempotent; never throws; returns one line per thing it could not do.
std::string clean_up(const Remains& remains) noexcept;

struct Leftover {
  enum class Kind { container, folder };
  Kind kind = Kind::folder;
  std::string name;  // of the container; path of the folder
  std::string home;  // the RIDE_HOME of its run
};

// Everything of this user's on this machine, that of living runs included.
std::vector<Leftover> find_leftovers();
// Of one RIDE_HOME whose run is dead; asks for containers only where `mode` is "docker".
std::vector<Leftover> find_leftovers_of(const std::string& home, const std::string& mode);
// As clean_up().
std::string remove(const Leftover& leftover) noexcept;

// Says in a private directory whose it is. Written by ride's own user, whom nobody can imitate.
void write_owner(const std::filesystem::path& root, const std::string& home);

std::string machine_name();

}  // namespace ride::sandbox
