// A ring of event frames in a memory-mapped file: what a producing thread appends to, and what
// survives the death of the process, because its pages belong to the kernel. One thread produces,
// one consumes; neither makes a system call. The file has a fixed size that is reserved on disk
// when it is made, so that a full disk fails there and not later by SIGBUS.
//
//   file    = header (64 KiB, mostly zero), then `capacity` bytes of frames
//   header  = magic "RIDERING" | u32 version | u32 id | u64 capacity | u64 file id | u64 key
//             | 16 bytes boot id … at byte 128: u64 drained
//   frame   = u32 length | u32 crc | u64 seq | i64 at_us | u32 connection | u8 kind | 3 zero | body
//             padded with zeros to 8 bytes. `length` counts header and body without the padding.
//
// Integers are of the machine's own byte order (little-endian machines only): a ring is read on the
// machine that wrote it. A position counts bytes since the ring was made; its place is position %
// capacity. The frame area is mapped twice, one copy behind the other, so that a frame that wraps
// is still one piece of memory.
//
// A frame is valid when its length was released, which is done last, and its CRC fits. Space is
// zeroed before it is given back, so an old lap can never look like a frame, whatever a client put
// in its bytes. The CRC (CRC-32C) also covers a random key and the position, which no client knows,
// so that the same holds when a dying machine kept some pages of an old lap. The boot id is the
// machine's when the ring was made: in another one, what was not yet on disk is gone.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "journal/event.hpp"

namespace ride::journal {

inline constexpr std::uint64_t ring_bytes_default = 16ULL << 20U;
inline constexpr std::size_t frame_header_bytes = 32;

// A frame that was read: views into the ring, good until the space is given back.
struct Frame {
  Seq seq = 0;
  Kind kind = Kind::gap;
  std::int64_t at_us = 0;
  ConnectionId connection = 0;
  Bytes body;
  std::uint64_t end = 0;  // the position behind it
};

class Ring {
 public:
  // Makes the file (0600). Capacity must be a multiple of 64 KiB. Throws std::system_error, also
  // when the disk has no room for it.
  static Ring create(const std::filesystem::path& file, std::uint32_t id, std::uint64_t capacity,
                     std::uint64_t file_id);
  // Maps an existing one for recovery, read-only. nullopt: its making was cut off, so it holds
  // nothing. Throws std::runtime_error when it is no ring of this version.
  static std::optional<Ring> open(const std::filesystem::path& file);

  Ring(Ring&&) noexcept;
  Ring& operator=(Ring&&) noexcept;
  ~Ring();

  std::uint32_t id() const;
  std::uint64_t capacity() const;
  std::uint64_t file_id() const;
  std::uint64_t drained() const;
  // False: the machine was started again since the ring was made.
  bool of_this_boot() const;
  const std::filesystem::path& file() const { return file_; }

  // Brings all that was appended before the call to the disk. Any thread. Throws
  // std::system_error.
  void sync() const;

  // The largest body that is ever accepted: half the ring.
  std::size_t body_bytes_max() const;

  // The producer. append() needs room for the body, asked for before.
  std::uint64_t free_bytes() const;
  bool room(std::size_t body_bytes, std::size_t events = 1) const;
  std::uint64_t head() const { return head_; }  // the position behind the last frame
  void append(Seq seq, Kind kind, ConnectionId connection, std::int64_t at_us,
              std::span<const Bytes> parts);

  // The consumer. peek() reads the frame at a position that peek() or drained() gave; nullopt where
  // none was finished yet. checked() also compares the CRC, as recovery must. free_to() zeroes all
  // up to the position and gives it back to the producer.
  std::optional<Frame> peek(std::uint64_t position) const;
  std::optional<Frame> checked(std::uint64_t position) const;
  void free_to(std::uint64_t position);

 private:
  struct Header;
  class Mapping;

  Ring(std::filesystem::path file, std::unique_ptr<Mapping> mapping);
  char* at(std::uint64_t position) const;
  std::uint32_t checksum(std::uint64_t position, const char* frame,
                         std::span<const Bytes> parts) const;

  std::filesystem::path file_;
  std::unique_ptr<Mapping> mapping_;
  Header* header_ = nullptr;
  char* frames_ = nullptr;
  std::uint64_t head_ = 0;  // the producer's: where the next frame goes
};

}  // namespace ride::journal
