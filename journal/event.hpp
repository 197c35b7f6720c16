// What one row of the record says: the kinds of event and the fields they carry. This file is the
// contract between those who record (proxy, sandbox) and those who read (facts, scorer, replay,
// audit), and it is append-only: a number, once given, is never reused. docs/journal-format.md
// lists every kind with its fields.
//
// A body is a sequence of (field, value) pairs, see fields.hpp. Numbers are unsigned unless said
// otherwise; times are microseconds since the Unix epoch on the run's Clock (base/clock.hpp).
#pragma once

#include <cstdint>
#include <string>

namespace ride::journal {

using Seq = std::uint64_t;  // position in the one total order; 0 means "none"
using ConnectionId =
    std::uint32_t;  // counts from 1 within a file; 0: not about a client connection

enum class Kind : std::uint8_t {
  // The run.
  run_began = 1,      // name, text (scenario snapshot, canonical JSON), digest (its SHA-256), tag
                      // (ride's version), learner
  attempt_began = 2,  // number, seed, mode ("local"|"docker"|"server"), tag (server_version), text
                      // (the values drawn, JSON), name ("hint_cost=N"), message (of a fork, JSON)
  attempt_ended = 3,  // how: "submitted" | "reset" | "stopped" | "interrupted"
  hole = 4,           // number: how many seqs, from this one on, were drawn and never written
  gap = 5,            // message: why the record is known to be incomplete; connection or 0 for all
  clock_stepped = 6,  // number: by how many microseconds the wall clock left ours (zigzag)

  // A client connection.
  connection_opened = 10,   // peer, tls (version and cipher, or absent), server_name, alpn, server
  connection_started = 11,  // parameters (NUL-separated startup pairs), user, database, application
  connection_ready = 12,    // pid: first ReadyForQuery after authentication; server_tls,
                            // authentication, channel_binding, binding; parameters: what the
                            // server reported of its settings until then, NUL-separated pairs
  connection_refused =
      13,  // error: the server said no before ready (wrong password, unknown database ...); and as
           // connection_ready
  connection_closed = 14,  // how: "terminated" | "client_gone" | "server_gone" | "fatal" |
                           // "garbage" | "cut" | "carried" (it goes on in the next file);
                           // bytes_in, bytes_out
  parameter_changed =
      15,  // name, text: ParameterStatus after start-up (application_name, client_encoding ...)
  notice = 16,            // error (NoticeResponse fields, same layout)
  notification = 17,      // pid, name (channel), text (payload)
  cancel_requested = 18,  // connection: the one to be cancelled; request: the one in flight, or 0

  // A request of a client, recorded when its last byte has arrived and before it goes to the
  // server.
  query = 20,          // text; simple query, possibly several statements
  parse = 21,          // name (prepared statement), text, parameter_types
  bind = 22,           // portal, name, parameters
  describe = 23,       // how: "statement" | "portal"; name or portal
  execute = 24,        // portal, max_rows
  close = 25,          // how: "statement" | "portal"; name or portal
  function_call = 26,  // number (function oid), parameters

  // What the server answered, recorded before the last byte of the answer goes to the client.
  ended = 30,  // request, ordinal, how, tag, rows, first_byte_us, columns, data, omitted_rows,
               // omitted_bytes, bytes_in, bytes_out, error, notices, omitted_notices, copy_format,
               // copy_data, result; how "described": parameter_types
  ready = 31,  // request (the last request this ReadyForQuery answers for), status (after)
  copying = 80,  // request, ordinal, bytes_in, bytes_out: a COPY that goes on, what passed so far

  // The sandbox and its actors.
  actor = 40,  // actor, state, pid, started_us (backend_start), sqlstate, message, number (progress
               // so far), server
  log_line = 41,   // pid, text (one jsonlog line as the server wrote it, redacted), server
  snapshot = 42,   // name ("start" | "submit"), database, text (JSON)
  probe = 43,      // name, text (value shown), how: "healthy" | "unhealthy" | "unreadable"
  hint = 44,       // number (1..3, above: a new line alone), text (what was looked at)
  log_shown = 45,  // number of lines; text (what was shown)
  fence = 46,      // name (nonce), server: what that server logged before this is above this event
  own_session = 47,  // number (counts ride's own sessions), state "opening" (user, database,
                     // application, server; recorded before it connects) | "open" (pid) | "failed"
  bypass = 48,  // number (seq of the log_line in which the server let it in), pid, user, database,
                // application, started_us: a session that neither the proxy nor ride made

