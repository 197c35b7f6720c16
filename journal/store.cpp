#include "journal/store.hpp"

#include "journal/fields.hpp"
#include "journal/shared_text.hpp"
#include "journal/stored_chain.hpp"

namespace ride::journal {
namespace {

constexpr std::size_t known_digests_max = 10'000;

}  // namespace

EventStore::EventStore(Database& database, std::optional<SigningKey> key)
    : insert_event_(database.prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)")),
      insert_text_(database.prepare("INSERT INTO texts(sha256, text) VALUES (?, ?) "
                                    "ON CONFLICT DO NOTHING")),
      set_drained_(database.prepare("INSERT OR REPLACE INTO rings VALUES (?, ?)")),
      get_drained_(database.prepare("SELECT drained FROM rings WHERE ring = ?")),
      chain_(stored_chain(database)),
      origin_(origin_of(get_meta(database, "file_id"))) {
  if (key) signer_.emplace(database, std::move(*key), chain_.state().size);
  auto last = database.prepare("SELECT seq, attempt FROM events ORDER BY seq DESC LIMIT 1");
  if (!last.step()) return;
  last_seq_ = static_cast<Seq>(last.integer(0));
  attempt_ = static_cast<std::uint32_t>(last.integer(1));
}

void EventStore::add(Seq seq, Kind kind, std::int64_t at_us, ConnectionId connection, Bytes body) {
  if (kind == Kind::attempt_began)
    attempt_ = static_cast<std::uint32_t>(Fields(body).get_int(Field::number, attempt_));
  if (may_share_text(kind)) body = share_text(body);
  const auto link = chain_.add(seq, attempt_, kind, at_us, connection, body);
  insert_event_.bind(1, static_cast<std::int64_t>(seq))
      .bind(2, attempt_)
      .bind(3, static_cast<std::int64_t>(kind))
      .bind(4, at_us)
      .bind(5, connection)
      .bind_blob(6, body)
      .bind(7, link)
      .run();
  last_seq_ = seq;
}

void EventStore::add(const Event& event) {
  attempt_ = event.attempt;
  add(event.seq, event.kind, event.at_us, event.connection, event.body);
}

Bytes EventStore::share_text(Bytes body) {
  if (body.size() < shared_text_bytes_min) return body;
  const auto cut = cut_at(body, Field::text);
  if (!cut.found || cut.value.size() < shared_text_bytes_min) return body;
  const auto digest = sha256_.add(cut.value).finish();
  std::string key(as_bytes(digest));
  if (!known_digests_.contains(key)) {
    insert_text_.bind_blob(1, key).bind_blob(2, cut.value).run();
    if (known_digests_.size() >= known_digests_max) known_digests_.clear();
    known_digests_.insert(std::move(key));
  }
  join(cut, Field::digest, as_bytes(digest), body_);
  return body_;
}

void EventStore::sign_if_due() {
  if (is_sign_due()) sign();
}

Checkpoint EventStore::sign(std::string_view mark) {
  Checkpoint out{origin_, chain_.state(), std::string(mark)};
  if (signer_) signer_->sign(out);
  return out;
}

void EventStore::set_drained(std::uint32_t ring, std::uint64_t position) {
  set_drained_.bind(1, ring).bind(2, static_cast<std::int64_t>(position)).run();
}

std::uint64_t EventStore::drained(std::uint32_t ring) {
  get_drained_.bind(1, ring);
  const auto position = get_drained_.step() ? get_drained_.integer(0) : 0;
  get_drained_.reset();
  return static_cast<std::uint64_t>(position);
}

}  // namespace ride::journal
