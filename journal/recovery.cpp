#include "journal/recovery.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "journal/database.hpp"
#include "journal/fields.hpp"
#include "journal/liveness.hpp"
#include "journal/store.hpp"

namespace ride::journal {
namespace {

// One ring of the dead writer's, read from the position up to which it is in the file.
struct Remains {
  Ring ring;
  std::uint64_t position = 0;
  std::optional<Frame> head;

  void advance() {
    if (head) position = head->end;
    head = ring.checked(position);
  }
};

// What is left, and whether some of what was written may have been lost: the machine was started
// again since, SQLite has less than was once committed, or a ring that had events is not there.
// Then a missing seq is a gap; else its writer died before it wrote it.
struct Opened {
  std::vector<Remains> remains;
  bool machine_died = false;
  bool ring_lost = false;

  bool losses() const { return machine_died || ring_lost; }
};

Opened open_rings(const std::filesystem::path& file, const Database& database, EventStore& store) {
  const auto file_id = std::stoull("0" + get_meta(database, "file_id"), nullptr, 16);
  Opened out;
  std::set<std::uint32_t> found;
  for (const auto& path : ring_paths(file)) {
    auto ring = Ring::open(path);
    if (!ring) continue;
    found.insert(ring->id());
    if (ring->file_id() != file_id)
      throw std::runtime_error(path.string() + ": belongs to another attempt file; move it away");
    const auto stored = store.drained(ring->id());
    const auto freed = ring->drained();
    out.machine_died = out.machine_died || freed > stored || !ring->of_this_boot();
    out.remains.push_back({std::move(*ring), std::max(stored, freed), std::nullopt});
    out.remains.back().advance();
  }
  auto drained = database.prepare("SELECT ring FROM rings");
  while (drained.step())
    out.ring_lost =
        out.ring_lost || !found.contains(static_cast<std::uint32_t>(drained.integer(0)));
  return out;
}

Remains* lowest(std::vector<Remains>& remains) {
  Remains* out = nullptr;
  for (auto& one : remains)
    if (one.head && (out == nullptr || one.head->seq < out->head->seq)) out = &one;
  return out;
}

void add_missing(EventStore& store, Kind kind, Seq first, std::uint64_t count, std::int64_t at_us) {
  std::string body;
  FieldWriter writer(body);
  writer.put(Field::number, count);
  if (kind == Kind::gap)
    writer.put(Field::message, "these events were lost before they were safely on disk");
  store.add(first, kind, at_us, 0, body);
}

void move_events(const Database& database, EventStore& store, Opened& opened, Recovered& out) {
  while (auto* const next = lowest(opened.remains)) {
    const auto& frame = *next->head;
    const Seq expected = store.last_seq() + 1;
    if (frame.seq < expected)
      throw std::runtime_error(next->ring.file().string() + ": holds event " +
                               std::to_string(frame.seq) + ", which is in " +
                               database.file().string() + " already; keep both and report this");
    if (frame.seq > expected) {
      const auto kind = opened.losses() ? Kind::gap : Kind::hole;
      add_missing(store, kind, expected, frame.seq - expected, frame.at_us);
      ++(kind == Kind::gap ? out.gaps : out.holes);
    }
    store.add(frame);
    ++out.events;
    next->advance();
  }
}

// What came last may be lost without a trace of how much it was. One such mark at the end is
// enough, where a recovery is finished by the next.
void add_gap_at_end(const Database& database, EventStore& store, Recovered& out) {
  auto last = database.prepare("SELECT at_us, kind FROM events ORDER BY seq DESC LIMIT 1");
  const bool any = last.step();
  if (any && last.integer(1) == static_cast<std::int64_t>(Kind::gap)) return;
  const auto at_us = any ? last.integer(0) : 0;
  last.reset();
  std::string body;
  FieldWriter(body)
      .put(Field::number, std::uint64_t{1})
      .put(Field::message,
           get_meta(database, "level") == "power"
               ? "the machine stopped; of what came last, what nobody was told may be missing"
               : "the machine stopped; what came last may be missing");
  store.add(store.last_seq() + 1, Kind::gap, at_us, 0, body);
  ++out.gaps;
}

bool is_there(const std::filesystem::path& file, const char* suffix) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file.string() + suffix, error);
  return !error && size > 0;
}

WriterLock lock_of(const std::filesystem::path& file) {
  auto lock = WriterLock::acquire(file);
  if (!lock)
    throw std::runtime_error(file.string() +
                             ": is being written by a running ride; stop that first");
  return std::move(*lock);
}

// Without rings nothing was recorded that is not in the file; the log that SQLite still has beside
// it belongs into it, and the beginning of the chain is signed where its writer did not come to it.
Recovered finish(const std::filesystem::path& file, const std::optional<SigningKey>& key) {
  const auto lock = lock_of(file);
  Recovered out;
  auto database = Database::open_for_writing(file);
  out.was_interrupted = true;
  {
    Transaction transaction(database);
    EventStore store(database, key);
    out.last_seq = store.last_seq();
    if (database.integer("SELECT count(*) FROM checkpoints") == 0) store.sign(mark_recovered);
    transaction.commit();
  }
  put_at_rest(database);
  return out;
}

}  // namespace

bool is_unfinished(const std::filesystem::path& file) {
  constexpr std::streamoff write_version_at = 18;  // in SQLite's file header; 2 says WAL
  std::ifstream header(file, std::ios::binary);
  return is_there(file, "-journal") || header.seekg(write_version_at).get() == 2;
}

Recovered recover(const std::filesystem::path& file, const std::optional<SigningKey>& key) {
  Recovered out;
  if (liveness(file) == Liveness::closed) {
    if (is_unfinished(file)) return finish(file, key);
    // A recovery that died at its very end left its lock: taken and let go, it is removed.
    if (std::filesystem::exists(lock_path(file))) WriterLock::acquire(file);
    Database::open_for_reading(file);  // what is none of ride's is not called whole
    return out;
  }
  const auto lock = lock_of(file);
  const auto paths = ring_paths(file);
  if (paths.empty()) return out;  // closed meanwhile
  auto database = Database::open_for_writing(file);
  out.was_interrupted = true;
  {
    Transaction transaction(database);
    EventStore store(database, key);
    auto opened = open_rings(file, database, store);
    move_events(database, store, opened, out);
    if (opened.machine_died) add_gap_at_end(database, store, out);
    for (const auto& one : opened.remains) store.set_drained(one.ring.id(), one.position);
    out.last_seq = store.last_seq();
    store.sign(mark_recovered);
    transaction.commit();
  }
  put_at_rest(database);
  for (const auto& path : paths) std::filesystem::remove(path);
  return out;
}

bool remove_unmade(const std::filesystem::path& file) {
  constexpr std::uintmax_t unmade_bytes_max = 8192;  // a page: no other file need be opened
  std::error_code error;
  if (std::filesystem::file_size(file, error) > unmade_bytes_max || error) return false;
  if (liveness(file) != Liveness::closed) return false;
  const auto lock = WriterLock::acquire(file);
  if (!lock || !Database::was_never_made(file)) return false;
  Database::remove(file);
  return true;
}

}  // namespace ride::journal
