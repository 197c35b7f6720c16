#include "audit/prune.hpp"

#include <map>

#include "audit/files.hpp"
#include "journal/liveness.hpp"
#include "journal/reader.hpp"
#include "journal/verify.hpp"
#include "journal/writer.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

using namespace ride;
using namespace ride::audit;
namespace fs = std::filesystem;
using journal::contains;
using journal::error_of;
using journal::Kind;
using journal::TemporaryFolder;
using scorer::Recording;
using scorer::sample_rules;

namespace {

// A recording of the bare proxy whose sessions last from one second to another.
struct Span {
  journal::ConnectionId connection;
  std::int64_t opened_s, closed_s;
};

fs::path recorded(const fs::path& file, const std::vector<Span>& spans,
                  const journal::SigningKey& key) {
  std::map<std::int64_t, std::vector<std::pair<Kind, journal::ConnectionId>>> by_second;
  for (const auto& span : spans) {
    by_second[span.opened_s].emplace_back(Kind::connection_opened, span.connection);
    by_second[span.closed_s].emplace_back(Kind::connection_closed, span.connection);
  }
  journal::WriterOptions options;
  options.key = key;
  journal::Writer writer(file, options);
  for (const auto& [second, all] : by_second)
    for (const auto& [kind, connection] : all)
      writer.shared().append(kind, connection, second * 1'000'000, "");
  writer.close();
  return file;
}

std::vector<std::string> names(const std::vector<Pruned>& files) {
  std::vector<std::string> out;
  for (const auto& one : files) out.push_back(one.file.filename());
  return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("files go by age or by number, oldest first", "[audit]") {
  const TemporaryFolder folder;
  const auto key = journal::SigningKey::ensure(folder / "key");
  const auto old = recorded(folder / "b.ride", {{1, 1, 100}}, key);
  const auto older = recorded(folder / "c.ride", {{1, 1, 50}}, key);
  const auto young = recorded(folder / "a.ride", {{1, 1, 900}}, key);
  const std::vector<fs::path> all{young, old, older};
  CHECK(names(files_to_prune(all, {.before_us = 500'000'000}, "")) == Names{"c.ride", "b.ride"});
  CHECK(names(files_to_prune(all, {.keep = 1}, "")) == Names{"c.ride", "b.ride"});
  CHECK(files_to_prune(all, {.keep = 9}, "").empty());
  CHECK(names(files_to_prune(all, {.before_us = 500'000'000}, older)) == Names{"b.ride"});
}

TEST_CASE("a file that is written, interrupted or foreign never goes", "[audit]") {
  const TemporaryFolder folder;
  Recording recording(folder / "live.ride", sample_rules());
  journal::save(folder / "foreign.ride", "something else");
  const auto key = journal::SigningKey::ensure(folder / "key");
  recorded(folder / "cut.ride", {{1, 1, 2}}, key);
  journal::save(journal::ring_path(folder / "cut.ride", 1), "");
  const auto files = attempt_files({folder.path().string()});
  CHECK(files.size() == 3);
  CHECK(files_to_prune(files, {.keep = 0}, "").empty());
  CHECK_FALSE(remove_file(folder / "live.ride"));
  CHECK(fs::exists(folder / "live.ride"));
}

TEST_CASE("a removed file leaves nothing beside it", "[audit]") {
  const TemporaryFolder folder;
  const auto key = journal::SigningKey::ensure(folder / "key");
  const auto file = recorded(folder / "a.ride", {{1, 1, 2}}, key);
  CHECK(remove_file(file));
  CHECK(attempt_files({folder.path().string()}).empty());
  CHECK_FALSE(fs::exists(journal::lock_path(file)));
}

TEST_CASE("a file is cut between sessions, never through one", "[audit]") {
  const TemporaryFolder folder;
  const auto key = journal::SigningKey::ensure(folder / "key");
  const auto apart = recorded(folder / "a.ride", {{1, 1, 2}, {2, 3, 4}, {3, 5, 6}}, key);
  CHECK(prune_point(apart, 4'500'000) == 4);
  CHECK(prune_point(apart, 3'500'000) == 2);
  CHECK(prune_point(apart, 500'000) == 0);
  CHECK(prune_point(apart, 9'000'000) == 6);
  // 1 is open from 3 to 6, and 2 from 1 to 4: the point goes back before both.
  const auto chained = recorded(folder / "b.ride", {{2, 1, 4}, {1, 3, 6}}, key);
  CHECK(prune_point(chained, 5'500'000) == 0);
}

TEST_CASE("a pruned file keeps the rest as it was, verifies, and says that it was pruned",
          "[audit]") {
  const TemporaryFolder folder;
  const auto key = journal::SigningKey::ensure(folder / "key");
  const auto file = recorded(folder / "a.ride", {{1, 1, 2}, {2, 3, 4}, {3, 5, 6}}, key);
  prune_file(file, prune_point(file, 4'500'000), key);
  journal::Reader reader(file);
  const auto events = reader.all({});
  REQUIRE(events.size() == 2);
  CHECK(events.front().seq == 5);
  CHECK(events.front().connection == 3);
  CHECK(journal::liveness(file) == journal::Liveness::closed);
  CHECK_FALSE(fs::exists(file.string() + ".pruning"));
  const auto verified = journal::verify(reader);
  CHECK(verified.pruned_to == 4);
  CHECK(verified.is_sound());
}

TEST_CASE("a run's file is not cut, for it could not be graded any more", "[audit]") {
  const TemporaryFolder folder;
  const auto key = journal::SigningKey::ensure(folder / "key");
  { Recording(folder / "a.ride", sample_rules()).close(); }
  const auto before = journal::load(folder / "a.ride");
  CHECK(contains(error_of([&] { prune_file(folder / "a.ride", 1, key); }), "could not be graded"));
  CHECK(journal::load(folder / "a.ride") == before);
  CHECK_FALSE(fs::exists((folder / "a.ride").string() + ".pruning"));
}
