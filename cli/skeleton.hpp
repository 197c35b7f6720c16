// The files of cli/skeleton, which `ride scenario new` writes; the build makes them constants of
// the program.
#pragma once

#include <array>
#include <string_view>

namespace ride::cli {

struct SkeletonFile {
  std::string_view path;
  std::string_view text;  // RIDE_SCENARIO_ID stands for the id
};

extern const std::array<SkeletonFile, 5> skeleton;

}  // namespace ride::cli
