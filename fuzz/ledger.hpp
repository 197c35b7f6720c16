// Keeps book of what a session tells, and ends the program where that cannot be true whatever was
// said on the wire: numbers with holes, an answer to what was not asked, out of order or after its
// ending, counts that do not add up, a request that has no ending when the connection is over.
#pragma once

#include <cstdint>
#include <vector>

#include "protocol/observer.hpp"

namespace ride::fuzz {

// One call about a request.
struct Told {
  enum class What { asked, answer, ending, ready, lost_track, connection_error };
  What what = What::asked;
  protocol::RequestId request = 0;
  std::uint32_t ordinal = 0;
  protocol::Ending how = protocol::Ending::complete;
  bool at_sync = false;
};

class Ledger : public protocol::Observer {
 public:
  // The calls since the last take().
  std::vector<Told> take();
  protocol::RequestId asked_last() const { return requests_.size(); }
  protocol::RequestId through() const { return through_; }
  bool has_ended(protocol::RequestId request) const { return requests_[request - 1].endings > 0; }
  // Nothing may be told but notices and the like: the session has been finished.
  void close();
  // Of every call with all it said: two equal sequences have the same digest.
  std::uint64_t digest() const { return digest_; }

  void count_wire(protocol::Side side, std::uint64_t bytes) {
    wire_bytes_[side == protocol::Side::client ? 0 : 1] += bytes;
  }

 private:
  struct Counts {
    std::uint64_t rows = 0;
    std::uint64_t row_bytes = 0;
    std::uint64_t copy_bytes = 0;
    bool operator==(const Counts&) const = default;
  };
  struct Request {
    protocol::RequestKind kind = protocol::RequestKind::query;
    std::uint32_t endings = 0;
    bool cut = false;
    Counts counts = {};  // since the last ending
  };

  void authenticated() override { mix("authenticated"); }
  void negotiated(const protocol::NegotiateProtocolVersion& message) override;
  void backend_key(const protocol::BackendKeyData& message) override;
  void query(protocol::RequestId id, const protocol::Query& message,
             std::uint64_t omitted) override;
  void parse(protocol::RequestId id, const protocol::Parse& message,
             std::uint64_t omitted) override;
  void bind(protocol::RequestId id, const protocol::Bind& message, std::uint64_t omitted) override;
  void describe(protocol::RequestId id, const protocol::Describe& message,
                std::uint64_t omitted) override;
  void execute(protocol::RequestId id, const protocol::Execute& message,
               std::uint64_t omitted) override;
  void close(protocol::RequestId id, const protocol::Close& message,
             std::uint64_t omitted) override;
  void function_call(protocol::RequestId id, const protocol::FunctionCall& message,
                     std::uint64_t omitted) override;
  void terminate() override { mix("terminate"); }
  void parameter_description(protocol::RequestId id, Bytes body) override;
  void row_description(protocol::RequestId id, std::uint32_t ordinal, Bytes body,
                       std::uint64_t body_bytes) override;
  void data_row(protocol::RequestId id, std::uint32_t ordinal, Bytes body,
                std::uint64_t body_bytes) override;
  void function_result(protocol::RequestId id, Bytes body, std::uint64_t body_bytes) override;
  void copy_began(protocol::RequestId id, std::uint32_t ordinal, protocol::CopyDirection direction,
                  std::uint8_t format) override;
  void copy_data(protocol::RequestId id, std::uint32_t ordinal, protocol::CopyDirection direction,
                 Bytes payload, std::uint64_t payload_bytes) override;
  void ended(const protocol::Ended& ended) override;
  void ready(protocol::RequestId through, protocol::TxStatus status) override;
  void notice(protocol::RequestId id, std::uint32_t ordinal, Bytes body) override;
  void parameter_status(std::string_view name, std::string_view value) override;
  void notification(const protocol::NotificationResponse& message) override;
  void connection_error(Bytes body, bool fatal) override;
  void protocol_violation(protocol::Side side, protocol::RequestId id, char tag,
                          std::string_view why) override;

  void asked(protocol::RequestKind kind, protocol::RequestId id, std::uint64_t omitted);
  Request& answered(protocol::RequestId id, std::uint32_t ordinal);
  void check_counts(const protocol::Ended& ended, Request& request);
  void mix(Bytes bytes);
  void mix(std::uint64_t number);

  std::vector<Told> told_;
  std::vector<Request> requests_;  // by number; the first has number 1
  protocol::RequestId through_ = 0;
  protocol::RequestId answered_last_ = 0;
  protocol::RequestId skipping_from_ = 0;  // 0: PostgreSQL skips nothing
  bool skips_unasked_ = false;             // because of an error that was no request's
  std::uint64_t wire_bytes_[2] = {};
  std::uint64_t told_bytes_[2] = {};
  std::uint64_t digest_ = 0xcbf29ce484222325U;
  bool closed_ = false;
};

}  // namespace ride::fuzz
