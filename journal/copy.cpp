#include "journal/copy.hpp"

#include <stdexcept>
#include <utility>

#include "journal/liveness.hpp"
#include "journal/store.hpp"
#include "journal/stored_chain.hpp"

namespace ride::journal {
namespace {

constexpr std::uint32_t transaction_events_max = 20'000;

WriterLock lock_of(const std::filesystem::path& file) {
  auto lock = WriterLock::acquire(file);
  if (!lock) throw std::runtime_error(file.string() + ": is being written by a running ride");
  return std::move(*lock);
}

// The checkpoints of the file that is copied, one by one as the copy comes to their size.
class Kept {
 public:
  Kept(const Database& from, Database& to, Seq behind)
      : rows_(from.prepare("SELECT size, note FROM checkpoints WHERE size > ? ORDER BY size")),
        insert_(to.prepare("INSERT OR REPLACE INTO checkpoints VALUES (?, ?)")) {
    auto key = to.prepare("INSERT OR IGNORE INTO keys VALUES (?)");
    for (auto keys = from.prepare("SELECT vkey FROM keys"); keys.step();)
      key.bind_text(1, keys.bytes(0)).run();
    rows_.bind(1, static_cast<std::int64_t>(behind));
    there_is_one_ = rows_.step();
  }

  void reach(const ChainState& state) {
    while (there_is_one_ && size() <= state.size) {
      const auto note = parse_note(rows_.bytes(1));
      if (note && note->checkpoint.state == state)
        insert_.bind(1, rows_.integer(0)).bind_text(2, rows_.bytes(1)).run();
      there_is_one_ = rows_.step();
    }
  }

 private:
  Seq size() const { return static_cast<Seq>(rows_.integer(0)); }

  Statement rows_;
  Statement insert_;
  bool there_is_one_ = false;
};

// Before the store is made: it goes on from the last checkpoint that it finds.
void begin_behind(Database& database, const CopyOptions& options, const ChainState& state) {
  if (!options.key)
    throw std::runtime_error(database.file().string() + ": cannot be pruned without a key");
  Signer(database, *options.key, 0)
      .sign({origin_of(get_meta(database, "file_id")), state, std::string(mark_pruned)});
}

void begin(Database& database, const CopyOptions& options) {
  Transaction transaction(database);
  if (options.same_as != nullptr)
    set_meta(database, "file_id", get_meta(*options.same_as, "file_id"));
  if (options.pruned_to > 0)
    begin_behind(database, options, chain_at(*options.same_as, options.pruned_to));
  if (options.begins_behind) begin_behind(database, options, *options.begins_behind);
  transaction.commit();
}

Database make_database(const std::filesystem::path& file, const CopyOptions& options) {
  auto database = Database::create(file);
  try {
    journal::begin(database, options);
  } catch (...) {
    Database::remove(file);
    throw;
  }
  return database;
}

}  // namespace

class Copy::Implementation {
 public:
  Implementation(const std::filesystem::path& file, const CopyOptions& options)
      : lock_(lock_of(file)),
        database_(make_database(file, options)),
        store_(std::in_place, *database_, options.key) {
    begin();
    const bool pruned = options.pruned_to > 0 || options.begins_behind;
    store_->sign(pruned ? mark_pruned : std::string_view());
    if (options.same_as != nullptr) kept_.emplace(*options.same_as, *database_, options.pruned_to);
  }

  ~Implementation() {
    if (!database_) return;
    const auto file = database_->file();
    transaction_.reset();
    release();
    Database::remove(file);
  }

  void add(const Event& event) {
    begin();
    store_->add(event);
    store_->sign_if_due();
    if (kept_) kept_->reach(store_->chain());
    if (++events_in_transaction_ >= transaction_events_max) commit();
  }

  const ChainState& chain() const { return store_->chain(); }

  Database& database() {
    commit();
    return *database_;
  }

  void close() {
    begin();
    store_->sign(mark_closed);
    commit();
    put_at_rest(*database_);
    release();
  }

 private:
  void begin() {
    if (!transaction_) transaction_.emplace(*database_);
  }
  void commit() {
    if (transaction_) transaction_->commit();
    transaction_.reset();
    events_in_transaction_ = 0;
  }
  void release() {
    kept_.reset();
    store_.reset();
    database_.reset();
  }

  WriterLock lock_;
  std::optional<Database> database_;  // this and what uses it are gone once closed
  std::optional<EventStore> store_;
  std::optional<Kept> kept_;
  std::optional<Transaction> transaction_;
  std::uint32_t events_in_transaction_ = 0;
};

Copy::Copy(const std::filesystem::path& file, const CopyOptions& options)
    : implementation_(std::make_unique<Implementation>(file, options)) {}

Copy::~Copy() = default;

void Copy::add(const Event& event) { implementation_->add(event); }
const ChainState& Copy::chain() const { return implementation_->chain(); }
Database& Copy::database() { return implementation_->database(); }
void Copy::close() { implementation_->close(); }

}  // namespace ride::journal
