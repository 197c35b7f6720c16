#include "journal/copy.hpp"

#include "journal/liveness.hpp"
#include "journal/reader.hpp"
#include "journal/stored_chain.hpp"
#include "journal/writer.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride::journal;

namespace {

// Two attempts, with texts that are shared and a checkpoint in the middle.
std::filesystem::path make_file(const TemporaryFolder& folder, const SigningKey& key) {
  Writer writer(folder / "a.ride", {.key = key});
  for (std::uint64_t attempt = 1; attempt <= 2; ++attempt) {
    writer.shared().append(Kind::attempt_began, 0, 1, number_body(attempt));
    for (int i = 0; i < 10; ++i)
      writer.shared().append(Kind::query, 1, i, text_body(std::string(100, 'x')));
    writer.checkpoint();
  }
  writer.close();
  return writer.file();
}

void copy_behind(Reader& reader, Copy& copy, Seq seq) {
  auto cursor = reader.events({.attempt = std::nullopt, .kinds = {}, .after = seq});
  for (Event event; cursor.next(event);) copy.add(event);
}

std::vector<Checkpoint> checkpoints(const Database& database) {
  std::vector<Checkpoint> out;
  auto rows = database.prepare("SELECT note FROM checkpoints ORDER BY size");
  while (rows.step()) out.push_back(parse_note(rows.bytes(0))->checkpoint);
  return out;
}

bool same(const Event& a, const Event& b) {
  return a.seq == b.seq && a.attempt == b.attempt && a.kind == b.kind && a.at_us == b.at_us &&
         a.connection == b.connection && a.body == b.body;
}

}  // namespace

TEST_CASE("a copy has the events it was given, and a signed chain of its own", "[journal][copy]") {
  const TemporaryFolder folder;
  const auto key = SigningKey::generate();
  const auto source = make_file(folder, key);
  Reader reader(source);
  {
    Copy copy(folder / "b.ride", {.key = key});
    copy_behind(reader, copy, 0);
    set_meta(copy.database(), "beside", "the events");
    CHECK(copy.chain() == stored_chain(reader.database()));
    copy.close();
  }
  CHECK(liveness(folder / "b.ride") == Liveness::closed);
  CHECK_FALSE(std::filesystem::exists(lock_path(folder / "b.ride")));
  Reader copied(folder / "b.ride");
  const auto all = reader.all();
  const auto there = copied.all();
  REQUIRE(there.size() == all.size());
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(same(all[i], there[i]));
  CHECK(copied.database().integer("SELECT count(*) FROM texts") == 1);
  CHECK(get_meta(copied.database(), "beside") == "the events");
  CHECK(get_meta(copied.database(), "file_id") != get_meta(reader.database(), "file_id"));
  const auto last = last_checkpoint(copied.database());
  REQUIRE(last);
  CHECK(last->is_signed_by(key.public_key()));
  CHECK(last->checkpoint.state == stored_chain(copied.database()));
  CHECK(last->checkpoint.mark == mark_closed);
}

TEST_CASE("a file without its oldest part has a checkpoint in the place of it", "[journal][copy]") {
  const TemporaryFolder folder;
  const auto recorder = SigningKey::generate();
  const auto pruner = SigningKey::generate();
  Reader reader(make_file(folder, recorder));
  {
    Copy copy(folder / "b.ride", {.key = pruner, .same_as = &reader.database(), .pruned_to = 5});
    copy_behind(reader, copy, 5);
    copy.close();
  }
  Reader copied(folder / "b.ride");
  CHECK(copied.all().size() == 17);
  CHECK(copied.find(6)->attempt == 1);
  CHECK(get_meta(copied.database(), "file_id") == get_meta(reader.database(), "file_id"));
  CHECK(copied.database().integer("SELECT count(*) FROM keys") == 2);
  const auto kept = checkpoints(copied.database());
  REQUIRE(kept.size() == 3);
  CHECK(kept[0].mark == mark_pruned);
  CHECK(kept[0].state == chain_at(reader.database(), 5));
  CHECK(kept[1].state == chain_at(reader.database(), 11));
  CHECK(kept[2].state == chain_at(reader.database(), 22));
  CHECK(kept[2].mark == mark_closed);
}

TEST_CASE("a checkpoint is not kept where the copy is another record by then", "[journal][copy]") {
  const TemporaryFolder folder;
  const auto key = SigningKey::generate();
  Reader reader(make_file(folder, key));
  {
    Copy copy(folder / "b.ride", {.key = key, .same_as = &reader.database()});
    auto changed = *reader.find(1);
    changed.body.clear();
    copy.add(changed);
    copy_behind(reader, copy, 1);
    copy.close();
  }
  const auto kept = checkpoints(Reader(folder / "b.ride").database());
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].state == ChainState());
  CHECK(kept[1].mark == mark_closed);
}

TEST_CASE("a copy that is not finished leaves nothing, and none overwrites a file",
          "[journal][copy]") {
  const TemporaryFolder folder;
  {
    Copy copy(folder / "b.ride", {});
    copy.add({1, 0, Kind::hint, 1, 0, number_body(1)});
  }
  CHECK(std::filesystem::is_empty(folder.path()));
  save(folder / "b.ride", "mine");
  CHECK(contains(error_of([&] { Copy(folder / "b.ride", {}); }), "b.ride: cannot create"));
  CHECK(load(folder / "b.ride") == "mine");
}

TEST_CASE("without a key nothing is pruned", "[journal][copy]") {
  const TemporaryFolder folder;
  Reader reader(make_file(folder, SigningKey::generate()));
  CHECK(contains(
      error_of([&] { Copy(folder / "b.ride", {.same_as = &reader.database(), .pruned_to = 5}); }),
      "cannot be pruned without a key"));
  CHECK_FALSE(std::filesystem::exists(folder / "b.ride"));
}
