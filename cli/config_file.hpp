// A configuration file: `name = value` lines, the names of the command's long options. `#` begins a
// line that says nothing; a value may stand in double quotes; a name that may be given several
// times may stand several times.
#pragma once

#include <string>
#include <vector>

namespace ride::cli {

struct Setting {
  std::string name;
  std::string value;
  int line = 0;
};

// Throws Failure (exit_usage) with `FILE:LINE: …` where a line is no setting, and with why where
// the file cannot be read.
std::vector<Setting> read_config(const std::string& file);

// The value as it would be written in such a file.
std::string quoted(const std::string& value);

}  // namespace ride::cli
