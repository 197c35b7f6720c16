// Is somebody writing this attempt file, and was it closed cleanly? The writer holds a lock on
// NAME.ride-lock while it lives; its rings, NAME.ride-ring.K, are there until everything is in the
// file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ride::journal {

enum class Liveness : std::uint8_t {
  closed,       // at rest: everything is in the file
  writing,      // its writer is alive
  interrupted,  // its writer died; recover() must finish the drain
};

// The file itself need not exist. Takes no lock, so it can disturb nobody.
Liveness liveness(const std::filesystem::path& file);

// Throws std::runtime_error naming `ride audit recover FILE` when the file is interrupted.
void require_drained(const std::filesystem::path& file);

std::filesystem::path ring_path(const std::filesystem::path& file, std::uint32_t id);
std::filesystem::path lock_path(const std::filesystem::path& file);
// The ring files that exist, by ascending id.
std::vector<std::filesystem::path> ring_paths(const std::filesystem::path& file);

// The lock itself: held from acquire() to the end of the object, which also removes the lock file,
// or to the death of the process.
class WriterLock {
 public:
  // nullopt: somebody else holds it. Throws std::system_error where the folder refuses.
  static std::optional<WriterLock> acquire(const std::filesystem::path& file);

  WriterLock(WriterLock&& other) noexcept;
  WriterLock& operator=(WriterLock&& other) noexcept;
  ~WriterLock();

 private:
  WriterLock(std::filesystem::path path, int descriptor);

  std::filesystem::path path_;
  int descriptor_ = -1;
  bool held_ = false;
};

}  // namespace ride::journal
