// The options of `ride proxy`, and its configuration file, which says the same by the same names.
#pragma once

#include <string>
#include <vector>

#include "cli/config_file.hpp"
#include "cli/options.hpp"

namespace CLI {
class App;
}

namespace ride::cli {

// Of this command, and of others that record.
void add_durability(CLI::App& command, std::string& durability);

void add_proxy_options(CLI::App& proxy, Proxy& to);

// The words of a command line, with what the file of --config says put in for all that they do not
// say themselves.
struct ConfiguredWords {
  std::vector<std::string> words;
  Origins origins;

  std::vector<std::string> reversed() const;  // as CLI11 wants them
};

// Throws Failure (exit_usage), `FILE:LINE: …`, with the nearest name where one is unknown.
ConfiguredWords with_config(const CLI::App& proxy, std::vector<std::string> words);

// `FILE:LINE: message`, where the message is about an option that the file set.
std::string with_origin(const std::string& message, const Origins& origins);

// All that may stand in a configuration file, with what holds; "": nothing. After parsing.
std::vector<Setting> effective_settings(const CLI::App& proxy);

}  // namespace ride::cli
