#include "tests/audit/exported.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

using namespace ride;
using namespace ride::audit;
using journal::Field;
using journal::Kind;
using journal::TemporaryFolder;
using scorer::Recording;
using scorer::sample_rules;

TEST_CASE("csv has pgAudit's ten columns, quoted as CSV is", "[audit]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.select("SELECT \"a\", 'b'\nFROM orders", {"x"});
  recording.close();
  CHECK(exported(folder / "a.ride", {.format = Format::csv}) ==
        std::vector<std::string>{"AUDIT,SESSION,1,1,READ,SELECT,TABLE,public.orders,"
                                 "\"SELECT \"\"a\"\", 'b'\nFROM orders\",<none>\n"});
}

TEST_CASE("csv has the parameters as one column of values", "[audit]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.add(Kind::parse, 1, [](journal::FieldWriter& out) {
    out.put(Field::text, "UPDATE t SET a = $1, b = $2");
  });
  recording.add(Kind::bind, 1, [](journal::FieldWriter& out) {
    out.put(Field::parameters, Bytes("\0\0\0\2\0\0\0\3a,b\xff\xff\xff\xff", 15));
  });
  const auto run = recording.add(Kind::execute, 1);
  recording.answer(run, 0, "UPDATE 1");
  recording.ready(run);
  recording.close();
  CHECK(exported(folder / "a.ride", {.format = Format::csv}) ==
        std::vector<std::string>{"AUDIT,SESSION,1,1,WRITE,UPDATE,TABLE,public.t,"
                                 "\"UPDATE t SET a = $1, b = $2\",\"\"\"a,b\"\",\"\n"});
}
