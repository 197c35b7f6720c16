// What would survive the death of the machine, for LD_PRELOAD: a second folder ("the disk") that
// holds of each file in the watched folder what was synced, and no more. The kernel keeps all that
// a killed process wrote; this tells apart what it had been made to keep.
//
//   RIDE_POWER_FOLDER  the journal's folder, watched
//   RIDE_POWER_DISK    an existing folder: "inode.N" is the content of inode N at its last sync,
//                      "names" the names of the folder at its last sync, one "INODE NAME" a line
//
// A sync copies pages that changed, before the real one returns; one that is cut off in the middle
// leaves some pages of each, as a disk would. Whoever reads the disk adds what it likes of what was
// written later, since a kernel may write pages at any time and in any order. Not watched: what is
// synced by other means than fsync, fdatasync and msync (ride and SQLite use none).
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>

namespace {

constexpr std::size_t page_bytes = 4096;

using Sync = int (*)(int);
using Remove = int (*)(const char*);

std::mutex mutex;  // one copy at a time: two threads may sync one file

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string path_of(int descriptor) {
  std::array<char, 4096> target{};
  const auto link = "/proc/self/fd/" + std::to_string(descriptor);
  const auto size = ::readlink(link.c_str(), target.data(), target.size());
  return size > 0 ? std::string(target.data(), static_cast<std::size_t>(size)) : "";
}

bool all(ssize_t done, std::size_t size) { return done == static_cast<ssize_t>(size); }

// A copy that cannot be made must not look like a loss.
[[noreturn]] void give_up(const char* doing) {
  std::perror(doing);
  std::abort();
}

void keep_content(int descriptor, const std::string& disk) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) give_up("power shim: fstat");
  const auto name = disk + "/inode." + std::to_string(status.st_ino);
  const int kept = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (kept < 0 || ::ftruncate(kept, status.st_size) != 0) give_up("power shim: open");
  std::array<char, page_bytes> now{};
  std::array<char, page_bytes> before{};
  for (off_t at = 0; at < status.st_size; at += static_cast<off_t>(page_bytes)) {
    const auto size = ::pread(descriptor, now.data(), page_bytes, at);
    if (size < 0) give_up("power shim: read");
    if (size == 0) break;  // it was cut meanwhile
    const auto bytes = static_cast<std::size_t>(size);
    if (all(::pread(kept, before.data(), bytes, at), bytes) &&
        std::memcmp(now.data(), before.data(), bytes) == 0)
      continue;
    if (!all(::pwrite(kept, now.data(), bytes, at), bytes)) give_up("power shim: write");
  }
  ::close(kept);
}

void keep_names(const std::string& folder, const std::string& disk) {
  const auto fresh = disk + "/names.new";
  std::FILE* out = std::fopen(fresh.c_str(), "we");
  DIR* entries = ::opendir(folder.c_str());
  if (out == nullptr || entries == nullptr) give_up("power shim: names");
  while (const dirent* entry = ::readdir(entries))
    if (entry->d_type == DT_REG) std::fprintf(out, "%lu %s\n", entry->d_ino, entry->d_name);
  ::closedir(entries);
  std::fclose(out);
  if (std::rename(fresh.c_str(), (disk + "/names").c_str()) != 0) give_up("power shim: names");
}

void keep(int descriptor) {
  static const std::string folder = setting("RIDE_POWER_FOLDER");
  static const std::string disk = setting("RIDE_POWER_DISK");
  const auto path = path_of(descriptor);
  if (folder.empty() || disk.empty()) return;
  const std::scoped_lock lock(mutex);
  if (path == folder)
    keep_names(folder, disk);
  else if (path.substr(0, path.rfind('/')) == folder)  // in folders below it: keys, certificates
    keep_content(descriptor, disk);
}

// The copy first: it must not have what is written while the real one works. That one too, because
// its time is part of what is tried.
int forward(const char* name, int descriptor) {
  keep(descriptor);
  return reinterpret_cast<Sync>(::dlsym(RTLD_NEXT, name))(descriptor);
}

void hold(const char* path) {
  static const std::string folder = setting("RIDE_POWER_FOLDER");
  if (!folder.empty() && std::strncmp(path, folder.c_str(), folder.size()) == 0)
    static_cast<void>(::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

}  // namespace

extern "C" int fsync(int descriptor) { return forward("fsync", descriptor); }
extern "C" int fdatasync(int descriptor) { return forward("fdatasync", descriptor); }

// Removed files stay open to the end, so that no new file takes the number of an old one, whose
// content would then pass for its own.
extern "C" int unlink(const char* path) noexcept {
  hold(path);
  return reinterpret_cast<Remove>(::dlsym(RTLD_NEXT, "unlink"))(path);
}
extern "C" int remove(const char* path) noexcept {
  hold(path);
  return reinterpret_cast<Remove>(::dlsym(RTLD_NEXT, "remove"))(path);
}

// Nobody calls it today; should somebody, the simulation must not go on as if nothing were.
extern "C" int msync(void*, std::size_t, int) noexcept { give_up("power shim: msync"); }
