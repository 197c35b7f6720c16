#include "audit/command_class.hpp"

#include "journal/reader.hpp"
#include "sql/worker.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

using namespace ride;
using namespace ride::audit;

TEST_CASE("statements have pgAudit's class, their command, their object and OCSF's activity",
          "[audit]") {
  struct Expected {
    const char* text;
    const char* says;
  };
  const std::vector<Expected> all{
      {"SELECT * FROM orders", "READ SELECT TABLE public.orders 4"},
      {"SELECT * FROM a, b", "READ SELECT   4"},
      {"COPY orders TO STDOUT", "READ COPY TABLE public.orders 4"},
      {"COPY orders FROM STDIN", "WRITE COPY TABLE public.orders 5"},
      {"INSERT INTO orders SELECT * FROM a", "WRITE INSERT TABLE public.orders 5"},
      {"UPDATE orders SET a = 1", "WRITE UPDATE TABLE public.orders 2"},
      {"DELETE FROM orders", "WRITE DELETE TABLE public.orders 7"},
      {"TRUNCATE orders", "WRITE TRUNCATE TABLE TABLE public.orders 7"},
      {"WITH d AS (DELETE FROM orders RETURNING *) SELECT 1", "WRITE SELECT TABLE public.orders 2"},
      {"DO $$ BEGIN END $$", "FUNCTION DO   99"},
      {"CALL settle()", "FUNCTION CALL   99"},
      {"GRANT SELECT ON orders TO app", "ROLE GRANT   2"},
      {"CREATE ROLE app", "ROLE CREATE ROLE   6"},
      {"DROP ROLE app", "ROLE DROP ROLE   7"},
      {"CREATE TABLE t (id int)", "DDL CREATE TABLE TABLE public.t 6"},
      {"ALTER TABLE t ADD COLUMN a int", "DDL ALTER TABLE TABLE public.t 2"},
      {"DROP TABLE t", "DDL DROP TABLE TABLE public.t 7"},
      {"BEGIN", "MISC BEGIN   99"},
      {"VACUUM", "MISC VACUUM   99"},
      {"SET work_mem = '1MB'", "MISC SET   99"},
      {"EXPLAIN DELETE FROM orders", "MISC EXPLAIN   99"}};
  const journal::TemporaryFolder folder;
  scorer::Recording recording(folder / "a.ride", scorer::sample_rules());
  for (const auto& one : all) {
    const auto request = recording.ask(one.text);
    recording.answer(request, 0, "OK");
    recording.ready(request);
  }
  recording.close();
  journal::Reader reader(folder / "a.ride");
  sql::Analyser analyser;
  std::size_t at = 0;
  walk(reader, {}, analyser, {.statement = [&](const Statement& one) {
         const auto object = object_of(one);
         INFO(all[at].text);
         CHECK(std::string(class_of(one)) + " " + command_of(one) + " " + object.type + " " +
                   object.name + " " + std::to_string(activity_of(one).id) ==
               all[at].says);
         ++at;
       }});
  CHECK(at == all.size());
}
