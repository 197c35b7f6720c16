// Turns what passes on one connection into events of the journal: frames both directions, lets
// protocol::Session say what they mean, and appends the events of journal/event.hpp to the ring of
// the thread that has it. Whoever relays calls from_client() (from_server()) before the chunk is
// sent on, and asks for room_bytes() in the ring before the chunk is even read.
//
// What may not be stored is taken out here, before the ring: see proxy/redaction.hpp,
// sql/redact.hpp. One thread at a time. The relayed bytes are never touched.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "journal/fields.hpp"
#include "protocol/observer.hpp"
#include "protocol/resync.hpp"
#include "protocol/session.hpp"
#include "protocol/startup.hpp"
#include "proxy/answer.hpp"
#include "proxy/carried.hpp"
#include "proxy/described.hpp"
#include "proxy/shared.hpp"
#include "proxy/stream.hpp"

namespace ride::proxy {

class Recorder : private protocol::Observer {
 public:
  Recorder(Worker& worker, Registry::Entry& entry);
  ~Recorder() override { --ledger_->sessions; }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  void move_to(Worker& worker);  // to be called on that worker's thread

  // Life of the connection.
  void opened(std::string_view peer, const TlsFacts& tls, std::string_view server);
  // The server is connected. How the log-in went is told with its end, see put_login().
  void reached(std::string server_tls, std::string_view binding);
  void started(const protocol::StartupMessage& message);
  void refused(Bytes error_body);
  void cancel_requested(const Registry::Target& target);
  void closed(std::string_view how);

  // What passes.
  void from_client(Bytes chunk, std::int64_t now_us);
  void from_server(Bytes chunk, std::int64_t now_us);
  void client_finished() { client_finished_ = true; }  // it sends no more
  void count_client_bytes(std::uint64_t bytes);        // of the first packets
  void stop_reading_messages() { raw_ = true; }  // garbage: bytes are counted from here on, no more
  void finish();  // the connection is over: what is unanswered stays so

  bool idle() const { return session_.started() && !session_.busy(); }
  bool between_messages() const { return !raw_ && server_framer_.between_messages(); }

  // Level `power`: whether all that was recorded of this session on this thread is on the disk;
  // asks for it where it is not, and the thread's appender tells when. What the server said goes on
  // only then. Always so at level `process`.
  bool on_disk();

  // What one more chunk, of either side, can add to the ring at most.
  std::size_t room_bytes() const { return room_bytes(worker_->shared.options.limits); }
  static std::size_t room_bytes(const Limits& limits);

  // Where it is recorded; it changes with go_on() alone.
  const journal::Writer& journal() const { return ledger_->journal; }
  bool has_room(std::size_t body_bytes) const { return ledger_->appender.room(body_bytes); }
  // From here on it is recorded in its thread's newest journal, as a connection that goes on; not
  // where something of it is under way, or a ring has no room. recorder_carry.cpp
  void go_on();

  // How the connection came to its end, as far as the messages tell.
  bool said_goodbye() const { return said_goodbye_; }
  bool saw_fatal() const { return saw_fatal_; }
  bool raw() const { return raw_; }
  bool saw_client_finish() const { return client_finished_; }

 private:
  // A request that is not answered yet.
  struct Asked {
    journal::Seq seq = 0;
    protocol::RequestKind kind = protocol::RequestKind::query;
    bool secret = false;            // its statement carries a secret
    bool describes_portal = false;  // of describe and close: else the statement
    std::string statement = {};
    std::string portal = {};
    std::string body = {};  // of a Parse
  };

  // recorder_requests.cpp
  void query(protocol::RequestId, const protocol::Query&, std::uint64_t omitted_bytes) override;
  void parse(protocol::RequestId, const protocol::Parse&, std::uint64_t omitted_bytes) override;
  void bind(protocol::RequestId, const protocol::Bind&, std::uint64_t omitted_bytes) override;
  void describe(protocol::RequestId, const protocol::Describe&, std::uint64_t) override;
  void execute(protocol::RequestId, const protocol::Execute&, std::uint64_t) override;
  void close(protocol::RequestId, const protocol::Close&, std::uint64_t) override;
  void function_call(protocol::RequestId, const protocol::FunctionCall&, std::uint64_t) override;
  void terminate() override { said_goodbye_ = true; }
  bool put_text(journal::FieldWriter& fields, std::string_view text, std::uint64_t omitted_bytes);
  void put_parameters(journal::FieldWriter& fields, Bytes parameters, bool secret,
                      std::uint64_t omitted_bytes);
  void ask(protocol::RequestId request, journal::Kind kind, Asked asked);

  // recorder_carry.cpp
  bool rests() const;
  void settle_in(Ledger& ledger);
  void restate();
  void close_in(Ledger& before);

