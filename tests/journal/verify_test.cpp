#include "journal/verify.hpp"

#include <sqlite3.h>

#include <thread>
#include <vector>

#include "journal/copy.hpp"
#include "journal/signer.hpp"
#include "journal/stored_chain.hpp"
#include "journal/writer.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride::journal;

namespace {

constexpr Seq statements = 100'000;
constexpr Seq last = 3 * statements;  // query, ended, ready

std::string text_of(Seq statement) {
  return "SELECT balance FROM accounts WHERE branch = 'one of some fifty branches' AND id = " +
         std::to_string(statement % 50);
}

void append_statement(Appender& ring, Seq statement) {
  const auto at_us = static_cast<std::int64_t>(1'000'000 + statement);
  std::string body = text_body(text_of(statement));
  while (!ring.room(body.size() + 64, 3)) std::this_thread::yield();
  const auto request = ring.append(Kind::query, 1, at_us, body);
  body.clear();
  FieldWriter(body)
      .put(Field::request, request)
      .put(Field::tag, "SELECT 1")
      .put(Field::rows, std::uint64_t{1});
  ring.append(Kind::ended, 1, at_us, body);
  body.clear();
  FieldWriter(body).put(Field::request, request).put(Field::status, "I");
  ring.append(Kind::ready, 1, at_us, body);
}

std::string record(const std::filesystem::path& file, const SigningKey& key, Seq count) {
  Writer writer(file, {.key = key});
  auto& ring = writer.add_ring();
  for (Seq i = 0; i < count; ++i) append_statement(ring, i);
  auto line = writer.checkpoint();
  writer.close();
  return line;
}

Verified verify_file(const std::filesystem::path& file, const VerifyOptions& options = {}) {
  Reader reader(file);
  return verify(reader, options);
}

void change(const std::filesystem::path& file, const std::string& sql) {
  Database::open_for_writing(file).run(sql);
}

// The first event that is named, over all findings; 0 where none names one.
Seq first_bad(const Verified& verified) {
  Seq out = 0;
  for (const auto& finding : verified.findings)
    if (finding.first > 0 && (out == 0 || finding.first < out)) out = finding.first;
  return out;
}

std::string texts_of(const Verified& verified) {
  std::string out;
  for (const auto& finding : verified.findings) out += finding.text + "\n";
  return out;
}

std::vector<Checkpoint> checkpoints(const Database& database) {
  std::vector<Checkpoint> out;
  auto rows = database.prepare("SELECT note FROM checkpoints ORDER BY size");
  while (rows.step()) out.push_back(parse_note(rows.bytes(0))->checkpoint);
  return out;
}

// As one who knows the format would: every link made to fit, and with a key every checkpoint too.
void restamp(const std::filesystem::path& file, const std::optional<SigningKey>& key) {
  const auto database = Database::open_for_writing(file);
  Transaction transaction(database);
  const auto all = checkpoints(database);
  if (key) database.run("DELETE FROM checkpoints; DELETE FROM keys");
  chain_all(database);
  database.run("DELETE FROM meta WHERE key = 'chained_later'");
  if (key) {
    Signer signer(database, *key, 0);
    Chain chain;
    for (auto one : all) {
      one.state = chain_at(database, one.state.size);
      signer.sign(one);
    }
  }
  transaction.commit();
}

struct Tampering {
  std::string what;
  std::string sql;
  Seq first;         // that must be named; 0: no event is at fault
  std::string says;  // in what is found
};

const std::string middle = "150001";  // a query

std::vector<Tampering> tamperings() {
  const std::string here = " WHERE seq = " + middle;
  const std::string not_recorded = "event " + middle + " is not what was recorded";
  return {
      {"edited body", "UPDATE events SET body = x'0d0141'" + here, 150'001, not_recorded},
      {"edited time", "UPDATE events SET at_us = at_us + 1" + here, 150'001, not_recorded},
      {"edited kind", "UPDATE events SET kind = 21" + here, 150'001, not_recorded},
      {"kind hidden from queries", "UPDATE events SET kind = kind + 256" + here, 150'001,
       "holds values that ride never writes"},
      {"edited connection", "UPDATE events SET connection = 2" + here, 150'001, not_recorded},
      {"edited attempt", "UPDATE events SET attempt = 1" + here, 150'001, not_recorded},
      {"edited link", "UPDATE events SET link = link + 1" + here, 150'001, not_recorded},
      {"edited last event", "UPDATE events SET at_us = 0 WHERE seq = " + std::to_string(last), last,
       "is not what was recorded"},
      {"deleted event", "DELETE FROM events" + here, 150'001, "event 150001 is missing"},
      {"deleted events", "DELETE FROM events WHERE seq BETWEEN 150001 AND 190000", 150'001,
       "events 150001 to 190000 are missing"},
      {"deleted beginning", "DELETE FROM events WHERE seq <= 5", 1, "events 1 to 5 are missing"},
      {"event made a hole", "UPDATE events SET kind = 4, body = x'0201'" + here, 150'001,
       not_recorded},
      {"inserted event",
       "UPDATE events SET seq = -(seq + 1) WHERE seq >= 150001;"
       "UPDATE events SET seq = -seq WHERE seq < 0;"
       "INSERT INTO events SELECT 150001, attempt, kind, at_us, connection, body, link FROM events "
       "WHERE seq = 1",
       150'001, not_recorded},
      {"appended event",
       "INSERT INTO events SELECT seq + 1, attempt, kind, at_us, connection, body, link FROM "
       "events "
       "ORDER BY seq DESC LIMIT 1",
       last + 1, "event 300001 is not what was recorded"},
      {"swapped events",
       "UPDATE events SET seq = -1 WHERE seq = 150001;"
       "UPDATE events SET seq = 150001 WHERE seq = 180001;"
       "UPDATE events SET seq = 180001 WHERE seq = -1",
       150'001, not_recorded},
      {"cut off end", "DELETE FROM events WHERE seq > 250000", 250'001,
       "events 250001 to 300000 are missing: the end was cut off"},
      {"everything cut off", "DELETE FROM events", 1, "events 1 to 300000 are missing"},
      {"edited text",
       "UPDATE texts SET text = CAST(text || ';' AS BLOB) WHERE CAST(text AS TEXT) LIKE '%id = 7'",
       22, "event 22: its text is not the one that was recorded"},
      {"deleted text", "DELETE FROM texts WHERE CAST(text AS TEXT) LIKE '%id = 7'", 22,
       "event 22: its text is missing"},
      {"edited checkpoint",
       "UPDATE checkpoints SET note = replace(note, 'closed', 'pruned') WHERE note LIKE '%closed%'",
       0, "the checkpoint at event 300000 has no valid signature"},
      {"another file's id", "UPDATE meta SET value = '0123456789abcdef' WHERE key = 'file_id'", 0,
       "nothing in this file is signed"},
      {"no checkpoints", "DELETE FROM checkpoints", 0, "nothing in this file is signed"},
      {"no keys", "DELETE FROM keys", 0, "nothing in this file is signed"},
  };
}

}  // namespace

TEST_CASE("each kind of tampering with 100,000 statements is found at the first bad event",
          "[journal][verify]") {
  const TemporaryFolder folder;
  const auto key = SigningKey::generate();
  const auto whole = folder / "whole.ride";
  const auto line = record(whole, key, statements);
  const auto sound = verify_file(whole, {.key = key.public_key(), .receipt = parse_receipt(line)});
  INFO(texts_of(sound));
  REQUIRE(sound.is_sound());
  CHECK(sound.events == last);
  CHECK(sound.texts == 50);
  CHECK(sound.signed_to == last);
  CHECK(sound.mark == mark_closed);
  CHECK(sound.receipt == ReceiptState::fits);
  CHECK(sound.vkeys == std::vector{key.public_key().vkey()});

  const auto file = folder / "a.ride";
  for (const auto& one : tamperings()) {
    std::filesystem::copy_file(whole, file, std::filesystem::copy_options::overwrite_existing);
    change(file, one.sql);
    const auto verified = verify_file(file);
    INFO(one.what);
    INFO(texts_of(verified));
    CHECK_FALSE(verified.is_sound());
    if (one.first > 0) CHECK(first_bad(verified) == one.first);
    CHECK(contains(texts_of(verified), one.says));
  }

  // Made to fit without the key: the first checkpoint behind the change tells.
  std::filesystem::copy_file(whole, file, std::filesystem::copy_options::overwrite_existing);
  change(file, "UPDATE events SET at_us = 0 WHERE seq = 150001");
  restamp(file, std::nullopt);
  const auto restamped = verify_file(file);
  INFO(texts_of(restamped));
  REQUIRE_FALSE(restamped.is_sound());
  const auto& found = restamped.findings.front();
  CHECK(found.first <= 150'001);
  CHECK(found.last >= 150'001);
  CHECK(found.last - found.first < 100'000);
  CHECK(contains(found.text, "not what was signed"));
}

namespace {

// Several checkpoints: at 0, 300, 600, 900.
struct Recorded {
  const TemporaryFolder folder;
  const SigningKey key = SigningKey::generate();
  const std::filesystem::path file = folder / "a.ride";
  std::string line;  // the receipt for all of it

  Recorded() {
    for (int i = 0; i < 3; ++i) {
      Writer writer(file, {.extend = i > 0, .key = key});
      auto& ring = writer.add_ring();
      for (Seq n = 0; n < 100; ++n) append_statement(ring, n);
      line = writer.checkpoint();
    }
  }
};

}  // namespace

TEST_CASE("a checkpoint that a later one covers may be missing", "[journal][verify]") {
  const Recorded recorded;
  change(recorded.file, "DELETE FROM checkpoints WHERE size = 300");
  CHECK(verify_file(recorded.file).is_sound());
}

TEST_CASE("damage ends at the next checkpoint, and what lies behind is looked at too",
          "[journal][verify]") {
  const Recorded recorded;
  change(recorded.file, "UPDATE events SET at_us = 0 WHERE seq IN (100, 400, 410, 700)");
  const auto verified = verify_file(recorded.file);
  INFO(texts_of(verified));
  REQUIRE(verified.findings.size() == 3);
  CHECK(verified.findings[0].first == 100);
  CHECK(verified.findings[1].first == 400);
  CHECK(contains(verified.findings[1].text, "the chain goes on behind event 600"));
  CHECK(verified.findings[2].first == 700);
}

TEST_CASE("a link alone that was changed breaks nothing behind it", "[journal][verify]") {
  const Recorded recorded;
  change(recorded.file, "UPDATE events SET link = 0 WHERE seq IN (100, 200, 300)");
  const auto verified = verify_file(recorded.file);
  REQUIRE(verified.findings.size() == 3);
  CHECK(verified.findings[1].first == 200);
  CHECK(verified.findings[2].first == 300);
}

TEST_CASE("a file signed anew with another key is another key's", "[journal][verify]") {
  const Recorded recorded;
  change(recorded.file, "UPDATE events SET at_us = 0 WHERE seq = 500");
  const auto other = SigningKey::generate();
  restamp(recorded.file, other);
  const auto by_itself = verify_file(recorded.file);
  CHECK(by_itself.is_sound());
  CHECK(by_itself.vkeys == std::vector{other.public_key().vkey()});
  const auto by_key = verify_file(recorded.file, {.key = recorded.key.public_key()});
  CHECK(contains(texts_of(by_key), "nothing in this file is signed by the key given"));
}

TEST_CASE("a file signed anew with its own key is found by a receipt alone", "[journal][verify]") {
  const Recorded recorded;
  change(recorded.file, "UPDATE events SET at_us = 0 WHERE seq = 500");
  restamp(recorded.file, recorded.key);
  CHECK(verify_file(recorded.file, {.key = recorded.key.public_key()}).is_sound());
  const auto verified = verify_file(recorded.file, {.receipt = parse_receipt(recorded.line)});
  CHECK(verified.receipt == ReceiptState::does_not_fit);
  CHECK(contains(texts_of(verified), "the receipt does not fit"));
}

TEST_CASE("an end cut off at a checkpoint is found by a receipt, and else has no clean end",
          "[journal][verify]") {
  const TemporaryFolder folder;
  const auto key = SigningKey::generate();
  const auto file = folder / "a.ride";
  std::string line;
  {
    Writer writer(file, {.key = key});
    auto& ring = writer.add_ring();
    append_statement(ring, 1);
    writer.checkpoint();
    append_statement(ring, 2);
    line = writer.checkpoint();
  }
  change(file, "DELETE FROM events WHERE seq > 3; DELETE FROM checkpoints WHERE size > 3");
  const auto by_itself = verify_file(file);
  CHECK(by_itself.is_sound());
  CHECK(by_itself.mark.empty());
  const auto with_receipt = verify_file(file, {.receipt = parse_receipt(line)});
  CHECK(with_receipt.receipt == ReceiptState::does_not_fit);
  CHECK(first_bad(with_receipt) == 4);
  CHECK(contains(texts_of(with_receipt), "the receipt covers the events up to 6"));
}

TEST_CASE("a file that was written on, in several attempts, is sound, and its older receipts fit",
          "[journal][verify]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  const auto key = SigningKey::generate();
  std::vector<std::string> receipts;
  for (std::uint64_t attempt = 1; attempt <= 3; ++attempt) {
    Writer writer(file, {.extend = attempt > 1, .key = key});
    writer.shared().append(Kind::attempt_began, 0, 1, number_body(attempt));
    for (int i = 0; i < 10; ++i) writer.shared().append(Kind::hint, 0, 1, number_body(1));
    receipts.push_back(writer.checkpoint());
    writer.close();
  }
  for (const auto& line : receipts) {
    const auto verified = verify_file(file, {.receipt = parse_receipt(line)});
    CHECK(verified.is_sound());
    CHECK(verified.receipt == ReceiptState::fits);
  }
  change(file, "UPDATE events SET at_us = 2 WHERE seq = 15");
  CHECK(verify_file(file, {.receipt = parse_receipt(receipts[0])}).receipt == ReceiptState::fits);
  const auto broken = verify_file(file, {.receipt = parse_receipt(receipts[1])});
  CHECK(broken.receipt == ReceiptState::does_not_fit);
  CHECK(first_bad(broken) == 15);
}

TEST_CASE("an index that hides events from those who read through it is found",
          "[journal][verify]") {
  const TemporaryFolder folder;
  record(folder / "a.ride", SigningKey::generate(), 10);
  change(folder / "a.ride", "CREATE INDEX of_kind ON events(kind)");
  CHECK(verify_file(folder / "a.ride").is_sound());
  {
    // The same index, made to think that it is a partial one while it was filled.
    const auto database = Database::open_for_writing(folder / "a.ride");
    sqlite3_db_config(database.get(), SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
    database.run(
        "DROP INDEX of_kind; CREATE INDEX of_kind ON events(kind) WHERE kind <> 20;"
        "PRAGMA writable_schema = ON;"
        "UPDATE sqlite_schema SET sql = 'CREATE INDEX of_kind ON events(kind)' WHERE name = "
        "'of_kind'");
  }
  CHECK(contains(texts_of(verify_file(folder / "a.ride")), "an index over the events hides some"));
}

TEST_CASE("texts are found wherever they stand, and the bad one is named among many",
          "[journal][verify]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  {
    Writer writer(file, {.key = SigningKey::generate()});
    for (const int number : {1, 2, 1, 3, 4, 2, 5, 6})
      writer.shared().append(Kind::query, 1, 1,
                             text_body(std::string(99, 'x') + char('0' + number)));
    writer.close();
  }
  CHECK(verify_file(file).is_sound());
  change(file, "UPDATE texts SET id = -id WHERE id IN (2, 4)");
  CHECK(verify_file(file).is_sound());
  change(file, "UPDATE texts SET text = x'41' WHERE id = 5; DELETE FROM texts WHERE id = -4");
  const auto verified = verify_file(file);
  REQUIRE(verified.findings.size() == 2);
  CHECK(verified.findings[0].text == "event 5: its text is missing");
  CHECK(verified.findings[1].text == "event 7: its text is not the one that was recorded");
}

TEST_CASE("a receipt of another file does not fit", "[journal][verify]") {
  const TemporaryFolder folder;
  const auto key = SigningKey::generate();
  record(folder / "a.ride", key, 3);
  const auto line = record(folder / "b.ride", key, 3);
  const auto verified = verify_file(folder / "a.ride", {.receipt = parse_receipt(line)});
  CHECK(verified.receipt == ReceiptState::does_not_fit);
  CHECK(contains(texts_of(verified), "the receipt is for ride/"));
}

TEST_CASE("a pruned file is sound from its checkpoint on, and a beginning cut off is not",
          "[journal][verify]") {
  const TemporaryFolder folder;
  const auto key = SigningKey::generate();
  const auto line = record(folder / "a.ride", key, 10);
  {
    Reader reader(folder / "a.ride");
    Copy copy(folder / "b.ride", {.key = key, .same_as = &reader.database(), .pruned_to = 12});
    auto cursor = reader.events({.attempt = std::nullopt, .kinds = {}, .after = 12});
    for (Event event; cursor.next(event);) copy.add(event);
    copy.close();
  }
  const auto pruned = verify_file(folder / "b.ride", {.receipt = parse_receipt(line)});
  INFO(texts_of(pruned));
  CHECK(pruned.is_sound());
  CHECK(pruned.pruned_to == 12);
  CHECK(pruned.receipt == ReceiptState::fits);
  change(folder / "b.ride", "DELETE FROM events WHERE seq = 13");
  CHECK_FALSE(verify_file(folder / "b.ride").is_sound());

  const auto early = parse_receipt(line);
  change(folder / "a.ride",
         "DELETE FROM events WHERE seq <= 12; DELETE FROM checkpoints WHERE size < 12");
  CHECK(first_bad(verify_file(folder / "a.ride")) == 1);
}

TEST_CASE("a receipt for what was pruned cannot be compared", "[journal][verify]") {
  const TemporaryFolder folder;
  const auto key = SigningKey::generate();
  record(folder / "a.ride", key, 10);
  Reader reader(folder / "a.ride");
  {
    Copy copy(folder / "b.ride", {.key = key, .same_as = &reader.database(), .pruned_to = 30});
    copy.close();
  }
  const Checkpoint early{
      origin_of(get_meta(reader.database(), "file_id")), chain_at(reader.database(), 5), {}};
  CHECK(verify_file(folder / "b.ride").is_sound());
  const auto verified = verify_file(folder / "b.ride", {.receipt = early});
  CHECK(verified.receipt == ReceiptState::does_not_fit);
  CHECK(contains(texts_of(verified), "covers only what was pruned"));
}

TEST_CASE("holes do not break the chain, and nothing may stand in them", "[journal][verify]") {
  const TemporaryFolder folder;
  {
    Copy copy(folder / "a.ride", {.key = SigningKey::generate()});
    copy.add({1, 0, Kind::hole, 1, 0, number_body(3)});
    copy.add({4, 0, Kind::hint, 1, 0, number_body(1)});
    copy.close();
  }
  CHECK(verify_file(folder / "a.ride").is_sound());
  change(folder / "a.ride", "INSERT INTO events VALUES (2, 0, 44, 1, 0, x'0201', 0)");
  CHECK(contains(texts_of(verify_file(folder / "a.ride")), "where nothing was recorded"));
}

TEST_CASE("a file of format 1 has no chain to look at, and its texts are looked at all the same",
          "[journal][verify][journals]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  std::filesystem::copy_file(RIDE_JOURNALS "/1-proxy.ride", file);
  const auto verified = verify_file(file);
  CHECK(verified.is_sound());
  CHECK(verified.format == 1);
  CHECK(verified.checkpoints == 0);
  {
    Writer writer(file, {.extend = true, .key = SigningKey::generate()});
    writer.close();
  }
  const auto later = verify_file(file);
  CHECK(later.is_sound());
  CHECK(later.chained_later == verified.last_seq);
  change(file, "UPDATE texts SET text = x'41'");
  CHECK(contains(texts_of(verify_file(file)), "its text is not the one that was recorded"));
}
