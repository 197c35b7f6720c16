// The one writer of an attempt file. Its thread merges the rings by seq, stores the events in large
// SQLite transactions, and only after each commit gives the ring space back; the drained positions
// stand in the same transaction, so that recovery neither loses nor doubles an event.
//
// All member functions may be called from any thread, except that nobody may append any more once
// close() was called. The writer polls its rings; who appends need not notify it.
//
// When SQLite or the disk fails, the writer stops: failed() is true, failure() says why, the rings
// stay as they are (they fill, and their producers stop), and recover() finishes the drain later.
// With `waits_for_room`, one that only had no room on the disk goes on once there is room again:
// all that is in the rings is stored, then a gap, and then failed() is false. Its producers must
// not let anything pass unrecorded meanwhile.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "journal/appender.hpp"
#include "journal/durability.hpp"
#include "journal/event.hpp"
#include "journal/key.hpp"

namespace ride::journal {

class Database;

struct WriterOptions {
  std::uint64_t ring_bytes = ring_bytes_default;  // of each ring; a multiple of 64 KiB
  // How long the writer rests between two transactions: the longer, the fewer pages it writes
  // twice; the shorter, the less of a ring is in use. It goes from one to the other by how full the
  // rings were.
  std::chrono::milliseconds rest_min{5};
  std::chrono::milliseconds rest_max{50};
  std::uint32_t transaction_events_max = 20'000;
  bool extend =
      false;  // true: go on with an existing, cleanly closed file; false: the file must be new
  std::optional<SigningKey> key = std::nullopt;  // signs checkpoints; without one nothing is signed
  Level level = Level::process;  // power: SQLite brings each transaction to the disk, too
  bool waits_for_room = false;   // true: a full disk is a failure until there is room again
};

class Writer {
 public:
  // Makes or opens the file, takes its lock, starts the thread. Throws with one line that names the
  // path: it exists already, is being written, needs recovery, is to be kept at level `power` where
  // there is no disk, or the folder or disk refuses.
  explicit Writer(const std::filesystem::path& file, WriterOptions options = {});
  // Closes as well as it can. A failure leaves the rings for recover().
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // A ring of its own for one more producing thread. It lives as long as the writer. At level
  // `power` it has a durability().
  Appender& add_ring();
  // The ring that all low-rate producers share.
  SharedAppender& shared();

  // Returns when every event appended before the call is committed, so that a Reader sees it.
  // Throws std::runtime_error with failure().
  void flush();
  // flush(), signs, and then everything is in the main file alone: a copy of it is complete. Waits
  // for readers that are in the way; throws when they stay. The receipt for what is in it.
  std::string checkpoint();
  // checkpoint(), marked as the end; end of the thread, rings and lock removed: the file is at
  // rest. Once; later calls do nothing.
  void close();

  // Runs `work` on the writer's thread, after all that was appended before the call and between its
  // own transactions; for rows that belong beside the events (facts). Rethrows what `work` throws,
  // which does not make the writer fail. Rings are not drained meanwhile: work out first, store
  // then.
  void on_database(const std::function<void(Database&)>& work);

  bool failed() const noexcept;
  std::string failure() const;
  Seq committed() const noexcept;  // every event up to this one is committed
  // The oldest event that is not committed has waited so long at most; 0: there is none.
  std::chrono::microseconds lag() const noexcept;
  const std::filesystem::path& file() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace ride::journal
