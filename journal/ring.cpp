#include "journal/ring.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "journal/crc32c.hpp"

namespace ride::journal {

struct Ring::Header {
  std::array<char, 8> magic;  // written last, so that a header is whole or no header
  std::uint32_t version;
  std::uint32_t id;
  std::uint64_t capacity;
  std::uint64_t file_id;
  std::uint64_t key;
  std::array<char, 16> boot_id;  // zeros: unknown
  std::array<char, 72> reserved;
  std::uint64_t
      drained;  // in a cache line of its own: the consumer writes it, the producer reads it
};

namespace {

constexpr std::size_t page_bytes_max = 64U << 10U;  // the largest page Linux has on any machine
constexpr std::size_t header_area_bytes = page_bytes_max;
constexpr std::array<char, 8> magic{'R', 'I', 'D', 'E', 'R', 'I', 'N', 'G'};
constexpr std::uint32_t ring_version = 1;

struct FrameHeader {
  std::uint32_t length;
  std::uint32_t crc;
  std::uint64_t seq;
  std::int64_t at_us;
  std::uint32_t connection;
  std::uint8_t kind;
  std::array<std::uint8_t, 3> zero;
};
static_assert(sizeof(FrameHeader) == frame_header_bytes);
constexpr std::size_t frame_unchecked_bytes = 8;  // length and crc
constexpr std::size_t frame_alignment = 8;

constexpr std::uint64_t padded(std::uint64_t bytes) {
  return (bytes + frame_alignment - 1) / frame_alignment * frame_alignment;
}

[[noreturn]] void fail(const std::filesystem::path& file, const char* doing, int error) {
  throw std::system_error(error, std::system_category(), file.string() + ": cannot " + doing);
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  int get() const { return value_; }

 private:
  int value_;
};

std::uint64_t random_key() {
  std::uint64_t key = 0;
  if (::getrandom(&key, sizeof key, 0) != sizeof key)
    throw std::system_error(errno, std::system_category(), "cannot draw random bytes");
  return key;
}

// Of "4f9a7c1e-…", 32 digits. Zeros where it cannot be read.
std::array<char, 16> boot_id() {
  std::array<char, 16> out{};
  const Descriptor file(::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  std::array<char, 36> text{};
  if (file.get() < 0 || ::read(file.get(), text.data(), text.size()) != ssize_t{text.size()})
    return out;
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '-' || digits == 2 * out.size()) continue;
    const int value = c <= '9' ? c - '0' : c - 'a' + 10;
    auto& byte = out.at(digits / 2);
    byte = static_cast<char>(digits % 2 == 0 ? value << 4 : byte | value);
    ++digits;
  }
  return out;
}

}  // namespace

// One reservation of address space: header, frames, and the frames once more.
class Ring::Mapping {
 public:
  Mapping(const std::filesystem::path& file, Descriptor descriptor, std::uint64_t capacity,
          bool writable)
      : descriptor_(std::move(descriptor)), bytes_(header_area_bytes + 2 * capacity) {
    base_ = ::mmap(nullptr, bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base_ == MAP_FAILED) fail(file, "reserve memory for the ring", errno);
    const int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    place(file, 0, header_area_bytes + capacity, 0, protection);
    place(file, header_area_bytes + capacity, capacity, header_area_bytes, protection);
  }
  ~Mapping() { ::munmap(base_, bytes_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  char* base() const { return static_cast<char*>(base_); }
  int descriptor() const { return descriptor_.get(); }

 private:
  void place(const std::filesystem::path& file, std::uint64_t at, std::uint64_t length,
             std::uint64_t offset, int protection) {
    if (::mmap(base() + at, length, protection, MAP_SHARED | MAP_FIXED, descriptor(),
               static_cast<off_t>(offset)) != MAP_FAILED)
      return;
    const int error = errno;
    ::munmap(base_, bytes_);
    fail(file, "map the ring", error);
  }

  Descriptor descriptor_;
  void* base_ = nullptr;
  std::uint64_t bytes_;
};

Ring::Ring(std::filesystem::path file, std::unique_ptr<Mapping> mapping)
    : file_(std::move(file)), mapping_(std::move(mapping)) {
  header_ = reinterpret_cast<Header*>(mapping_->base());
  frames_ = mapping_->base() + header_area_bytes;
}

Ring::Ring(Ring&&) noexcept = default;
Ring& Ring::operator=(Ring&&) noexcept = default;
Ring::~Ring() = default;

Ring Ring::create(const std::filesystem::path& file, std::uint32_t id, std::uint64_t capacity,
                  std::uint64_t file_id) {
  static_assert(offsetof(Header, drained) == 128);
  assert(capacity > 0);
  assert(capacity % page_bytes_max == 0);
  Descriptor descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (descriptor.get() < 0) fail(file, "create the ring; is the folder writable?", errno);
  const auto bytes = static_cast<off_t>(header_area_bytes + capacity);
  const int error = ::posix_fallocate(descriptor.get(), 0, bytes);
  if (error != 0) {
    ::unlink(file.c_str());
    fail(file, "reserve space for recording; free some on this disk", error);
  }
  Ring ring(file, std::make_unique<Mapping>(file, std::move(descriptor), capacity, true));
  auto& header = *ring.header_;
  header.version = ring_version;
  header.id = id;
  header.capacity = capacity;
  header.file_id = file_id;
  header.key = random_key();
  header.boot_id = boot_id();
  std::atomic_thread_fence(std::memory_order_release);
  header.magic = magic;
  return ring;
}

std::optional<Ring> Ring::open(const std::filesystem::path& file) {
  Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.get() < 0) fail(file, "open the ring", errno);
  Header header{};
  const auto got = ::pread(descriptor.get(), &header, sizeof header, 0);
  if (got < 0) fail(file, "read the ring", errno);
  if (got < static_cast<ssize_t>(sizeof header) || header.magic == std::array<char, 8>{})
    return std::nullopt;
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) fail(file, "read the ring", errno);
  if (header.magic != magic || header.version != ring_version || header.capacity == 0 ||
      header.capacity % page_bytes_max != 0 ||
      static_cast<std::uint64_t>(status.st_size) < header_area_bytes ||
      static_cast<std::uint64_t>(status.st_size) - header_area_bytes != header.capacity)
    throw std::runtime_error(file.string() +
                             ": is not a whole ring of this version of ride; recover with the "
                             "version that wrote it, or, if the disk damaged it, move it away: "
                             "what it alone held is then a gap");
  return Ring(file, std::make_unique<Mapping>(file, std::move(descriptor), header.capacity, false));
}

