#include "journal/verify.hpp"

#include <algorithm>
#include <utility>

#include "journal/checkpoint_rows.hpp"
#include "journal/stored_row.hpp"
#include "journal/text_check.hpp"

namespace ride::journal {
namespace {

constexpr std::uint64_t progress_events = 1U << 18U;

std::string number_of(Seq seq) { return std::to_string(seq); }

std::string range(Seq first, Seq last) {
  return first == last ? "event " + number_of(first)
                       : "events " + number_of(first) + " to " + number_of(last);
}

std::string are(Seq first, Seq last) { return first == last ? " is" : " are"; }

class Verifier {
 public:
  Verifier(Reader& reader, const VerifyOptions& options)
      : database_(reader.database()), options_(options), texts_(database_) {}

  Verified run() {
    out_.format = database_.integer("PRAGMA user_version");
    out_.origin = origin_of(get_meta(database_, "file_id"));
    out_.texts = static_cast<std::uint64_t>(database_.integer("SELECT count(*) FROM texts"));
    out_.last_seq = static_cast<Seq>(database_.integer("SELECT max(seq) FROM events"));
    out_.first_seq = static_cast<Seq>(database_.integer("SELECT min(seq) FROM events"));
    has_chain_ = out_.format >= 2;
    if (has_chain_) begin_chain();
    begin_receipt();
    walk();
    check_indexes();
    if (has_chain_) end_chain();
    end_receipt();
    return std::move(out_);
  }

 private:
  void begin_chain() {
    const auto later = get_meta(database_, "chained_later");
    if (!later.empty()) out_.chained_later = std::strtoull(later.c_str(), nullptr, 10);
    checkpoints_.emplace(database_, options_.key);
    find_start();
    reach(chain_.state().size);
  }

  // Where the file does not begin with its first event, a checkpoint says that it was pruned.
  void find_start() {
    if (out_.first_seq == 1) return;
    for (CheckpointRows rows(database_, options_.key); rows.here(); rows.advance()) {
      const auto& valid = rows.here()->valid;
      if (out_.first_seq > 0 && rows.here()->size >= out_.first_seq) break;
      if (!valid || valid->mark != mark_pruned) continue;
      chain_ = Chain(valid->state);
      out_.pruned_to = valid->state.size;
    }
    good_to_ = chain_.state().size;
    expected_ = good_to_ + 1;
  }

  void begin_receipt() {
    if (!options_.receipt) return;
    const auto& receipt = *options_.receipt;
    if (!has_chain_)
      return deny_receipt(0, 0, "a file of format 1 has no chain, and no receipt fits it");
    if (receipt.origin != out_.origin)
      return deny_receipt(0, 0,
                          "the receipt is for " + receipt.origin + ", and this is " + out_.origin);
    if (receipt.state.size < chain_.state().size)
      return deny_receipt(0, 0,
                          "the receipt covers only what was pruned from this file: it cannot be "
                          "compared");
    compare_receipt();
  }

  void walk() {
    auto statement = database_.prepare("SELECT " + std::string(stored_columns) +
                                       (has_chain_ ? ", link" : "") + " FROM events ORDER BY seq");
    while (statement.step()) {
      const auto row = row_of(statement);
      check(row, has_chain_ ? statement.integer(6) : 0);
      if (++out_.events % progress_events == 0 && options_.progress)
        options_.progress(row.seq, out_.last_seq);
    }
  }

  // Who reads through an index must find what stands in the table.
  void check_indexes() {
    if (database_.integer("SELECT count(*) FROM pragma_index_list('events')") == 0) return;
    auto rows = database_.prepare("PRAGMA integrity_check(events)");
    if (rows.step() && rows.bytes(0) != "ok")
      add(0, 0, "an index over the events hides some: " + std::string(rows.bytes(0)));
  }

  void check(const StoredRow& row, std::int64_t link) {
    check_place(row);
    if (!row.is_plain)
      add(row.seq, row.seq, "event " + number_of(row.seq) + " holds values that ride never writes");
    if (has_chain_) follow(row, link);
    if (const auto why = texts_.check(row.kind, row.body); !why.empty())
      add(row.seq, row.seq, "event " + number_of(row.seq) + ": " + why);
    expected_ = row.seq + row.span();
  }

  // Behind a pruned part that ended with a hole the first seq may be a later one: its hash tells.
  void check_place(const StoredRow& row) {
    const bool may_be_later = out_.pruned_to && out_.events == 0;
    if (row.seq == expected_ || (may_be_later && row.seq > expected_)) return;
    if (row.seq < expected_) {
      add(row.seq, row.seq,
          "event " + number_of(row.seq) +
              " stands where nothing was recorded, by a hole before it");
    } else {
      add(expected_, row.seq - 1,
          range(expected_, row.seq - 1) + are(expected_, row.seq - 1) + " missing");
    }
    lose();
    reach(row.seq - 1);
  }

  void follow(const StoredRow& row, std::int64_t link) {
    if (!is_lost_) {
      if (row.add_to(chain_) == link) {
        is_doubtful_ = false;
      } else if (!std::exchange(is_doubtful_, true)) {
        add(row.seq, row.seq,
            "event " + number_of(row.seq) +
                " is not what was recorded: its hash does not follow from the one before");
      } else {
        lose();
      }
      compare_receipt();
    }
    reach(row.seq);
  }

