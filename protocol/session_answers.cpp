// What the server sends.
#include <algorithm>

#include "protocol/session.hpp"

namespace ride::protocol {

namespace {

TxStatus to_status(const Frame& frame) {
  const auto ready = decode_ready_for_query(frame.body);
  return ready ? ready->status : TxStatus::unknown;
}

constexpr char row_tag = 'D';
constexpr std::string_view unreadable = "message that cannot be read";

}  // namespace

void Session::on_server(const Frame& frame, Observer& out) {
  if (frame.tag == row_tag && goes_on_with(Side::server) == row_tag) return on_row(frame, out);
  if (phase_ == Phase::over || on_asynchronous(frame, out)) return;
  if (phase_ == Phase::starting) return on_start_up(frame, out);
  const auto answer = to_answer(frame.tag);
  if (!answer) return out.protocol_violation(Side::server, 0, frame.tag, "not an answer");
  on_answer(*answer, frame, out);
}

char Session::goes_on_with(Side sender) const {
  if (sender == Side::client) return takes_copy_data() ? CopyData::tag : '\0';
  if (phase_ != Phase::open || queue_.empty()) return 0;
  const auto item = queue_.front().item;
  if (item != Item::query && item != Item::execute) return 0;
  if (progress_.step == Step::results) return row_tag;
  return progress_.step == Step::copy_out ? CopyData::tag : '\0';
}

void Session::passed_over(Side sender, const Framer::Run& run) {
  const auto wire_bytes = run.messages * header_bytes + run.body_bytes;
  (sender == Side::client ? progress_.bytes_in : progress_.bytes_out) += wire_bytes;
  if (sender == Side::client || progress_.step == Step::copy_out) {
    progress_.copy_bytes += run.body_bytes;
  } else {
    progress_.rows += run.messages;
    progress_.row_bytes += run.body_bytes;
  }
}

// A row behind another message of its result: there may be millions, and none changes the state.
void Session::on_row(const Frame& frame, Observer& out) {
  passed_over(Side::server, {1, frame.body_bytes});
  out.data_row(queue_.front().request, progress_.ordinal, frame.body, frame.body_bytes);
}

// What may come between any two messages, and changes no state.
bool Session::on_asynchronous(const Frame& frame, Observer& out) {
  switch (frame.tag) {
    case ErrorResponse::notice_tag: {
      const bool of_query = in_flight() != 0 && queue_.front().item == Item::query;
      out.notice(in_flight(), of_query ? progress_.ordinal : 0, frame.body);
      return true;
    }
    case ParameterStatus::tag:
      if (const auto status = decode_parameter_status(frame.body))
        out.parameter_status(status->name, status->value);
      else
        out.protocol_violation(Side::server, 0, frame.tag, unreadable);
      return true;
    case NotificationResponse::tag:
      if (const auto notification = decode_notification_response(frame.body))
        out.notification(*notification);
      else
        out.protocol_violation(Side::server, 0, frame.tag, unreadable);
      return true;
    default:
      return false;
  }
}

// Before the first ReadyForQuery. Requests sent this early wait in the queue.
void Session::on_start_up(const Frame& frame, Observer& out) {
  switch (frame.tag) {
    case Authentication::tag: {
      const auto authentication = decode_authentication(frame.body);
      if (!authentication) return;
      sasl_offered_ = authentication->code == AuthenticationSasl::code;
      out.authentication(authentication->code);
      if (authentication->code == 0) out.authenticated();
      return;
    }
    case NegotiateProtocolVersion::tag:
      if (const auto negotiated = decode_negotiate_protocol_version(frame.body))
        out.negotiated(*negotiated);
      return;
    case BackendKeyData::tag:
      if (const auto key = decode_backend_key_data(frame.body)) out.backend_key(*key);
      return;
    case ErrorResponse::tag:
      out.connection_error(frame.body, is_fatal(frame.body));
      if (is_fatal(frame.body)) cut_all(out);
      return;
    case ReadyForQuery::tag:
      phase_ = Phase::open;
      status_ = to_status(frame);
      return out.ready(0, status_);
    default:
      return out.protocol_violation(Side::server, 0, frame.tag, "not of the start-up");
  }
}

void Session::on_answer(Answer answer, const Frame& frame, Observer& out) {
  if (phase_ == Phase::lost && answer == Answer::ready)
    return ready_while_lost(to_status(frame), out);
  if (phase_ == Phase::lost) return on_stray(answer, frame, out);

  settle(answer);
  const auto step =
      queue_.empty() ? std::nullopt : next(queue_.front().item, progress_.step, answer);
  if (!step) return on_stray(answer, frame, out);

  progress_.bytes_out += header_bytes + frame.body_bytes;
  if (answer == Answer::error) return on_error(*step, frame, out);
  if (answer == Answer::ready) return on_ready(frame, out);
  on_result(answer, frame, out);
  if (*step == Step::done) return pop();
  progress_.step = *step;
  if (answer == Answer::copy_in || answer == Answer::copy_both) take_early_copy_data(out);
}

// An answer to nothing that was asked.
void Session::on_stray(Answer answer, const Frame& frame, Observer& out) {
  if (answer == Answer::error) {
    const bool fatal = is_fatal(frame.body);
    out.connection_error(frame.body, fatal);
    if (fatal) return cut_all(out);
  }
  if (answer == Answer::ready && queue_.empty()) {  // one too many does no harm
    status_ = to_status(frame);
    out.protocol_violation(Side::server, 0, frame.tag, "ReadyForQuery that nothing asked for");
    return;
  }
  lose(Side::server, frame.tag, "answer that fits nothing asked", out);
  if (answer == Answer::ready) ready_while_lost(to_status(frame), out);
}

// Answers other than error and ready, told; the caller moves the state.
void Session::on_result(Answer answer, const Frame& frame, Observer& out) {
  const auto& head = queue_.front();
  switch (answer) {
    case Answer::parse_complete:
    case Answer::bind_complete:
    case Answer::close_complete:
    case Answer::no_data:
      return end_statement({.how = Ending::complete}, out);
    case Answer::parameter_description:
      return out.parameter_description(head.request, frame.body);
    case Answer::row_description:
      out.row_description(head.request, progress_.ordinal, frame.body, frame.body_bytes);
      if (head.item != Item::query) end_statement({.how = Ending::complete}, out);
      return;
    case Answer::data_row:
      progress_.rows += 1;
      progress_.row_bytes += frame.body_bytes;
      return out.data_row(head.request, progress_.ordinal, frame.body, frame.body_bytes);
    case Answer::command_complete: {
      if (progress_.step == Step::copy_in || progress_.step == Step::copy_both)
        forget_swallowed_syncs();
      Reader in(frame.tag, frame.body);
      return end_statement({.how = Ending::complete, .tag = in.cstring()}, out);
    }
    case Answer::empty_query:
      return end_statement({.how = Ending::empty}, out);
    case Answer::portal_suspended:
      return end_statement({.how = Ending::suspended}, out);
    case Answer::copy_in:
      return begin_copy(frame, CopyDirection::in, out);
    case Answer::copy_out:
      return begin_copy(frame, CopyDirection::out, out);
    case Answer::copy_both:
      return begin_copy(frame, CopyDirection::both, out);
    case Answer::copy_data:
      progress_.copy_bytes += frame.body_bytes;
      return out.copy_data(head.request, progress_.ordinal, CopyDirection::out, frame.body,
                           frame.body_bytes);
    case Answer::copy_done:
      return;
    case Answer::function_result:
      out.function_result(head.request, frame.body, frame.body_bytes);
      return end_statement({.how = Ending::complete}, out);
    case Answer::error:
    case Answer::ready:
      return;
  }
}

// Moves the state itself: an error ends its request in more ways than one.
void Session::on_error(Step step, const Frame& frame, Observer& out) {
  const auto head = queue_.front();
  const bool fatal = is_fatal(frame.body);
  Ended ended{.how = Ending::error, .error = frame.body};
  ended.sqlstate = error_field(frame.body, 'C');
  ended.fatal = fatal;
  const bool call_answered = head.item == Item::function_call && progress_.step == Step::between;
  ended.at_sync = head.item == Item::sync || call_answered;

  // A fatal error or an empty batch's is not about requests that have all been answered.
  const bool concerns_batch = (call_answered || head.count > 0) && !fatal;
  if (ended.at_sync ? concerns_batch : is_request(head.item))
    end_statement(ended, out);
  else
    out.connection_error(frame.body, fatal);
  if (fatal) {
    pop();
    return cut_all(out);
  }

  const bool was_reading = progress_.step == Step::copy_in || progress_.step == Step::copy_both;
  const bool in_doubt = was_reading && doubt_swallowed_syncs();
  if (step != Step::done) {
    progress_.step = step;
    return;
  }
  pop();
  if (!error_skips_to_sync(head.item)) return;
  if (in_doubt)
    skip_in_doubt(out);
  else
    skip_to_sync();
}

void Session::on_ready(const Frame& frame, Observer& out) {
  const auto head = queue_.front();
  pop();
  if (head.item == Item::maybe_sync) ++syncs_maybe_answered_;
  syncs_maybe_answered_ = std::min(syncs_maybe_answered_, syncs_ahead());
  if (intake_ == Intake::uncertain) intake_ = Intake::queueing;
  status_ = to_status(frame);
  if (status_ == TxStatus::unknown) out.protocol_violation(Side::server, 0, frame.tag, unreadable);
  out.ready(head.request, status_);
}

void Session::begin_copy(const Frame& frame, CopyDirection direction, Observer& out) {
  const auto format = Reader(frame.tag, frame.body).u8();
  out.copy_began(queue_.front().request, progress_.ordinal, direction, format);
}

// Tells how the statement at the head ended, and counts anew for the next one.
void Session::end_statement(Ended ended, Observer& out) {
  const auto& head = queue_.front();
  ended.request = head.request;
  ended.kind = kind_of(head.item);
  ended.ordinal = ended.at_sync ? 1 : progress_.ordinal;
  ended.rows = progress_.rows;
  ended.row_bytes = progress_.row_bytes;
  ended.copy_bytes = progress_.copy_bytes;
  ended.bytes_in = progress_.bytes_in + (progress_.ordinal == 0 ? head.bytes : 0);
  ended.bytes_out = progress_.bytes_out;
  progress_ = {.step = progress_.step, .ordinal = progress_.ordinal + 1};
  out.ended(ended);
}

}  // namespace ride::protocol
