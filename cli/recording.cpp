#include "cli/recording.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "cli/keys.hpp"
#include "journal/disk.hpp"
#include "journal/liveness.hpp"
#include "journal/recovery.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;

std::string recover_one(const fs::path& file) {
  const auto done = journal::recover(file, key_of(file));
  return "recovered " + file.string() +
         ", whose recorder died: events=" + std::to_string(done.events) +
         " holes=" + std::to_string(done.holes) + " gaps=" + std::to_string(done.gaps);
}

}  // namespace

journal::WriterOptions recording_options(const std::string& durability,
                                         std::optional<journal::SigningKey> key) {
  journal::WriterOptions options;
  options.waits_for_room = true;
  options.key = std::move(key);
  if (durability == "power") options.level = journal::Level::power;
  return options;
}

std::string memory_warning(const fs::path& file) {
  if (!journal::is_in_memory(file)) return "";
  return file.parent_path().string() +
         " lies in memory (tmpfs): the record is lost with the machine; choose a folder on a disk";
}

std::vector<std::string> recover_left_behind(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".ride" && entry.is_regular_file())
      files.push_back(entry.path());
  std::ranges::sort(files);
  std::vector<std::string> out;
  for (const auto& file : files) {
    try {
      const auto state = journal::liveness(file);
      if (state == journal::Liveness::writing) continue;
      if (journal::remove_unmade(file))
        out.push_back("removed " + file.string() + ", which held nothing: its recorder died early");
      else if (state == journal::Liveness::interrupted || journal::is_unfinished(file))
        out.push_back(recover_one(file));
    } catch (const std::exception& error) {
      out.push_back("cannot recover: " + std::string(error.what()));
    }
  }
  return out;
}

}  // namespace ride::cli
