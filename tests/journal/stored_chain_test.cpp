#include "journal/stored_chain.hpp"

#include "journal/reader.hpp"
#include "journal/signer.hpp"
#include "journal/writer.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride::journal;

namespace {

// All links of the file, as its events give them from nothing.
void check_links(const std::filesystem::path& file) {
  const auto database = Database::open_for_reading(file);
  auto rows = database.prepare(
      "SELECT seq, attempt, kind, at_us, connection, body, link FROM events ORDER BY seq");
  Chain chain;
  while (rows.step())
    REQUIRE(
        chain.add(static_cast<Seq>(rows.integer(0)), static_cast<std::uint32_t>(rows.integer(1)),
                  static_cast<Kind>(rows.integer(2)), rows.integer(3),
                  static_cast<ConnectionId>(rows.integer(4)), rows.bytes(5)) == rows.integer(6));
  const auto last = last_checkpoint(database);
  if (last) CHECK(last->checkpoint.state == chain.state());
}

std::vector<Note> notes(const std::filesystem::path& file) {
  std::vector<Note> out;
  const auto database = Database::open_for_reading(file);
  auto rows = database.prepare("SELECT size, note FROM checkpoints ORDER BY size");
  while (rows.step()) {
    out.push_back(*parse_note(rows.bytes(1)));
    CHECK(static_cast<std::int64_t>(out.back().checkpoint.state.size) == rows.integer(0));
  }
  return out;
}

void append(Writer& writer, int events, std::size_t text_bytes = 10) {
  for (int i = 0; i < events; ++i)
    writer.shared().append(Kind::query, 1, i, text_body(std::string(text_bytes, 'x')));
}

}  // namespace

TEST_CASE("a file is signed at its beginning, at intervals, on demand and at its end",
          "[journal][chain]") {
  const TemporaryFolder folder;
  const auto key = SigningKey::generate();
  std::string line;
  {
    Writer writer(folder / "a.ride", {.key = key});
    append(writer, 3 * unsigned_events_max, 100);
    line = writer.checkpoint();
    append(writer, 1);
    writer.close();
  }
  check_links(folder / "a.ride");
  const auto all = notes(folder / "a.ride");
  REQUIRE(all.size() >= 4);
  CHECK(all.front().checkpoint.state == ChainState());
  for (const auto& note : all) CHECK(note.is_signed_by(key.public_key()));
  const auto& at_demand = all[all.size() - 2].checkpoint;
  CHECK(at_demand.state.size == 3 * unsigned_events_max);
  CHECK(receipt(at_demand) == line);
  CHECK(all.back().checkpoint.state.size == 3 * unsigned_events_max + 1);
  CHECK(all.back().checkpoint.mark == mark_closed);
  const auto database = Database::open_for_reading(folder / "a.ride");
  CHECK(all.back().checkpoint.origin == origin_of(get_meta(database, "file_id")));
  auto keys = database.prepare("SELECT vkey FROM keys");
  REQUIRE(keys.step());
  CHECK(keys.bytes(0) == key.public_key().vkey());
}

TEST_CASE("a file that is written on goes on with its chain", "[journal][chain]") {
  const TemporaryFolder folder;
  const bool is_signed = GENERATE(true, false);
  WriterOptions options;
  if (is_signed) options.key = SigningKey::generate();
  for (int round = 0; round < 3; ++round) {
    options.extend = round > 0;
    Writer writer(folder / "a.ride", options);
    append(writer, 5);
    writer.close();
  }
  check_links(folder / "a.ride");
  CHECK(notes(folder / "a.ride").size() == (is_signed ? 4U : 0U));
}

TEST_CASE("the private key is nowhere in the file", "[journal][chain]") {
  const TemporaryFolder folder;
  {
    Writer writer(folder / "a.ride", {.key = SigningKey::ensure(folder / "key")});
    append(writer, 3);
    writer.close();
  }
  const auto pem = load(folder / "key" / "journal.key");
  const auto base64 = pem.substr(pem.find('\n') + 1, 40);
  CHECK_FALSE(contains(load(folder / "a.ride"), base64));
}

TEST_CASE("a file of format 1 that is written on is linked from its first event, and says so",
          "[journal][chain][journals]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  std::filesystem::copy_file(RIDE_JOURNALS "/1-proxy.ride", file);
  const auto before = Reader(file).last_seq();
  {
    Writer writer(file, {.extend = true, .key = SigningKey::generate()});
    append(writer, 2);
    writer.close();
  }
  check_links(file);
  Reader reader(file);
  CHECK(reader.last_seq() == before + 2);
  CHECK(reader.database().integer("PRAGMA user_version") == format_version);
  CHECK(get_meta(reader.database(), "chained_later") == std::to_string(before));
}

TEST_CASE("the chain at an event is the same from any checkpoint", "[journal][chain]") {
  const TemporaryFolder folder;
  {
    Writer writer(folder / "a.ride", {.key = SigningKey::generate()});
    append(writer, 10);
    writer.checkpoint();
    append(writer, 10);
    writer.close();
  }
  const auto all = notes(folder / "a.ride");
  const auto database = Database::open_for_reading(folder / "a.ride");
  CHECK(chain_at(database, 10) == all[1].checkpoint.state);
  CHECK(chain_at(database, 20) == all[2].checkpoint.state);
  CHECK(chain_at(database, 15).size == 15);
  CHECK(stored_chain(database) == all[2].checkpoint.state);
}
