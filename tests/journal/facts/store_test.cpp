#include "journal/facts/store.hpp"

#include <unistd.h>

#include <filesystem>

#include "journal/event_json.hpp"
#include "journal/facts/schema.hpp"
#include "tests/catch.hpp"
#include "tests/journal/facts/story.hpp"

namespace ride::journal::facts::test {
namespace {

class File {
 public:
  File()
      : path_(std::filesystem::temp_directory_path() /
              ("ride-facts-" + std::to_string(::getpid()) + ".ride")) {
    std::filesystem::remove(path_);
  }
  ~File() {
    for (const auto* suffix : {"", "-wal", "-shm"})
      std::filesystem::remove(path_.string() + suffix);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Facts some_facts() {
  Story story;
  story.snapshot("start", "app_db",
                 R"({"relations":[{"schema":"public","name":"orders","oid":7,"kind":"r",
                     "owner":"app_owner","columns":[{"attnum":1,"name":"id","type":"bigint",
                     "not_null":true,"default":null}]}]})");
  story.actor("app_writer", 202).connect(1, 100);
  const auto request = story.query(1, "SELECT id FROM orders");
  story.rows(request, {{"id", 20, 7, 1}}, {{"1"}, {std::nullopt}}).ready(1, request);
  story.terminate(1, "SELECT pg_terminate_backend(202)");
  story.dies("app_writer", 202);
  return story.derive();
}

}  // namespace

TEST_CASE("the list of tables is that of the schema", "[facts][store]") {
  File file;
  const auto database = Database::create(file.path());
  store(database, 1, Facts{});
  for (const auto& table : tables) {
    const auto name = std::string(table.name);
    CHECK_NOTHROW(database.prepare("SELECT attempt, position, " + std::string(table.columns) +
                                   " FROM " + name));
    std::string listed;
    auto columns = database.prepare("SELECT name FROM pragma_table_info('" + name + "')");
    while (columns.step()) listed += (listed.empty() ? "" : ", ") + std::string(columns.bytes(0));
    std::string unquoted(table.columns);
    std::erase(unquoted, '"');
    CHECK(listed == "attempt, position, " + unquoted);
  }
  CHECK(
      database.integer("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'fact!_%' ESCAPE '!'") ==
      static_cast<std::int64_t>(tables.size()));
}

TEST_CASE("storing again replaces the attempt's rows and gives the same digest", "[facts][store]") {
  File file;
  const auto database = Database::create(file.path());
  const auto facts = some_facts();
  store(database, 1, facts);
  store(database, 2, Facts{});
  const auto first = digest(database, 1);
  CHECK(first != digest(database, 2));
  store(database, 1, some_facts());
  CHECK(digest(database, 1) == first);
  CHECK(database.integer("SELECT count(*) FROM fact_statements") == 2);
  CHECK(database.integer("SELECT count(*) FROM fact_saw WHERE value IS NULL") == 1);
  CHECK(database.integer("SELECT count(*) FROM fact_terminations WHERE actor = 'app_writer'") == 1);
  database.run("UPDATE fact_saw SET value = '2' WHERE value = '1'");
  CHECK(digest(database, 1) != first);
}

TEST_CASE("a file that cannot be written takes facts in temporary tables", "[facts][store]") {
  File file;
  Digest stored{};
  {
    const auto database = Database::create(file.path());
    store(database, 1, some_facts());
    stored = digest(database, 1);
    store(database, 1, Facts{});
  }
  const auto database = Database::open_for_reading(file.path());
  store(database, 1, some_facts(), "temp");
  CHECK(digest(database, 1, "temp") == stored);
  CHECK(digest(database, 1) != stored);
  CHECK(database.integer("SELECT count(*) FROM fact_statements") == 2);
}

TEST_CASE("the versions are canonical JSON", "[facts][store]") {
  CHECK(versions().starts_with(R"({"facts":6,"libpg_query":")"));
}

}  // namespace ride::journal::facts::test
