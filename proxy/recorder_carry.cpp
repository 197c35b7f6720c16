// A record that goes on in another file: where a session may be cut in two, and what the second
// file is told of the first half.
#include "journal/fields.hpp"
#include "proxy/recorder.hpp"

namespace ride::proxy {

using journal::Field;
using journal::Kind;

namespace {

// connection_closed, and the ready or gap behind what is restated.
constexpr std::size_t other_bytes_max = 1'024;
constexpr std::size_t other_events_max = 2;

}  // namespace

// Counted there before it is not counted here any more. What it wrote until now is on its way to
// the disk, and no answer waits for it.
void Recorder::settle_in(Ledger& ledger) {
  on_disk();
  written_to_ = 0;
  ++ledger.sessions;
  --ledger_->sessions;
  ledger_ = &ledger;
  entry_.journal = &ledger.journal;
}

// Outside any transaction, with nothing asked, half sent or unread: each file then has whole
// statements, and whole transactions.
bool Recorder::rests() const {
  const bool followed = ready_ && !raw_ && !saw_fatal_ && !said_goodbye_ && !unreadable();
  return followed && session_.idle() && !session_.mid_batch() && asked_.empty() &&
         !answered_unseen_ && cuts_unrecorded_ == 0 && client_framer_.between_messages() &&
         server_framer_.between_messages();
}

// On another thread, in the same file.
void Recorder::move_to(Worker& worker) {
  worker_ = &worker;
  settle_in(worker.ledger_of(ledger_->journal));
}

void Recorder::go_on() {
  auto& next = worker_->ledger();
  if (ledger_ == &next) return;
  if (!opened_ || closed_) return settle_in(next);  // nothing is said of it in two files
  // An answer that waits for the disk waits for the ring in which it is recorded.
  if (!rests() || !on_disk() || !ledger_->appender.room(other_bytes_max, other_events_max) ||
      !next.appender.room(carried_.bytes() + other_bytes_max + room_bytes(),
                          carried_.events() + other_events_max))
    return;
  auto& before = *ledger_;
  now_us_ = worker_->shared.clock.now_us();
  settle_in(next);
  restate();
  written_to_ = ledger_->appender.position();
  close_in(before);
}

void Recorder::restate() {
  last_answered_ = 0;
  carried_.restate([this](Kind kind, Bytes body) {
    const auto seq = ledger_->appender.append(kind, entry_.connection, now_us_, body);
    if (kind == Kind::parse) last_answered_ = seq;
  });
  if (last_answered_ != 0) {
    begin()
        .put(Field::request, last_answered_)
        .put(Field::status, Bytes("I"))
        .put(Field::carried, std::uint64_t{1});
    write(Kind::ready);
  }
  if (carried_.unkept() == 0) return;
  const auto why = "prepared statements of the file before that were not kept for this one: " +
                   std::to_string(carried_.unkept());
  begin().put(Field::message, why);
  write(Kind::gap);
}

// What it sent and received is told once: by each file what passed while it was in use.
void Recorder::close_in(Ledger& before) {
  begin()
      .put(Field::how, Bytes("carried"))
      .put(Field::bytes_in, bytes_in_ - told_bytes_in_)
      .put(Field::bytes_out, bytes_out_ - told_bytes_out_);
  before.appender.append(Kind::connection_closed, entry_.connection, now_us_, worker_->body);
  told_bytes_in_ = bytes_in_;
  told_bytes_out_ = bytes_out_;
}

}  // namespace ride::proxy
