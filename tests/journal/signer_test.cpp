#include "journal/signer.hpp"

#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride::journal;

TEST_CASE("a checkpoint is due after so many events, or so long behind the last",
          "[journal][signer]") {
  const TemporaryFolder folder;
  const auto database = Database::create(folder / "a.ride");
  Signer signer(database, SigningKey::generate(), 100);
  const auto later = Signer::Clock::now() + unsigned_wait_max;
  CHECK_FALSE(signer.is_due({100, {}}));
  CHECK_FALSE(signer.is_due({100, {}}, later));
  CHECK_FALSE(signer.is_due({101, {}}));
  CHECK(signer.is_due({101, {}}, later));
  CHECK_FALSE(signer.is_due({99 + unsigned_events_max, {}}));
  CHECK(signer.is_due({100 + unsigned_events_max, {}}));
  signer.sign({"ride/x", {200, {}}, {}});
  CHECK_FALSE(signer.is_due({200, {}}, later + unsigned_wait_max));
  CHECK_FALSE(signer.is_due({99 + unsigned_events_max, {}}));
  CHECK(signer.is_due({201, {}}, later + unsigned_wait_max));
}

TEST_CASE("the last checkpoint of a size stays, but for one that stands for what was pruned",
          "[journal][signer]") {
  const TemporaryFolder folder;
  const auto database = Database::create(folder / "a.ride");
  Signer signer(database, SigningKey::generate(), 0);
  const auto mark_of = [&](Seq size) {
    auto row = database.prepare("SELECT note FROM checkpoints WHERE size = ?");
    REQUIRE(row.bind(1, static_cast<std::int64_t>(size)).step());
    return parse_note(row.bytes(0))->checkpoint.mark;
  };
  signer.sign({"ride/x", {5, {}}, {}});
  signer.sign({"ride/x", {5, {}}, std::string(mark_closed)});
  CHECK(mark_of(5) == mark_closed);
  signer.sign({"ride/x", {7, {}}, std::string(mark_pruned)});
  signer.sign({"ride/x", {7, {}}, std::string(mark_closed)});
  CHECK(mark_of(7) == mark_pruned);
}
