// A whole laboratory for one test: the built program, a RIDE_HOME of its own under /tmp, and the
// real psql. Everything goes through the program's command line, as a person's work would.
// Destroying a Lab stops what still runs and removes the folder.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace ride::lab {

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

// Runs a program to its end with that environment on top of ours ("NAME=value", or "NAME" to take
// it away); kills it after two minutes.
Outcome run_program(const std::vector<std::string>& words,
                    const std::vector<std::string>& environment = {},
                    const std::string& input = {});

struct Card {
  int total = 0;
  int detect = 0;
  int fix = 0;
  int trap = 0;
  std::vector<std::string> sprung;  // ids of traps that are not clean
  std::vector<std::string> failed;  // ids of detect items and fix checks that are not passed
};

class Lab {
 public:
  static constexpr const char* scenario = "stage-12/02-release-fallout";

  Lab();
  ~Lab();
  Lab(const Lab&) = delete;
  Lab& operator=(const Lab&) = delete;

  const std::filesystem::path& home() const { return home_; }

  // The program, with this RIDE_HOME. The first does not mind a failure, the second requires exit
  // 0.
  Outcome ride(const std::vector<std::string>& words) const;
  std::string must(const std::vector<std::string>& words) const;
  // The program on a terminal of its own; standard error and output come as one.
  Outcome on_a_terminal(const std::string& words) const;

  // Adds to (or, without '=', takes from) the environment of everything run from now on.
  void set_environment(const std::string& pair) { environment_.push_back(pair); }

  // Everything of the program's from now on is done by that user, with that group besides its own.
  // Needs root. The user needs no name.
  void become(unsigned user, unsigned group);

  // `ride postgres start`; the sandbox is the one of sandbox_words() unless `words` say otherwise.
  void start(const std::vector<std::string>& words = {});
  // The same in a local sandbox, with the folder of attempts on a tmpfs of that size ("54m"), which
  // only the run sees. Needs root.
  void start_on_small_disk(const std::string& size);
  void resize_small_disk(const std::string& size) const;
  const std::string& dsn() const { return dsn_; }
  const std::filesystem::path& file() const { return file_; }
  int port() const;

  // The real psql at the proxy's port: -X, and the text as its input.
  Outcome psql(const std::string& text, const std::vector<std::string>& words = {}) const;
  Outcome psql_file(const std::filesystem::path& script) const;
  // Writes a file into the lab's folder and returns its path.
  std::string write(const std::string& name, const std::string& text) const;
  // `ride scenario play`; requires exit 0. Relative paths are inside the scenario's folder.
  std::string play(const std::filesystem::path& script) const;
  std::string play_text(const std::string& text) const;

  std::string submit() const;   // standard output; requires exit 0
  std::string verdict() const;  // `score --verdict --json` of the file
  Card card() const;            // the same, read
  std::string stop();           // requires exit 0; the file's path

  // kill -9; returns when the supervisor is gone.
  void kill_supervisor() const;

  // What run.json says under that key.
  std::string run_value(const std::string& key) const;

  static std::filesystem::path scenario_folder();

 private:
  std::filesystem::path home_;
  std::vector<std::string> program_;
  std::vector<std::string> environment_;
  std::string dsn_;
  std::filesystem::path file_;
};

}  // namespace ride::lab
