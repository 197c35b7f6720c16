#include "tests/drivers/tools.hpp"

#include <map>

#include "tests/catch.hpp"
#include "tests/support/eventually.hpp"

namespace ride::test {

Address directly() {
  return {Postgres::instance().socket_directory(), std::to_string(Postgres::port)};
}
Address through(Recording& recording) {
  return {"127.0.0.1", std::to_string(recording.proxy().port())};
}

std::string program(const std::string& name) { return postgres_programs() + "/" + name; }

std::string run_tool(const Address& at, const std::vector<std::string>& words,
                     const std::string& input, const std::string& sslmode) {
  auto argv = words;
  argv[0] = program(argv[0]);
  const auto finished = run(argv, input,
                            {.environment = {"PGHOST=" + at.host, "PGPORT=" + at.port,
                                             "PGUSER=oncall", "PGSSLMODE=" + sslmode}});
  INFO(words[0] << ": " << finished.output.substr(0, 2'000));
  REQUIRE(finished.status == 0);
  return finished.output;
}

std::vector<std::pair<std::string, boost::json::object>> ended_queries(Recording& recording) {
  std::map<std::int64_t, std::string> texts;
  std::vector<std::pair<std::string, boost::json::object>> out;
  for (const auto& event : recording.events()) {
    if (text(event, "kind") == "query") texts[number(event, "seq")] = text(event, "text");
    if (text(event, "kind") == "ended" && texts.contains(number(event, "request")))
      out.emplace_back(texts[number(event, "request")], event);
  }
  return out;
}

bool all_closed(Recording& recording) {
  return eventually([&] {
    return recording.events("connection_opened").size() ==
           recording.events("connection_closed").size();
  });
}

}  // namespace ride::test
