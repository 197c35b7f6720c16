#include "proxy/unix_socket.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace ride::proxy {
namespace {

[[noreturn]] void fail(int error) { throw std::system_error(error, std::generic_category()); }

class File {
 public:
  explicit File(int number) : number_(number) {
    if (number_ < 0) fail(errno);
  }
  ~File() { ::close(number_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return number_; }

 private:
  int number_;
};

// The folder, locked: looking who is there and taking his place are one step.
class LockedFolder {
 public:
  explicit LockedFolder(const std::filesystem::path& path)
      : file_(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    while (::flock(file_.get(), LOCK_EX) != 0)
      if (errno != EINTR) fail(errno);
  }
  // A name in it that fits into a socket's address, however long the folder's own is.
  std::string inside(const std::string& name) const {
    return "/proc/self/fd/" + std::to_string(file_.get()) + '/' + name;
  }

 private:
  File file_;
};

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) fail(ENAMETOOLONG);
  path.copy(address.sun_path, path.size());
  return address;
}

// Whether somebody takes connections there.
bool is_alive(const std::string& path) {
  const File probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto address = address_of(path);
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return true;
  return errno == EAGAIN;  // its queue is full
}

void require_free(const std::string& path, bool replace) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return;
    fail(errno);
  }
  if (!S_ISSOCK(status.st_mode)) fail(EEXIST);
  if (!replace && is_alive(path)) fail(EADDRINUSE);
}

}  // namespace

UnixSocket::UnixSocket(int descriptor, const std::string& path, mode_t mode, bool replace)
    : path_(path) {
  const std::filesystem::path whole(path);
  address_of(path);  // nobody could connect to a longer one
  const LockedFolder folder(whole.parent_path());
  const auto place = folder.inside(whole.filename().string());
  require_free(place, replace);
  const auto draft = folder.inside(".ride-" + std::to_string(::getpid()) + ".new");
  ::unlink(draft.c_str());
  const auto address = address_of(draft);
  struct stat status {};
  if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fail(errno);
  if (::chmod(draft.c_str(), mode) != 0 || ::listen(descriptor, SOMAXCONN) != 0 ||
      ::lstat(draft.c_str(), &status) != 0 || ::rename(draft.c_str(), place.c_str()) != 0) {
    const int error = errno;
    ::unlink(draft.c_str());
    fail(error);
  }
  device_ = status.st_dev;
  inode_ = status.st_ino;
}

UnixSocket::~UnixSocket() { remove(); }

void UnixSocket::remove() {
  struct stat status {};
  try {
    const LockedFolder folder(std::filesystem::path(path_).parent_path());
    if (::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_)
      ::unlink(path_.c_str());
  } catch (const std::system_error&) {
    return;  // the folder is gone, and its files with it
  }
}

}  // namespace ride::proxy
