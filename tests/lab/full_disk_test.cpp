// The disk of a run's journal fills, and is given room again.
#include <unistd.h>

#include <sstream>

#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"
#include "tests/lab/program.hpp"
#include "tests/support/eventually.hpp"

using namespace ride::lab;
using ride::test::eventually;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Each takes some 60 KB of the record.
std::string large_results(int count) {
  std::ostringstream out;
  for (int i = 0; i < count; ++i) out << "SELECT repeat('x', 60000);\n";
  return out.str();
}

}  // namespace

TEST_CASE("a full disk ends the sessions of a run, status says so, and room is all it needs",
          "[lab][postgres]") {
  if (::geteuid() != 0 || run_program({"unshare", "-m", "true"}).exit_code != 0) {
    WARN("SKIPPED: no file system can be mounted here");
    return;
  }
  Lab lab;
  lab.start_on_small_disk("56m");  // of which the rings take 48
  const auto cut = lab.psql(large_results(400));
  CHECK(contains(cut.err, "ride cannot record"));
  CHECK(contains(cut.err, lab.file().string()));
  const auto refused = lab.psql("SELECT 1;\n");
  CHECK(contains(refused.err, "ride cannot record"));
  const auto status = lab.must({"postgres", "status"});
  CHECK(contains(status, "nothing is recorded and nobody is served now"));
  CHECK(contains(status, lab.file().string() + ": cannot"));
  CHECK(contains(lab.must({"postgres", "status", "--json"}), "recording_failed"));
  lab.resize_small_disk("300m");
  CHECK(eventually([&] { return lab.psql("SELECT 'served';\n", {"-At"}).out == "served\n"; }));
  CHECK_FALSE(contains(lab.must({"postgres", "status"}), "nobody is served"));
  lab.must({"postgres", "stop"});
}
