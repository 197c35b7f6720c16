#include "journal/prepared.hpp"

#include <stdexcept>
#include <utility>

#include "journal/disk.hpp"

namespace ride::journal {
namespace {

Database open_database(const std::filesystem::path& file, bool extend) {
  if (!ring_paths(file).empty())
    throw std::runtime_error(file.string() +
                             ": has a recording that was cut off; run: ride audit recover " +
                             file.string());
  if (!std::filesystem::exists(file)) return Database::create(file);
  if (!extend) throw std::runtime_error(file.string() + ": exists already; choose another name");
  sync_folder(file);  // else a dying machine could bring back the rings that were removed
  auto database = Database::open_for_writing(file);
  database.run("DELETE FROM rings");  // of an earlier recording: new rings begin at 0
  return database;
}

void require_disk(const std::filesystem::path& file) {
  if (is_in_memory(file))
    throw std::runtime_error(file.string() +
                             ": lies in memory (tmpfs), where nothing survives the machine; choose "
                             "a folder on a disk, or durability `process`");
}

}  // namespace

WriterLock lock_of(const std::filesystem::path& file) {
  auto lock = WriterLock::acquire(file);
  if (!lock) throw std::runtime_error(file.string() + ": is being written by a running ride");
  return std::move(*lock);
}

Database prepared_database(const std::filesystem::path& file, const WriterOptions& options) {
  const bool power = options.level == Level::power;
  if (power) require_disk(file);
  auto database = open_database(file, options.extend);
  try {
    if (power) database.run("PRAGMA synchronous = FULL");
    set_meta(database, "level", power ? "power" : "process");
    if (power || !options.extend) sync_folder(file);
  } catch (...) {
    if (!options.extend) Database::remove(file);
    throw;
  }
  return database;
}

}  // namespace ride::journal
