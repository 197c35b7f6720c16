#include "journal/disk.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <system_error>

namespace ride::journal {
namespace {

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

}  // namespace

bool is_in_memory(const std::filesystem::path& file) {
  struct statfs status {};
  if (::statfs(folder_of(file).c_str(), &status) != 0) return false;
  return status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC;
}

std::uint64_t free_bytes(const std::filesystem::path& file) {
  struct statfs status {};
  if (::statfs(folder_of(file).c_str(), &status) != 0)
    return std::numeric_limits<std::uint64_t>::max();
  return static_cast<std::uint64_t>(status.f_bavail) * static_cast<std::uint64_t>(status.f_bsize);
}

void sync_folder(const std::filesystem::path& file) {
  const auto folder = folder_of(file);
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int result = descriptor < 0 ? -1 : ::fsync(descriptor);
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (result != 0)
    throw std::system_error(error, std::system_category(),
                            folder.string() + ": cannot bring the folder to the disk");
}

}  // namespace ride::journal