std::uint32_t Ring::id() const { return header_->id; }
std::uint64_t Ring::capacity() const { return header_->capacity; }
std::uint64_t Ring::file_id() const { return header_->file_id; }

std::uint64_t Ring::drained() const {
  return std::atomic_ref(header_->drained).load(std::memory_order_acquire);
}

bool Ring::of_this_boot() const {
  return header_->boot_id == std::array<char, 16>{} || header_->boot_id == boot_id();
}

// The header too: what a sync makes permanent is one file. Stores into a shared mapping are part of
// its dirty pages.
void Ring::sync() const {
  while (::fdatasync(mapping_->descriptor()) != 0)
    if (errno != EINTR) fail(file_, "bring the ring to the disk", errno);
}

std::size_t Ring::body_bytes_max() const { return capacity() / 2; }

// One slot stays free and zero, so that the length word at the producer's head is always 0.
std::uint64_t Ring::free_bytes() const {
  return capacity() - frame_alignment - (head_ - drained());
}

bool Ring::room(std::size_t body_bytes, std::size_t events) const {
  return body_bytes + events * (frame_header_bytes + frame_alignment) <= free_bytes();
}

char* Ring::at(std::uint64_t position) const { return frames_ + position % capacity(); }

std::uint32_t Ring::checksum(std::uint64_t position, const char* frame,
                             std::span<const Bytes> parts) const {
  const std::array<std::uint64_t, 2> secret{header_->key, position};
  auto crc = crc32c(0, {reinterpret_cast<const char*>(secret.data()), sizeof secret});
  crc = crc32c(crc, {frame + frame_unchecked_bytes, frame_header_bytes - frame_unchecked_bytes});
  for (const auto part : parts) crc = crc32c(crc, part);
  return crc;
}

void Ring::append(Seq seq, Kind kind, ConnectionId connection, std::int64_t at_us,
                  std::span<const Bytes> parts) {
  std::size_t body_bytes = 0;
  for (const auto part : parts) body_bytes += part.size();
  assert(body_bytes <= body_bytes_max());
  assert(padded(frame_header_bytes + body_bytes) <= free_bytes());
  char* const frame = at(head_);
  FrameHeader header{.length = 0,
                     .crc = 0,
                     .seq = seq,
                     .at_us = at_us,
                     .connection = connection,
                     .kind = static_cast<std::uint8_t>(kind),
                     .zero = {}};
  header.crc = checksum(head_, reinterpret_cast<const char*>(&header), parts);
  std::memcpy(frame + sizeof header.length,
              reinterpret_cast<const char*>(&header) + sizeof header.length,
              sizeof header - sizeof header.length);
  char* to = frame + frame_header_bytes;
  for (const auto part : parts) {
    if (!part.empty()) std::memcpy(to, part.data(), part.size());
    to += part.size();
  }
  const auto length = static_cast<std::uint32_t>(frame_header_bytes + body_bytes);
  std::atomic_ref(*reinterpret_cast<std::uint32_t*>(frame))
      .store(length, std::memory_order_release);
  head_ += padded(length);
}

std::optional<Frame> Ring::peek(std::uint64_t position) const {
  const char* const frame = at(position);
  auto* const length_word = reinterpret_cast<std::uint32_t*>(const_cast<char*>(frame));
  const auto length = std::atomic_ref(*length_word).load(std::memory_order_acquire);
  if (length < frame_header_bytes || length > frame_header_bytes + body_bytes_max())
    return std::nullopt;
  FrameHeader header{};
  std::memcpy(&header, frame, sizeof header);
  return Frame{.seq = header.seq,
               .kind = static_cast<Kind>(header.kind),
               .at_us = header.at_us,
               .connection = header.connection,
               .body = Bytes(frame + frame_header_bytes, length - frame_header_bytes),
               .end = position + padded(length)};
}

std::optional<Frame> Ring::checked(std::uint64_t position) const {
  if (position % frame_alignment != 0) return std::nullopt;
  auto frame = peek(position);
  if (!frame) return std::nullopt;
  std::uint32_t crc = 0;
  std::memcpy(&crc, at(position) + sizeof(std::uint32_t), sizeof crc);
  const std::array parts{frame->body};
  if (crc != checksum(position, at(position), parts)) return std::nullopt;
  return frame;
}

void Ring::free_to(std::uint64_t position) {
  const auto from = drained();
  assert(position >= from);
  assert(position - from < capacity());
  std::memset(at(from), 0, position - from);
  std::atomic_ref(header_->drained).store(position, std::memory_order_release);
}

}  // namespace ride::journal
