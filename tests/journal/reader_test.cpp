#include "journal/reader.hpp"

#include <unistd.h>

#include "journal/writer.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride::journal;

namespace {

void make_file(const std::filesystem::path& file, std::uint64_t events) {
  Writer writer(file);
  for (std::uint64_t i = 0; i < events; ++i)
    writer.shared().append(Kind::query, 1, 0, text_body(std::string(200, 'q') + std::to_string(i)));
}

void change(const std::filesystem::path& file, const std::string& sql) {
  Database::open_for_writing(file).run(sql);
}

}  // namespace

TEST_CASE("a file that is missing or not ours is refused in one line", "[journal][reader]") {
  const TemporaryFolder folder;
  CHECK(error_of([&] { Reader reader(folder / "no.ride"); }) ==
        (folder / "no.ride").string() + ": no such file");
  save(folder / "text.ride", std::string(5000, 'x'));
  save(folder / "empty.ride", "");
  CHECK(error_of([&] { Reader reader(folder / "text.ride"); }) ==
        (folder / "text.ride").string() + ": is not a ride attempt file");
  CHECK(error_of([&] { Reader reader(folder / "empty.ride"); }) ==
        (folder / "empty.ride").string() +
            ": is not a ride attempt file, it holds nothing; if ride or the machine died while it "
            "was being made, remove it");
}

TEST_CASE("a file of a newer version is refused with both versions", "[journal][reader]") {
  const TemporaryFolder folder;
  make_file(folder / "a.ride", 1);
  change(folder / "a.ride", "PRAGMA user_version = 3");
  CHECK(error_of([&] { Reader reader(folder / "a.ride"); }) ==
        (folder / "a.ride").string() +
            ": was made by a newer ride (format 3, this ride reads up to 2); update ride");
}

TEST_CASE("a file with a view, a trigger or a missing table is refused", "[journal][reader]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  make_file(file, 1);
  SECTION("view") {
    change(file, "ALTER TABLE events RENAME TO e; CREATE VIEW events AS SELECT * FROM e");
    CHECK(contains(error_of([&] { Reader reader(file); }), "are missing"));
  }
  SECTION("trigger") {
    change(file, "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM texts; END");
    CHECK(contains(error_of([&] { Reader reader(file); }), "holds views or triggers"));
  }
}

TEST_CASE("a damaged file is read up to the damage and then names itself", "[journal][reader]") {
  const TemporaryFolder folder;
  make_file(folder / "a.ride", 2000);
  auto bytes = load(folder / "a.ride");
  REQUIRE(bytes.size() > 20 * 8192);
  std::fill(bytes.begin() + 10 * 8192, bytes.end() - 8192, '\x5a');
  save(folder / "b.ride", bytes);
  const auto error = error_of([&] {
    Reader reader(folder / "b.ride");
    reader.all();
  });
  CHECK(contains(error, "b.ride: "));
  CHECK(contains(error, "malformed; the file is damaged"));
}

TEST_CASE("a text that was taken out of the file is missed", "[journal][reader]") {
  const TemporaryFolder folder;
  make_file(folder / "a.ride", 1);
  change(folder / "a.ride", "DELETE FROM texts");
  Reader reader(folder / "a.ride");
  CHECK(contains(error_of([&] { reader.all(); }), "the text of event 1 is missing"));
}

TEST_CASE("a copy is read where nothing can be written", "[journal][reader]") {
  const TemporaryFolder folder;
  {
    Writer writer(folder / "a.ride");
    writer.shared().append(Kind::hint, 0, 0, number_body(1));
    writer.checkpoint();
    // Its header asks for a write-ahead log, as its writer is alive.
    std::filesystem::create_directory(folder / "read? only#100%41");
    std::filesystem::copy_file(folder / "a.ride", folder / "read? only#100%41/a.ride");
  }
  using std::filesystem::perms;
  const auto read_only = folder / "read? only#100%41";
  std::filesystem::permissions(folder.path(), perms(0755));
  std::filesystem::permissions(read_only / "a.ride", perms(0444));
  std::filesystem::permissions(read_only, perms(0555));
  const bool is_root = ::geteuid() == 0;  // whom permissions do not stop
  constexpr uid_t nobody = 65534;
  if (is_root) REQUIRE(::seteuid(nobody) == 0);
  std::size_t events = 0;
  const auto error = error_of([&] { events = Reader(read_only / "a.ride").all().size(); });
  if (is_root) REQUIRE(::seteuid(0) == 0);
  std::filesystem::permissions(read_only, perms(0755));
  CHECK(error.empty());
  CHECK(events == 1);
}

TEST_CASE("a reader cannot write", "[journal][reader]") {
  const TemporaryFolder folder;
  make_file(folder / "a.ride", 1);
  Reader reader(folder / "a.ride");
  CHECK(contains(error_of([&] { reader.database().run("DELETE FROM events"); }), "readonly"));
  reader.database().run("CREATE TEMP VIEW v AS SELECT seq FROM events");
  CHECK(reader.database().integer("SELECT seq FROM v") == 1);
}

TEST_CASE("the file explains its numbers to somebody with sqlite3 alone", "[journal][reader]") {
  const TemporaryFolder folder;
  make_file(folder / "a.ride", 1);
  Reader reader(folder / "a.ride");
  auto& database = reader.database();
  CHECK(database.integer("PRAGMA application_id") == application_id);
  CHECK(database.integer("SELECT kind FROM kinds WHERE name = 'ready'") ==
        static_cast<std::int64_t>(Kind::ready));
  CHECK(database.integer("SELECT field FROM fields WHERE name = 'digest' AND type = 'blob'") == 4);
}