  // The hash from here on is not known, until a checkpoint tells it.
  void lose() {
    is_doubtful_ = false;
    if (!std::exchange(is_lost_, true)) lost_at_ = out_.findings.size();
  }

  // The checkpoints up to this size.
  void reach(Seq size) {
    while (checkpoints_ && checkpoints_->here() && checkpoints_->here()->size <= size) {
      const auto row = *checkpoints_->here();
      checkpoints_->advance();
      if (out_.pruned_to && row.size < *out_.pruned_to) continue;
      if (row.valid)
        meet(*row.valid);
      else
        refuse(row.size);
    }
  }

  // Its events may be fine all the same: the next checkpoint that fits tells.
  void refuse(Seq size) {
    refused_.push_back(out_.findings.size());
    add(std::min(good_to_ + 1, size), size,
        "the checkpoint at event " + number_of(size) + " has no valid signature");
  }

  void clear_refused() {
    for (const auto index : std::exchange(refused_, {}))
      if (index < out_.findings.size()) out_.findings[index].first = out_.findings[index].last = 0;
  }

  void meet(const Checkpoint& checkpoint) {
    ++out_.checkpoints;
    out_.signed_to = checkpoint.state.size;
    out_.mark = checkpoint.mark;
    if (checkpoint.state == chain_.state()) {
      clear_refused();
    } else if (!is_lost_ && !is_doubtful_) {
      const auto first = std::min(good_to_ + 1, checkpoint.state.size);
      add(first, checkpoint.state.size,
          range(first, checkpoint.state.size) + are(first, checkpoint.state.size) +
              " not what was signed: at least one was changed, and the links behind it made to "
              "fit");
    }
    if (is_lost_)
      out_.findings[lost_at_ - 1].text +=
          "; the chain goes on behind event " + number_of(checkpoint.state.size);
    chain_ = Chain(checkpoint.state);
    is_lost_ = is_doubtful_ = false;
    good_to_ = checkpoint.state.size;
  }

  void end_chain() {
    std::optional<Checkpoint> beyond;
    for (; checkpoints_->here(); checkpoints_->advance())
      if (checkpoints_->here()->valid)
        beyond = checkpoints_->here()->valid;
      else
        refuse(checkpoints_->here()->size);
    out_.vkeys = checkpoints_->vkeys();
    if (beyond) {
      ++out_.checkpoints;
      add(expected_, beyond->state.size,
          range(expected_, beyond->state.size) + are(expected_, beyond->state.size) +
              " missing: the end was cut off, and a checkpoint for it was signed");
    }
    if (out_.checkpoints > 0) return;
    add(0, 0,
        options_.key
            ? "nothing in this file is signed by the key given"
            : "nothing in this file is signed, though ride signs every file at its beginning");
  }

  void compare_receipt() {
    if (!options_.receipt || out_.receipt != ReceiptState::none || is_doubtful_) return;
    const auto& receipt = *options_.receipt;
    if (receipt.state.size != chain_.state().size) return;
    if (receipt.state.head == chain_.state().head) {
      out_.receipt = ReceiptState::fits;
      return;
    }
    deny_receipt(1, receipt.state.size,
                 "the receipt does not fit: among events 1 to " + number_of(receipt.state.size) +
                     " is one that is not what it was when the receipt was given");
  }

  void end_receipt() {
    if (!options_.receipt || out_.receipt != ReceiptState::none) return;
    const auto size = options_.receipt->state.size;
    if (size > out_.last_seq)
      return deny_receipt(expected_, size,
                          range(expected_, size) + are(expected_, size) +
                              " missing: the receipt covers the events up to " + number_of(size));
    deny_receipt(
        0, 0,
        "the receipt could not be compared: the chain is broken before event " + number_of(size));
  }

  void deny_receipt(Seq first, Seq last, std::string text) {
    out_.receipt = ReceiptState::does_not_fit;
    add(first, last, std::move(text));
  }

  void add(Seq first, Seq last, std::string text) {
    if (out_.findings.size() >= findings_max) {
      ++out_.findings_more;
      return;
    }
    out_.findings.push_back({first, last, std::move(text)});
  }

  Database& database_;
  const VerifyOptions& options_;
  TextCheck texts_;
  Verified out_;
  bool has_chain_ = false;
  std::optional<CheckpointRows> checkpoints_;
  Chain chain_;
  Seq expected_ = 1;
  Seq good_to_ = 0;           // up to here a checkpoint fits
  bool is_doubtful_ = false;  // the last event's link did not fit: if the next one's does, it was
                              // the link alone
  bool is_lost_ = false;
  std::size_t lost_at_ = 0;           // findings there were when the chain was lost
  std::vector<std::size_t> refused_;  // findings: checkpoints without a valid signature
};

}  // namespace

Verified verify(Reader& reader, const VerifyOptions& options) {
  reader.database().run("BEGIN");  // one state of the file, though it may be written meanwhile
  auto out = Verifier(reader, options).run();
  reader.database().run("COMMIT");
  return out;
}

}  // namespace ride::journal
