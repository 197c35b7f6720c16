// `ride audit` on files of real runs.
#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"
#include "tests/lab/proxy_process.hpp"

using namespace ride::lab;
namespace json = boost::json;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<json::object> objects(const std::string& lines) {
  std::vector<json::object> out;
  for (std::size_t at = 0; at < lines.size();) {
    const auto end = lines.find('\n', at);
    out.push_back(json::parse(lines.substr(at, end - at)).as_object());
    at = end + 1;
  }
  return out;
}

}  // namespace

TEST_CASE("audit list and show tell of a proxy's journal while it is written and after",
          "[lab][postgres]") {
  ProxyProcess proxy;
  proxy.psql("BEGIN;\nCREATE TABLE audited (id int);\nROLLBACK;\nSELECT 1/0;\n");
  const auto file = proxy.file().string();
  CHECK(contains(run_ride({"audit", "list", file}).out, "being written"));
  REQUIRE(proxy.stop() == 0);
  const auto listed = run_ride({"audit", "list", proxy.file().parent_path().string(), "--json"});
  REQUIRE(listed.exit_code == 0);
  CHECK(objects(listed.out).at(0).at("state") == "at rest");

  const auto shown = run_ride({"audit", "show", file, "--json"});
  REQUIRE(shown.exit_code == 0);
  std::vector<std::string> outcomes;
  for (const auto& one : objects(shown.out)) outcomes.emplace_back(one.at("outcome").as_string());
  CHECK(outcomes ==
        std::vector<std::string>{"rolled back", "rolled back", "rolled back", "failed"});
  const auto last = run_ride({"audit", "show", file, "4"});
  CHECK(contains(last.out, "sqlstate: 22012"));
  CHECK(run_ride({"audit", "show", file, "5"}).exit_code == 1);
  CHECK(run_ride({"audit", "show", file, "x"}).exit_code == 2);
}

TEST_CASE("audit list without a path is of this RIDE_HOME's attempts", "[lab]") {
  const Lab lab;
  const auto nothing = lab.ride({"audit", "list"});
  CHECK(nothing.exit_code == 1);
  CHECK(contains(nothing.err, lab.home().string()));
}
