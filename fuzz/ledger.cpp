#include "fuzz/ledger.hpp"

#include <algorithm>
#include <utility>

#include "fuzz/input.hpp"

namespace ride::fuzz {

using protocol::CopyDirection;
using protocol::Ending;
using protocol::RequestId;
using protocol::RequestKind;

std::vector<Told> Ledger::take() { return std::exchange(told_, {}); }

void Ledger::close() {
  for (auto id = through_ + 1; id <= asked_last(); ++id) {
    const bool skipped = skipping_from_ != 0 && id >= skipping_from_;
    must(has_ended(id) || skipped, "every request has an ending when the connection is over");
  }
  closed_ = true;
}

// FNV-1a, with the size in front so that no two sequences of texts look alike.
void Ledger::mix(Bytes bytes) {
  mix(bytes.size());
  for (const char byte : bytes)
    digest_ = (digest_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
}

void Ledger::mix(std::uint64_t number) { digest_ = (digest_ ^ number) * 0x100000001b3U; }

void Ledger::asked(RequestKind kind, RequestId id, std::uint64_t omitted) {
  must(id == asked_last() + 1, "requests are numbered without holes");
  requests_.push_back({kind});
  mix(static_cast<std::uint64_t>(kind));
  mix(omitted);
  told_.push_back({Told::What::asked, id});
}

// To be called with everything that speaks of a request.
Ledger::Request& Ledger::answered(RequestId id, std::uint32_t ordinal) {
  must(!closed_, "nothing is told after the end");
  must(id >= 1 && id <= asked_last(), "only what was asked is answered");
  must(id > through_, "nothing is answered behind its ReadyForQuery");
  must(id >= answered_last_, "answers come in the order of the requests");
  answered_last_ = id;
  auto& request = requests_[id - 1];
  must(!request.cut, "nothing is answered that was cut");
  must(ordinal == request.endings, "statements are numbered by the endings before them");
  must(ordinal == 0 || request.kind == RequestKind::query, "only a Query has several statements");
  mix(id);
  mix(ordinal);
  return request;
}

void Ledger::query(RequestId id, const protocol::Query& message, std::uint64_t omitted) {
  asked(RequestKind::query, id, omitted);
  mix(message.query);
}
void Ledger::parse(RequestId id, const protocol::Parse& message, std::uint64_t omitted) {
  asked(RequestKind::parse, id, omitted);
  for (const auto text : {message.statement, message.query, message.parameter_types}) mix(text);
}
void Ledger::bind(RequestId id, const protocol::Bind& message, std::uint64_t omitted) {
  asked(RequestKind::bind, id, omitted);
  for (const auto text :
       {message.portal, message.statement, message.parameters, message.result_formats})
    mix(text);
}
void Ledger::describe(RequestId id, const protocol::Describe& message, std::uint64_t omitted) {
  asked(RequestKind::describe, id, omitted);
  mix(static_cast<unsigned char>(message.kind));
  mix(message.name);
}
void Ledger::execute(RequestId id, const protocol::Execute& message, std::uint64_t omitted) {
  asked(RequestKind::execute, id, omitted);
  mix(message.portal);
  mix(message.max_rows);
}
void Ledger::close(RequestId id, const protocol::Close& message, std::uint64_t omitted) {
  asked(RequestKind::close, id, omitted);
  mix(static_cast<unsigned char>(message.kind));
  mix(message.name);
}
void Ledger::function_call(RequestId id, const protocol::FunctionCall& message,
                           std::uint64_t omitted) {
  asked(RequestKind::function_call, id, omitted);
  mix(message.function);
  mix(message.parameters);
}

void Ledger::parameter_description(RequestId id, Bytes body) {
  answered(id, 0);
  mix(body);
  told_.push_back({Told::What::answer, id});
}
void Ledger::row_description(RequestId id, std::uint32_t ordinal, Bytes body, std::uint64_t bytes) {
  answered(id, ordinal);
  mix(body);
  mix(bytes);
  told_.push_back({Told::What::answer, id, ordinal});
}
void Ledger::data_row(RequestId id, std::uint32_t ordinal, Bytes body, std::uint64_t bytes) {
  auto& request = answered(id, ordinal);
  ++request.counts.rows;
  request.counts.row_bytes += bytes;
  must(body.size() <= bytes, "no more is kept of a row than it had");
  mix(body);
  told_.push_back({Told::What::answer, id, ordinal});
}
void Ledger::function_result(RequestId id, Bytes body, std::uint64_t bytes) {
  answered(id, 0);
  must(body.size() <= bytes, "no more is kept of a result than it had");
  mix(body);
  told_.push_back({Told::What::answer, id});
}
void Ledger::copy_began(RequestId id, std::uint32_t ordinal, CopyDirection direction,
                        std::uint8_t format) {
  answered(id, ordinal);
  mix(static_cast<std::uint64_t>(direction));
  mix(format);
  told_.push_back({Told::What::answer, id, ordinal});
}
void Ledger::copy_data(RequestId id, std::uint32_t ordinal, CopyDirection direction, Bytes payload,
                       std::uint64_t bytes) {
  must(direction != CopyDirection::both, "data goes one way");
  must(payload.size() <= bytes, "no more is kept of a payload than it had");
  auto& request = answered(id, ordinal);
  request.counts.copy_bytes += bytes;
  mix(payload);
  mix(bytes);
  told_.push_back({Told::What::answer, id, ordinal});
}

void Ledger::check_counts(const protocol::Ended& ended, Request& request) {
  const Counts said = {ended.rows, ended.row_bytes, ended.copy_bytes};
  must(said == std::exchange(request.counts, {}), "an ending counts what was told before it");
  told_bytes_[0] += ended.bytes_in;
  told_bytes_[1] += ended.bytes_out;
  for (const int side : {0, 1})
    must(told_bytes_[side] <= wire_bytes_[side], "no byte is counted twice");
}

void Ledger::ended(const protocol::Ended& ended) {
  if (ended.at_sync) {
    must(ended.request >= 1 && ended.request <= asked_last(), "a Sync's error has a request");
    must(ended.request > through_ && ended.ordinal == 1, "a Sync's error comes behind the batch");
    must(has_ended(ended.request), "a Sync's error comes behind an ending");
    mix(ended.request);
  } else {
    auto& request = answered(ended.request, ended.ordinal);
    must(request.kind == ended.kind, "an ending is of its request's kind");
    check_counts(ended, request);
    ++request.endings;
    request.cut = ended.how == Ending::cut;
  }
  must((ended.how == Ending::error) || ended.error.empty(), "only an error has a body");
  must(!ended.at_sync || ended.how == Ending::error, "only errors come at Sync");
  mix(static_cast<std::uint64_t>(ended.how));
  mix(ended.tag);
  mix(ended.error);
  mix(ended.bytes_in);
  mix(ended.bytes_out);
  const bool simple = ended.kind == RequestKind::query || ended.kind == RequestKind::function_call;
  if (ended.how == Ending::error && !simple && !ended.at_sync) skipping_from_ = ended.request + 1;
  told_.push_back({Told::What::ending, ended.request, ended.ordinal, ended.how, ended.at_sync});
}

void Ledger::ready(RequestId through, protocol::TxStatus status) {
  must(!closed_, "nothing is told after the end");
  must(through >= through_ && through <= asked_last(), "ReadyForQuery goes forward");
  for (auto id = through_ + 1; id <= through; ++id) {
    const bool skipped = skipping_from_ != 0 && id >= skipping_from_;
    must(has_ended(id) || skipped, "ReadyForQuery leaves nothing open behind it");
  }
  through_ = through;
  skipping_from_ = 0;
  skips_unasked_ = false;
  mix(through);
  mix(static_cast<unsigned char>(status));
  told_.push_back({Told::What::ready, through});
}

void Ledger::notice(RequestId id, std::uint32_t ordinal, Bytes body) {
  // One of a commit comes behind a call's result.
  must(id <= asked_last() && (id == 0 || id > through_), "a notice is of what is being answered");
  const bool of_call = id != 0 && requests_[id - 1].kind == RequestKind::function_call;
  if (id != 0 && !of_call) answered(id, ordinal);
  must(!of_call || ordinal == 0, "a call is one statement");
  mix(body);
}
void Ledger::parameter_status(std::string_view name, std::string_view value) {
  mix(name);
  mix(value);
}
void Ledger::notification(const protocol::NotificationResponse& message) {
  mix(message.channel);
  mix(message.payload);
}
void Ledger::negotiated(const protocol::NegotiateProtocolVersion& message) { mix(message.version); }
void Ledger::backend_key(const protocol::BackendKeyData& message) { mix(message.key); }

void Ledger::connection_error(Bytes body, bool fatal) {
  skips_unasked_ = !fatal && skipping_from_ == 0;  // of a Flush with a body, or it is lost
  if (skips_unasked_) skipping_from_ = std::max(through_, answered_last_) + 1;
  mix(body);
  told_.push_back({Told::What::connection_error});
}
void Ledger::protocol_violation(protocol::Side side, RequestId id, char tag, std::string_view why) {
  must(id <= asked_last(), "a violation is of what was asked");
  const bool of_error =
      tag == protocol::ErrorResponse::tag && why == "answer that fits nothing asked";
  if (skips_unasked_ && of_error) skipping_from_ = 0;
  mix(static_cast<std::uint64_t>(side));
  mix(static_cast<unsigned char>(tag));
  mix(why);
  told_.push_back({Told::What::lost_track, id});
}

}  // namespace ride::fuzz
