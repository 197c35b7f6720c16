// What the client sends, and the life of the session.
#include "protocol/session.hpp"

#include <algorithm>
#include <utility>

namespace ride::protocol {

namespace {

std::uint64_t wire_bytes(const Frame& frame) { return header_bytes + frame.body_bytes; }

}  // namespace

void Session::on(Side sender, const Frame& frame, Observer& out) {
  switch (sender) {
    case Side::client:
      return on_client(frame, out);
    case Side::server:
      return on_server(frame, out);
  }
}

void Session::on_broken(Side sender, const DecodeError& error, Observer& out) {
  out.protocol_violation(sender, 0, error.tag, to_text(error.fault));
  // What the client asked before is still answered; a broken server side answers nothing more.
  if (sender == Side::server) cut_all(out);
}

void Session::resume(Observer& out) {
  cut_all(out);
  intake_ = Intake::queueing;
  status_ = TxStatus::idle;
  batch_requests_ = 0;
  syncs_maybe_answered_ = 0;
  readies_in_doubt_ = 0;
  batch_in_doubt_ = false;
  phase_ = Phase::lost;
}

void Session::finish(Observer& out) { cut_all(out); }

bool Session::busy() const {
  if (intake_ != Intake::queueing) return true;
  const bool asked = std::any_of(queue_.begin(), queue_.end(), [](const Pending& pending) {
    return is_request(pending.item) || pending.item == Item::bad_flush;
  });
  return asked || syncs_ahead() > syncs_maybe_answered_;
}

RequestId Session::in_flight() const {
  if (phase_ != Phase::open || queue_.empty() || !is_request(queue_.front().item)) return 0;
  return queue_.front().request;
}

Ended Session::so_far() const {
  Ended out{.request = in_flight(), .ordinal = progress_.ordinal};
  if (out.request == 0) return out;
  out.bytes_in = progress_.bytes_in + (progress_.ordinal == 0 ? queue_.front().bytes : 0);
  out.bytes_out = progress_.bytes_out;
  return out;
}

void Session::on_client(const Frame& frame, Observer& out) {
  switch (frame.tag) {
    case Query::tag:
      return on_request(Item::query, frame, read_query, &Observer::query, out);
    case Parse::tag:
      return on_request(Item::parse, frame, read_parse, &Observer::parse, out);
    case Bind::tag:
      return on_request(Item::bind, frame, read_bind, &Observer::bind, out);
    case Describe::tag: {
      const bool portal = frame.body.substr(0, 1) == "P";
      return on_request(portal ? Item::describe_portal : Item::describe_statement, frame,
                        read_describe, &Observer::describe, out);
    }
    case Execute::tag:
      return on_request(Item::execute, frame, read_execute, &Observer::execute, out);
    case Close::tag:
      return on_request(Item::close, frame, read_close, &Observer::close, out);
    case FunctionCall::tag:
      return on_request(Item::function_call, frame, read_function_call, &Observer::function_call,
                        out);
    case Sync::tag:
      return on_sync(frame, out);
    case Flush::tag:
      return on_flush(frame, out);
    case CopyData::tag:
      return on_client_copy_data(frame, out);
    case CopyDone::tag:
    case CopyFail::tag:
      if (!queue_.empty()) enqueue({Item::copy_end}, frame.tag, out);
      return;
    case Terminate::tag:
      return out.terminate();
    case 'p':  // a password or the like
      return on_proof(frame, out);
    default:  // any byte may come
      return out.protocol_violation(Side::client, 0, frame.tag, to_text(Fault::unknown_type));
  }
}

// Never looked at and never handed out, but for the mechanism that the first answer to an offer of
// SASL begins with.
void Session::on_proof(const Frame& frame, Observer& out) {
  if (phase_ != Phase::starting)
    return out.protocol_violation(Side::client, 0, frame.tag, "password message after start-up");
  if (!std::exchange(sasl_offered_, false) || !frame.whole) return;
  if (const auto begun = decode_sasl_initial_response(frame.body)) out.sasl_begun(*begun);
}

template <typename Message>
void Session::on_request(Item item, const Frame& frame, Message (*read)(Reader&),
                         void (Observer::*tell)(RequestId, const Message&, std::uint64_t),
                         Observer& out) {
  Reader in(frame.tag, frame.body);
  const auto message = read(in);
  in.end();
  const auto id = ++last_request_;
  (out.*tell)(id, message, frame.body_bytes - frame.body.size());
  // The server will say what it thinks of a damaged message: it counts as a request all the same.
  if (frame.whole && in.error())
    out.protocol_violation(Side::client, id, frame.tag, to_text(in.error()->fault));

  switch (intake_) {
    case Intake::queueing:
      batch_requests_ = owes_ready(item) ? 0 : batch_requests_ + 1;
      return enqueue({item, 0, id, wire_bytes(frame)}, frame.tag, out);
    case Intake::skipping:
      return;
    case Intake::uncertain:
      Ended cut{.request = id, .kind = kind_of(item), .how = Ending::cut};
      cut.bytes_in = wire_bytes(frame);
      return cut_in_doubt(item, cut, frame.tag, out);
  }
}

void Session::on_sync(const Frame& frame, Observer& out) {
  if (frame.body_bytes > 0) {  // PostgreSQL answers it by an error, which is not the batch's
    out.protocol_violation(Side::client, 0, frame.tag, to_text(Fault::leftover));
    batch_requests_ = 0;
  }
  if (intake_ != Intake::queueing) batch_requests_ = 0;  // it has failed
  intake_ = Intake::queueing;
  enqueue({Item::sync, batch_requests_, last_request_}, frame.tag, out);
  batch_requests_ = 0;
}

void Session::on_flush(const Frame& frame, Observer& out) {
  if (frame.body_bytes == 0) return;
  out.protocol_violation(Side::client, 0, frame.tag, to_text(Fault::leftover));
  if (intake_ == Intake::queueing) enqueue({Item::bad_flush}, frame.tag, out);
}

// The COPY under way reads what the client sends now.
bool Session::takes_copy_data() const {
  const bool reading = progress_.step == Step::copy_in || progress_.step == Step::copy_both;
  return reading && copy_ends_ == 0 && !queue_.empty() && phase_ != Phase::lost;
}

// CopyData belongs to the COPY under way; or, sent ahead, to one that the server has yet to begin;
// or to none: PostgreSQL drops it then, without a word.
void Session::on_client_copy_data(const Frame& frame, Observer& out) {
  if (queue_.empty() || phase_ == Phase::lost) return;
  if (takes_copy_data()) {
    passed_over(Side::client, {1, frame.body_bytes});
    out.copy_data(queue_.front().request, progress_.ordinal, CopyDirection::in, frame.body,
                  frame.body_bytes);
  } else if (queue_.back().item == Item::copy_data) {
    queue_.back().count += 1;
    queue_.back().bytes += frame.body_bytes;
  } else {
    enqueue({Item::copy_data, 1, 0, frame.body_bytes}, frame.tag, out);
  }
}

}  // namespace ride::protocol
