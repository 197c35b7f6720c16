#include "protocol/resync.hpp"

#include <algorithm>

#include "protocol/messages.hpp"

namespace ride::protocol {

namespace {

constexpr Bytes idle_ready("Z\0\0\0\5I", 6);

bool is_asynchronous(char tag) {
  return tag == ErrorResponse::notice_tag || tag == ParameterStatus::tag ||
         tag == NotificationResponse::tag;
}

// Of messages that make sense to an idle server, those that can be decoded.
bool is_request(const Frame& frame) {
  switch (frame.tag) {
    case Query::tag:
      return static_cast<bool>(decode_query(frame.body));
    case Parse::tag:
      return static_cast<bool>(decode_parse(frame.body));
    case Bind::tag:
      return static_cast<bool>(decode_bind(frame.body));
    case Describe::tag:
      return static_cast<bool>(decode_describe(frame.body));
    case Execute::tag:
      return static_cast<bool>(decode_execute(frame.body));
    case Close::tag:
      return static_cast<bool>(decode_close(frame.body));
    case FunctionCall::tag:
      return static_cast<bool>(decode_function_call(frame.body));
    case Flush::tag:
    case Sync::tag:
    case Terminate::tag:
      return frame.body_bytes == 0;
    default:  // any byte may come
      return false;
  }
}

bool ends_a_batch(char tag) {
  return tag == Query::tag || tag == Sync::tag || tag == FunctionCall::tag || tag == Terminate::tag;
}

}  // namespace

void Resync::on_server(const Frame& frame) {
  if (frame.tag == ReadyForQuery::tag)
    at_rest_ = frame.whole && frame.body == idle_ready.substr(header_bytes);
  else if (!is_asynchronous(frame.tag))
    at_rest_ = false;
}

void Resync::on_unreadable_server(Bytes chunk) {
  tail_.append(chunk.substr(chunk.size() - std::min(chunk.size(), idle_ready.size())));
  if (tail_.size() > idle_ready.size()) tail_.erase(0, tail_.size() - idle_ready.size());
  at_rest_ = tail_ == idle_ready;
}

bool Resync::may_begin_at(Bytes client_chunk) const {
  if (!at_rest_) return false;
  Framer framer(Side::client, static_cast<std::uint32_t>(client_chunk.size()));
  framer.feed(client_chunk);
  char last = 0;
  while (const auto frame = framer.next()) {
    if (!is_request(*frame)) return false;
    last = frame->tag;
  }
  return framer.between_messages() && ends_a_batch(last);
}

void Resync::forget() {
  tail_.clear();
  at_rest_ = false;
}

}  // namespace ride::protocol