  // recorder_answers.cpp
  void parameter_description(protocol::RequestId, Bytes body) override;
  void row_description(protocol::RequestId, std::uint32_t, Bytes, std::uint64_t) override;
  void data_row(protocol::RequestId, std::uint32_t, Bytes, std::uint64_t) override;
  void function_result(protocol::RequestId, Bytes, std::uint64_t body_bytes) override;
  void copy_began(protocol::RequestId, std::uint32_t, protocol::CopyDirection,
                  std::uint8_t) override;
  void copy_data(protocol::RequestId, std::uint32_t, protocol::CopyDirection, Bytes,
                 std::uint64_t) override;
  void ended(const protocol::Ended& ended) override;
  void ready(protocol::RequestId through, protocol::TxStatus status) override;
  void notice(protocol::RequestId, std::uint32_t, Bytes body) override;
  void learn_names(const Asked& asked);
  void count_ended(const protocol::Ended& ended);
  void carry_names(const protocol::Ended& ended, Asked& asked);
  void write_ended(const protocol::Ended& ended, const Asked& asked);
  void tell_copying(journal::Seq request);
  void put_answer(journal::FieldWriter& fields, const Asked& asked, std::uint64_t rows);

  // recorder.cpp
  void authentication(std::uint32_t code) override;
  void sasl_begun(const protocol::SaslInitialResponse& message) override;
  void put_login(journal::FieldWriter& fields);
  void backend_key(const protocol::BackendKeyData&) override;
  void parameter_status(std::string_view name, std::string_view value) override;
  void notification(const protocol::NotificationResponse&) override;
  void connection_error(Bytes error_body, bool fatal) override;
  void protocol_violation(protocol::Side, protocol::RequestId, char, std::string_view) override;
  void pass_over(protocol::Side side, protocol::Framer& framer, char tag);
  void observe(protocol::Side side, protocol::Framer& framer, Bytes chunk, std::int64_t now_us);
  void note_unseen(const protocol::Frame& frame);
  bool unreadable() const;
  bool between_chunks() const;
  void on_unreadable_server(Bytes chunk);
  void read_again(std::int64_t now_us);
  void write_notice(Bytes redacted_body);
  void write_gap(std::string_view why);
  journal::FieldWriter begin();  // an empty body to be filled, then write()
  journal::Seq write(journal::Kind kind);

  Asked* find(protocol::RequestId request);
  void forget_before(protocol::RequestId request);

  Worker* worker_;
  Ledger* ledger_;  // one of the worker's
  Registry::Entry& entry_;
  const Limits& limits_;
  protocol::Framer client_framer_;
  protocol::Framer server_framer_;
  protocol::Session session_;
  protocol::Resync resync_;  // while unreadable()
  std::int64_t now_us_ = 0;  // when the chunk that is being looked at arrived

  std::deque<Asked> asked_;              // unanswered, in order, numbers without holes
  protocol::RequestId asked_first_ = 1;  // the number of asked_.front()
  journal::Seq last_answered_ = 0;       // the last that left asked_
  Answer answer_;                        // of the statement being answered
  Described described_;
  Carried carried_;
  std::string last_query_;                                // the body of its event, up to a size
  journal::Seq last_query_seq_ = 0;                       // which event that is
  journal::Seq carried_query_ = 0;                        // the last that carried_ has
  std::set<std::string, std::less<>> secret_statements_;  // prepared, by name
  std::set<std::string, std::less<>> secret_portals_;
  bool secret_prepared_ = false;  // a PREPARE with a secret was seen: any name may be its

  std::string server_tls_;
  std::string_view binding_;         // one of name_of()'s
  std::string_view authentication_;  // as channel_binding_, a text that lives for good
  std::string_view channel_binding_;
  std::string first_settings_;    // reported until then: name NUL value NUL …
  bool opened_ = false;           // connection_opened was written
  bool closed_ = false;           // connection_closed was
  bool ready_ = false;            // connection_ready was written
  std::uint64_t written_to_ = 0;  // the ring's position behind its last event
  bool raw_ = false;
  bool said_goodbye_ = false;
  bool client_finished_ = false;
  bool saw_fatal_ = false;
  bool refused_unread_ = false;        // by an error without a length: nothing follows it
  bool answered_unseen_ = false;       // the server answered to what was not read: a gap
  bool server_gap_ = false;            // recorded, of a server whose bytes cannot be read
  std::uint64_t cuts_unrecorded_ = 0;  // for want of room: see write_gap()
  std::string idle_error_;             // the FATAL that came while nothing was asked
  std::uint64_t bytes_in_ = 0;
  std::uint64_t bytes_out_ = 0;
  std::uint64_t told_bytes_in_ = 0;  // by the files before this one
  std::uint64_t told_bytes_out_ = 0;
};

}  // namespace ride::proxy
