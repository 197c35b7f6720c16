// What a Session sees, told to whoever wants to know (the recorder, tests). Every call happens
// inside Session::on() or Session::finish(), on the caller's thread; every view dies with the call.
// All methods do nothing unless overridden. Time is the observer's own business.
//
// Requests are numbered from 1 in order of arrival: Query, Parse, Bind, Describe, Execute, Close
// and FunctionCall get a number, nothing else does. `ordinal` counts the statements inside one
// Query from 0; it is 0 for all others (but see Ended::at_sync).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "protocol/backend.hpp"
#include "protocol/framer.hpp"
#include "protocol/frontend.hpp"
#include "protocol/sasl.hpp"

namespace ride::protocol {

using RequestId = std::uint64_t;  // 0: none

enum class RequestKind : std::uint8_t {
  query,
  parse,
  bind,
  describe,
  execute,
  close,
  function_call,
};

enum class Ending : std::uint8_t {
  complete,   // CommandComplete; ParseComplete, BindComplete, CloseComplete; the answer to Describe
              // or a call
  empty,      // EmptyQueryResponse
  suspended,  // PortalSuspended: max_rows reached, a later Execute may go on
  error,      // ErrorResponse
  cut,        // never answered: the connection ended, or the session lost track; outcome unknown
};

enum class CopyDirection : std::uint8_t { in, out, both };  // in: from the client

// How one statement (or other request) ended. Requests that PostgreSQL skips after an error have no
// Ended: they lie behind the failed one and are not above the `through` of the next ready().
struct Ended {
  RequestId request = 0;
  RequestKind kind = RequestKind::query;
  std::uint32_t ordinal = 0;
  Ending how = Ending::complete;
  std::string_view tag = "";       // CommandComplete's ("INSERT 0 1"); else ""
  Bytes error = "";                // ErrorResponse body, as kept by the framer; else ""
  std::string_view sqlstate = "";  // out of `error`
  bool fatal = false;              // the error ends the connection
  // The error came at Sync, behind the batch's own answers, or behind a FunctionCall's result (a
  // deferred constraint, a failed commit). `request` is then the batch's last, or the call, already
  // ended with ordinal 0, and `ordinal` is 1.
  bool at_sync = false;
  std::uint64_t rows = 0;        // DataRow messages counted, not the tag's number
  std::uint64_t row_bytes = 0;   // bodies of these
  std::uint64_t copy_bytes = 0;  // CopyData payload, both directions
  std::uint64_t bytes_in = 0;   // on the wire from the client: the request (at ordinal 0), CopyData
  std::uint64_t bytes_out = 0;  // on the wire to the client, since the statement before it ended
};

class Observer {
 public:
  virtual ~Observer() = default;

  // Start-up, up to the first ReadyForQuery.
  virtual void authentication(std::uint32_t /*code*/) {}  // each request, and AuthenticationOk (0)
  virtual void sasl_begun(const SaslInitialResponse&) {}
  virtual void authenticated() {}  // AuthenticationOk
  virtual void negotiated(const NegotiateProtocolVersion&) {}
  virtual void backend_key(const BackendKeyData&) {}  // the key is a secret: to route cancels, only

  // Requests, when their last byte has arrived. `omitted_bytes`: of the message, cut by the framer;
  // the fields then hold what was kept. A damaged message comes with what could be read of it,
  // followed by protocol_violation().
  virtual void query(RequestId, const Query&, std::uint64_t /*omitted_bytes*/) {}
  virtual void parse(RequestId, const Parse&, std::uint64_t /*omitted_bytes*/) {}
  virtual void bind(RequestId, const Bind&, std::uint64_t /*omitted_bytes*/) {}
  virtual void describe(RequestId, const Describe&, std::uint64_t /*omitted_bytes*/) {}
  virtual void execute(RequestId, const Execute&, std::uint64_t /*omitted_bytes*/) {}
  virtual void close(RequestId, const Close&, std::uint64_t /*omitted_bytes*/) {}
  virtual void function_call(RequestId, const FunctionCall&, std::uint64_t /*omitted_bytes*/) {}
  virtual void terminate() {}  // the client said goodbye

  // Answers. The first of these calls (or notice, or ended) with a request's number and ordinal is
  // the first byte of its answer. Bodies are as kept by the framer; body_bytes is the real size.
  virtual void parameter_description(RequestId, Bytes /*body*/) {}  // Describe of a statement
  // To Query, or to Describe; what an Execute returns was described by the Describe before it.
  virtual void row_description(RequestId, std::uint32_t /*ordinal*/, Bytes /*body*/,
                               std::uint64_t /*body_bytes*/) {}
  virtual void data_row(RequestId, std::uint32_t /*ordinal*/, Bytes /*body*/,
                        std::uint64_t /*body_bytes*/) {}
  virtual void function_result(RequestId, Bytes /*body*/, std::uint64_t /*body_bytes*/) {}
  virtual void copy_began(RequestId, std::uint32_t /*ordinal*/, CopyDirection,
                          std::uint8_t /*format*/) {}
  // `direction` is in or out, never both. CopyData sent before the server asked for it comes
  // with an empty payload: it was counted while it was not known whether anyone would read it.
  virtual void copy_data(RequestId, std::uint32_t /*ordinal*/, CopyDirection, Bytes /*payload*/,
                         std::uint64_t /*payload_bytes*/) {}
  virtual void ended(const Ended&) {}
  // ReadyForQuery: all requests up to `through` have been answered or skipped. 0 at start-up.
  virtual void ready(RequestId /*through*/, TxStatus) {}

  // What may come at any time. `request`: the one being answered, or 0.
  virtual void notice(RequestId, std::uint32_t /*ordinal*/, Bytes /*body*/) {}
  virtual void parameter_status(std::string_view /*name*/, std::string_view /*value*/) {}
  virtual void notification(const NotificationResponse&) {}
  // An ErrorResponse that answers no request: start-up refused, FATAL while idle. An error that
  // does answer one comes with ended() alone, also where it is fatal.
  virtual void connection_error(Bytes /*error_body*/, bool /*fatal*/) {}

  // The side said what the protocol does not allow here, or what cannot be read. `request`: the one
  // it concerns, or 0. `why` is one of a fixed set of phrases; `tag` the message's type.
  virtual void protocol_violation(Side, RequestId, char /*tag*/, std::string_view /*why*/) {}
};

}  // namespace ride::protocol
