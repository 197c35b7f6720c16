// `ride scenario new ID`: a small scenario that works, to be changed into another.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "base/json.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/skeleton.hpp"
#include "cli/terminal.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view id_mark = "RIDE_SCENARIO_ID";

// Folder names that need no quoting anywhere: "stage-02/01-blocking-transaction".
void require_plain(const std::string& id) {
  const auto fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '/';
  };
  if (!std::all_of(id.begin(), id.end(), fine) || id.starts_with('/') || id.ends_with('/') ||
      id.find("//") != id.npos)
    throw Failure(
        "\"" + id + "\" is no id: lower-case letters, digits and -, with / between folders",
        exit_usage);
}

void write_file(const fs::path& file, std::string text, const std::string& id) {
  for (auto at = text.find(id_mark); at != text.npos; at = text.find(id_mark, at))
    text.replace(at, id_mark.size(), id);
  fs::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw Failure("cannot write " + file.string());
}

}  // namespace

int execute(const ScenarioNew& options) {
  require_plain(options.id);
  const fs::path folder = fs::path(options.folder) / options.id;
  if (fs::exists(folder)) throw Failure(folder.string() + " is there already");
  for (const auto& file : skeleton)
    write_file(folder / file.path, std::string(file.text), options.id);
  if (options.json) {
    print_json({{"folder", folder.string()}});
  } else {
    std::cout << folder.string() << "\nnext: edit scenario.yaml, and `ride scenario check "
              << folder.string() << "`\n";
  }
  return exit_worked;
}

}  // namespace ride::cli
