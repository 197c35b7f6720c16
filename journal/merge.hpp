// Moves events from several rings, each in ascending order, into the file in the one total order.
// Belongs to the writer's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "journal/database.hpp"
#include "journal/ring.hpp"
#include "journal/store.hpp"

namespace ride::journal {

// Of one transaction: so that producers that wait for room get some soon.
struct MergeLimits {
  std::uint32_t events_max = 20'000;
  std::uint64_t bytes_max = 4ULL << 20U;
};

class Merge {
 public:
  explicit Merge(MergeLimits limits) : limits_(limits) {}

  // The ring must outlive the merge.
  void add(Ring& ring) { sources_.push_back(Source(ring)); }

  struct Drained {
    Seq last = 0;             // that is committed now
    std::uint64_t bytes = 0;  // of the rings
    bool cut_off = false;     // at a limit: more may follow at once
  };
  // After a drain that threw: begins again with what is in the rings still, which is all that was
  // not committed.
  void begin_again();

  // Stores what follows `last` without a break, together with how far each ring was read, in one
  // transaction; after the commit the rings' space is free. Nothing is drained where nothing
  // followed or another connection holds the file. Throws when the file refuses: then nothing was
  // freed, and the merge and the store are of no more use until both begin again.
  Drained drain(Database& database, EventStore& store, Seq last);

 private:
  struct Source {
    explicit Source(Ring& read) : ring(&read) {}
    bool has(Seq seq);
    Frame take();

    Ring* ring;
    std::uint64_t position = 0;  // behind the last frame that was taken
    std::optional<Frame> head;
    bool changed = false;  // since the last commit
  };

  Source* find(Seq seq);
  Drained take_behind(EventStore& store, Seq last);

  MergeLimits limits_;
  std::vector<Source> sources_;
};

}  // namespace ride::journal
