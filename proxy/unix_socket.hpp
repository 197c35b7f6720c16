// A unix socket's place in the file system, for one that listens. It appears there complete, with
// its mode, by one rename; a file that a dead process left is replaced, one that somebody listens
// on is not (unless `replace` says so: then whoever connects from now on comes to us, and the other
// keeps what it has). Only its own file is ever removed.
#pragma once

#include <sys/types.h>

#include <string>

namespace ride::proxy {

class UnixSocket {
 public:
  // Binds the socket, listens, and puts it at `path`. Throws std::system_error.
  UnixSocket(int descriptor, const std::string& path, mode_t mode, bool replace);
  ~UnixSocket();  // remove()
  UnixSocket(const UnixSocket&) = delete;
  UnixSocket& operator=(const UnixSocket&) = delete;

  void remove();  // takes its file away, if it is still the one there

 private:
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace ride::proxy
