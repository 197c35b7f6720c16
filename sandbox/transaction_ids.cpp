#include "sandbox/transaction_ids.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <stdexcept>

#include "sandbox/files.hpp"

namespace ride::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds program_limit{30};
constexpr const char* oldest_key = "Latest checkpoint's oldestXID:";

// From access/transam/varsup.c: ids are compared modulo 2^32, so that half of them lie ahead of the
// oldest, and the last three million of those are kept for a single-user server.
constexpr std::uint32_t ids_ahead = 0x7fffffff;
constexpr std::uint32_t ids_kept = 3'000'000;

// From access/transam/clog.c: two bits an id, 8 KiB a page, 32 pages a file.
constexpr std::uint32_t ids_per_file = 8192U * 4 * 32;
constexpr std::size_t file_bytes = 8192U * 32;

std::string run_program(const fs::path& program, std::vector<std::string> arguments,
                        const std::optional<Identity>& owner) {
  arguments.insert(arguments.begin(), program.string());
  const auto finished =
      run({.argv = arguments, .environment = {"LC_ALL=C", "PGDATA="}, .identity = owner},
          program_limit);
  if (!finished.ok())
    throw std::runtime_error(program.filename().string() +
                             " failed: " + finished.last_error_line());
  return finished.output;
}

// The server reads what became of the ids before its next one; of these it is that none was used.
void make_status_file(const fs::path& data, std::uint32_t id,
                      const std::optional<Identity>& owner) {
  std::array<char, 16> name{};
  std::snprintf(name.data(), name.size(), "%04X", id / ids_per_file);
  const auto file = data / "pg_xact" / name.data();
  if (!fs::exists(file)) write_private_file(file, std::string(file_bytes, '\0'), owner);
}

}  // namespace

std::uint32_t next_transaction_id(std::uint32_t oldest, std::uint32_t left) {
  return oldest + ids_ahead - ids_kept - left;
}

std::optional<std::uint32_t> number_in_control_data(const std::string& said,
                                                    const std::string& key) {
  const auto at = said.find(key);
  if (at == said.npos) return std::nullopt;
  const auto from = said.find_first_not_of(' ', at + key.size());
  if (from == said.npos) return std::nullopt;
  std::uint32_t out = 0;
  const auto read = std::from_chars(said.data() + from, said.data() + said.size(), out);
  if (read.ec != std::errc()) return std::nullopt;
  return out;
}

void advance_transaction_ids(const fs::path& binaries, const fs::path& data, std::uint32_t left,
                             const std::optional<Identity>& owner) {
  const auto said = run_program(binaries / "pg_controldata", {"-D", data.string()}, owner);
  const auto oldest = number_in_control_data(said, oldest_key);
  if (!oldest) throw std::runtime_error("pg_controldata does not say the oldest transaction id");
  const auto next = next_transaction_id(*oldest, left);
  run_program(binaries / "pg_resetwal", {"-D", data.string(), "-x", std::to_string(next)}, owner);
  make_status_file(data, next, owner);
}

}  // namespace ride::sandbox