  // Submit.
  submit_began = 50,  // (nothing)
  check = 51,  // name (check id), how ("before" | "after" the workload), state ("pass" | "fail" |
               // "unreadable"), text (what was seen), message
  workload = 52,      // actor, number (operations done), rows (asked for), sqlstate, message
  submit_ended = 53,  // digest (SHA-256 of the facts), text (versions of deriving code, JSON)

  // A server of the sandbox beside the main one, at the beginning of an attempt.
  server = 88,  // name, how ("standby"), user (whom it logs in to the main server as)

  // A record in several files, one after the other.
  continues = 73,  // name (the file before this one)
  continued = 74,  // name (the file behind this one, where new connections are recorded from here)
};

// Tags of fields in a body. The comment says the type: int (varint), text (UTF-8 or the session's
// encoding) or blob.
enum class Field : std::uint8_t {
  number = 1,            // int
  name = 2,              // text
  text = 3,              // text
  digest = 4,            // blob, 32 bytes SHA-256
  tag = 5,               // text
  learner = 6,           // text
  seed = 7,              // int
  mode = 8,              // text
  how = 9,               // text, one of the words listed at the kind
  message = 10,          // text
  peer = 11,             // text "127.0.0.1:40112", "[::1]:40112", "unix pid=4711 uid=1000"
  tls = 12,              // text "TLSv1.3 TLS_AES_256_GCM_SHA384"
  parameters = 13,       // blob; Bind: from the parameter format count to the end of the values
                         // (protocol manual, Bind, without names and result formats)
  user = 14,             // text
  database = 15,         // text
  application = 16,      // text
  pid = 17,              // int
  error = 18,            // blob, ErrorResponse body: (field type byte, text NUL)* NUL
  connection = 19,       // int
  request = 20,          // int, seq of the request's event
  parameter_types = 21,  // blob, big-endian u32 oids
  portal = 22,           // text
  max_rows = 23,         // int
  ordinal = 24,          // int, 0-based position inside the request's string
  rows = 25,             // int, DataRow messages counted (not the tag's number)
  first_byte_us = 26,    // int, when the first byte of the answer arrived
  columns = 27,          // blob, RowDescription body (protocol manual, RowDescription)
  data = 28,             // blob, (big-endian u32 length, DataRow body)*
  omitted_rows = 29,     // int, rows counted and not kept
  omitted_bytes = 30,    // int, bytes of the kept kind that were cut (text, data, copy_data)
  bytes_in = 31,         // int, from the client
  bytes_out = 32,        // int, to the client
  notices = 33,          // blob, (big-endian u32 length, NoticeResponse body)*
  copy_format = 34,      // int 0 text, 1 binary
  copy_data = 35,        // blob, CopyData payloads joined, up to the limit
  status = 36,           // text, one of I T E (ReadyForQuery)
  actor = 37,            // text, the actor's name in the scenario
  state = 38,            // text
  started_us = 39,       // int
  sqlstate = 40,         // text, 5 characters
  redacted =
      41,  // text: "kind count" pairs, what was taken out of this record before it was written
  server_name = 42,      // text, the name that the client's TLS asked for (SNI)
  alpn = 43,             // text "postgresql"
  server_tls = 44,       // text, as tls, of the leg to the server
  authentication = 45,   // text, what the server asked for: "none", "password", "md5", "gss",
                         // "sspi", "scram-sha-256", "scram-sha-256-plus", "oauth", "sasl", "other"
  channel_binding = 46,  // text, what SCRAM's client said: "n", "y" or "p=tls-server-end-point"
  binding = 47,  // text: "same-certificate" | "plain-server" | "plain-client" (PLUS was left
                 // out of what the server offered) | "other-certificate"
  result = 48,   // blob, FunctionCallResponse body: length (-1: NULL), value
  omitted_notices = 49,  // int, notices counted and not kept
  server = 110,          // text, which server of the sandbox it was; absent: the main one
  carried = 75,          // int, of an event restated from the file before: 1; 2: a parse whose text
                         // is a query string that prepared statements by SQL
};

struct Event {
  Seq seq = 0;
  std::uint32_t attempt = 0;
  Kind kind = Kind::gap;
  std::int64_t at_us = 0;
  ConnectionId connection = 0;
  std::string body;  // see fields.hpp
};

}  // namespace ride::journal
