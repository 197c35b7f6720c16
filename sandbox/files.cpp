#include "sandbox/files.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace ride::sandbox {
namespace {

[[noreturn]] void fail(const char* doing, const std::filesystem::path& where) {
  throw std::system_error(errno, std::generic_category(), doing + (" " + where.string()));
}

}  // namespace

void write_private_file(const std::filesystem::path& file, const std::string& text,
                        const std::optional<Identity>& owner) {
  std::filesystem::remove(file);
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) fail("create", file);
  const auto written = ::write(fd, text.data(), text.size());
  const bool whole = written == static_cast<ssize_t>(text.size());
  const bool owned = !owner || fchown(fd, owner->uid, owner->gid) == 0;
  if (!whole && written >= 0) errno = ENOSPC;
  const int error = errno;
  ::close(fd);
  errno = error;
  if (!whole || !owned) fail("write", file);
}

void make_private_folder(const std::filesystem::path& folder,
                         const std::optional<Identity>& owner) {
  if (mkdir(folder.c_str(), 0700) != 0) fail("create", folder);
  if (owner && chown(folder.c_str(), owner->uid, owner->gid) != 0) fail("chown", folder);
}

std::string read_file(const std::filesystem::path& file, std::size_t limit_bytes) {
  std::ifstream in(file, std::ios::binary);
  if (!in) fail("read", file);
  // As much as there is: the limit may be a thousand times that, and the text lives long.
  std::string text;
  std::array<char, 65'536> chunk;
  while (text.size() <= limit_bytes && in) {
    in.read(chunk.data(), chunk.size());
    text.append(chunk.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (text.size() > limit_bytes)
    throw std::runtime_error(file.string() + " is larger than " + std::to_string(limit_bytes) +
                             " bytes");
  return text;
}

std::string last_line(const std::filesystem::path& file) noexcept {
  try {
    std::ifstream in(file);
    std::string line;
    std::string last;
    while (std::getline(in, line)) {
      if (!line.empty()) last = line;
    }
    return last;
  } catch (const std::exception&) {
    return "";
  }
}

void copy_tree(const std::filesystem::path& from, const std::filesystem::path& to,
               std::chrono::milliseconds limit) {
  const auto finished =
      run({.argv = {"cp", "-a", "--reflink=auto", "-T", from.string(), to.string()}}, limit);
  if (!finished.ok())
    throw std::runtime_error("copy " + from.string() + " to " + to.string() +
                             (finished.timed_out ? " took too long: is the disk stuck?"
                                                 : " failed: " + finished.last_error_line()));
}

std::string random_hex(std::size_t bytes) {
  assert(bytes <= 64);
  std::array<unsigned char, 64> raw{};
  if (getrandom(raw.data(), bytes, 0) != static_cast<ssize_t>(bytes)) fail("getrandom", "");
  std::string out;
  for (std::size_t i = 0; i < bytes; ++i) {
    out += "0123456789abcdef"[raw[i] >> 4U];
    out += "0123456789abcdef"[raw[i] & 15U];
  }
  return out;
}

}  // namespace ride::sandbox
