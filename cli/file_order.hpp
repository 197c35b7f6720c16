// Files of one record, one after the other: is one missing between them? A file says under which
// name it was recorded, which one came before it and which one comes behind
// (docs/journal-format.md, "A record in several files"), so nobody can take out a whole file
// unseen, nor by naming another like it. Decides purely from what the files say.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "journal/reader.hpp"

namespace ride::cli {

// What one file says of itself and its neighbours: names with .ride, as they were recorded.
struct FilePlace {
  std::filesystem::path file;  // where it stands now
  std::string name;            // "" where it does not say
  std::string before;          // "" where it begins a record
  std::vector<std::string> behind;
};
FilePlace place_of(const std::filesystem::path& file, journal::Reader& reader);

struct FileOrder {
  std::vector<std::string> missing;  // a sentence for each file that is not here, and for each that
                                     // does not go on from the file that names it
  std::vector<std::string> begins;   // files that go on from one which is not here and which no
                                     // file here names: an older part, pruned or kept elsewhere
};
FileOrder order_of(const std::vector<FilePlace>& places);

}  // namespace ride::cli
