// Attempt files as a dead writer leaves them, made by hand.
#pragma once

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include "journal/database.hpp"
#include "journal/ring.hpp"
#include "journal/writer.hpp"

namespace ride::journal {

inline constexpr std::uint64_t small = 64U << 10U;

inline void put(Ring& ring, Seq seq, Bytes body) {
  const std::array parts{body};
  ring.append(seq, Kind::hint, 0, static_cast<std::int64_t>(seq), parts);
}

// As the next boot of the machine would find it: made in another one.
inline void boot_again(const std::filesystem::path& ring) {
  constexpr std::streamoff boot_id_at = 40;
  std::fstream bytes(ring, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekp(boot_id_at) << "of another boot.";
}

// An attempt file whose writer "died": made, left without rings, and given rings by the test.
inline std::uint64_t dead_file(const std::filesystem::path& file) {
  { Writer writer(file); }
  return std::stoull(get_meta(Database::open_for_reading(file), "file_id"), nullptr, 16);
}

}  // namespace ride::journal
