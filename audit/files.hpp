// Which files a person means by FILE and DIR, and what a file tells about itself before anybody
// reads its events. Reads only; throws std::runtime_error, one line, for a path that is not there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ride::journal {
class Reader;
}

namespace ride::audit {

// Files as they are named, and of folders every NAME.ride in them (not in folders below), by name.
// Each once.
std::vector<std::filesystem::path> attempt_files(const std::vector<std::string>& paths);

// Size in bytes of the file and of SQLite's log beside it.
std::uintmax_t bytes_on_disk(const std::filesystem::path& file);

// Who and what was recorded: empty where the file does not say, as for the bare proxy's scenario.
struct Origin {
  std::string run;       // the run's name
  std::string scenario;  // its id
  std::string learner;
};
Origin origin_of(journal::Reader& reader);

}  // namespace ride::audit
