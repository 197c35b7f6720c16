// The container engine, asked through the `docker` command: so contexts and DOCKER_HOST work, and
// ride never opens the engine's socket. Knows no PostgreSQL server.
//
// Failures throw std::runtime_error with one line that says what to do.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "sandbox/process.hpp"

namespace ride::sandbox::docker {

// Each call costs the time of starting a program of 40 MB: some 20 ms, and 100 on a busy machine.
Finished run(std::vector<std::string> arguments, std::chrono::milliseconds limit);

// What the engine said, without the advice that newer commands print below it.
std::string reason(const Finished& finished);

// Reads what `docker version --format '{{json .}}'` printed. Throws for engines whose containers
// cannot share a unix socket and files with this process, or cannot do what the sandbox needs.
void check_engine(const std::string& version_json);

struct Image {
  std::string id;
  std::string version;               // of the PostgreSQL in it: "17.5"
  std::vector<std::string> volumes;  // folders for which the engine would make writable volumes
};

enum class Pull { never, if_missing };

// Whether the engine can be used, and the image. What had to be found out by running it is kept in
// `cache`, by the image's id. A pull's lines go to `progress`.
Image find_image(const std::string& name, Pull pull, const std::filesystem::path& cache,
                 const std::function<void(const std::string&)>& progress);

struct Container {
  std::string name;
  std::string home;     // the RIDE_HOME that it was started for
  std::string machine;  // the host name of the ride that started it
  std::string user;     // its user's number
};

// All containers that carry ride's label, running or not. Empty where no engine answers.
std::vector<Container> containers();
std::vector<std::string> labels(const Container& container);

// "" or one line about why it is still there.
std::string remove_container(const std::string& name);

}  // namespace ride::sandbox::docker
