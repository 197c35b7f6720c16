#include "journal/liveness.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace ride::journal {
namespace {

struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

bool is_locked(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno == ENOENT) return false;
    throw std::system_error(errno, std::system_category(),
                            path.string() + ": cannot open the lock");
  }
  auto lock = whole_file();
  const int result = ::fcntl(descriptor, F_OFD_GETLK, &lock);
  const int error = errno;
  ::close(descriptor);
  if (result != 0)
    throw std::system_error(error, std::system_category(),
                            path.string() + ": cannot ask for the lock");
  return lock.l_type != F_UNLCK;
}

std::optional<std::uint32_t> ring_id(const std::string& name, const std::string& prefix) {
  if (!name.starts_with(prefix)) return std::nullopt;
  const char* const end = name.data() + name.size();
  std::uint32_t id = 0;
  const auto [stopped, error] = std::from_chars(name.data() + prefix.size(), end, id);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return id;
}

// Between our open and our lock, a writer that ended cleanly may have removed the name.
bool is_still(const std::filesystem::path& path, int descriptor) {
  struct stat ours {};
  struct stat named {};
  return ::fstat(descriptor, &ours) == 0 && ::stat(path.c_str(), &named) == 0 &&
         ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

}  // namespace

std::filesystem::path ring_path(const std::filesystem::path& file, std::uint32_t id) {
  return file.string() + "-ring." + std::to_string(id);
}

std::filesystem::path lock_path(const std::filesystem::path& file) {
  return file.string() + "-lock";
}

std::vector<std::filesystem::path> ring_paths(const std::filesystem::path& file) {
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const std::string prefix = file.filename().string() + "-ring.";
  std::vector<std::uint32_t> ids;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    if (const auto id = ring_id(entry->path().filename().string(), prefix)) ids.push_back(*id);
  if (error && error != std::errc::no_such_file_or_directory)
    throw std::system_error(error, folder.string() + ": cannot list the folder");
  std::ranges::sort(ids);
  std::vector<std::filesystem::path> out;
  for (const auto id : ids) out.push_back(ring_path(file, id));
  return out;
}

Liveness liveness(const std::filesystem::path& file) {
  if (is_locked(lock_path(file))) return Liveness::writing;
  return ring_paths(file).empty() ? Liveness::closed : Liveness::interrupted;
}

void require_drained(const std::filesystem::path& file) {
  if (liveness(file) == Liveness::interrupted)
    throw std::runtime_error(
        file.string() +
        ": its recorder died before everything was in the file; run: ride audit "
        "recover " +
        file.string());
}

WriterLock::WriterLock(std::filesystem::path path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

WriterLock::WriterLock(WriterLock&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      held_(other.held_) {}

WriterLock& WriterLock::operator=(WriterLock&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(held_, other.held_);
  return *this;
}

WriterLock::~WriterLock() {
  if (descriptor_ < 0) return;
  if (held_) ::unlink(path_.c_str());
  ::close(descriptor_);
}

std::optional<WriterLock> WriterLock::acquire(const std::filesystem::path& file) {
  const auto path = lock_path(file);
  while (true) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
      throw std::system_error(errno, std::system_category(),
                              path.string() + ": cannot create the lock; is the folder writable?");
    WriterLock lock(path, descriptor);
    auto region = whole_file();
    if (::fcntl(descriptor, F_OFD_SETLK, &region) != 0) {
      if (errno == EAGAIN || errno == EACCES) return std::nullopt;
      throw std::system_error(errno, std::system_category(), path.string() + ": cannot lock");
    }
    if (is_still(path, descriptor)) {
      lock.held_ = true;
      return lock;
    }
  }
}

}  // namespace ride::journal
