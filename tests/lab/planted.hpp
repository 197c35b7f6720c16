// Secrets planted by a test, and the search for what is left of them. Every one has the same core
// and a number, so that one search finds all of them, and what it finds tells whose path leaked.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace ride::lab {

inline constexpr std::string_view planted_core = "kQwv93LmPzt7";

// "Sx07kQwv93LmPzt7"
std::string planted(int number);
// "Mark-07": no secret, must be found wherever the search for secrets is to mean anything.
std::string marker(int number);

// `text` with that number's secret in the place of each `~`, and its marker in a comment before it.
std::string planted_in(int number, std::string_view text);

// What is left of any secret, with what stands around it: as it is, in hex digits, base64, UTF-16
// and percent-encoded, in either case of digits; and verifiers that the server made of one.
std::vector<std::string> leaks(std::string_view bytes);

// Every regular file below a folder (or the one file), by path.
struct Content {
  std::filesystem::path path;
  std::string bytes;
};
std::vector<Content> files_below(const std::filesystem::path& folder);

}  // namespace ride::lab
