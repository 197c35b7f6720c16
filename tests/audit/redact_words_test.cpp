#include "audit/redact_words.hpp"

#include "journal/reader.hpp"
#include "journal/writer.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride;
using namespace ride::audit;
using journal::Field;
using journal::Kind;

namespace {

std::string without_them(const Words& words, std::string_view text) {
  std::vector<sql::Cut> cuts;
  words.find(text, cuts);
  return sql::without(text, cuts);
}

}  // namespace

TEST_CASE("words are found where they stand alone, the longest first", "[audit]") {
  Words words;
  words.add("anna");
  words.add("anna-laptop");
  words.add("10.0.0.5");
  CHECK(without_them(words, "anna, anna-laptop, annabel, xanna, 'anna'") ==
        "<redacted>, <redacted>, annabel, xanna, '<redacted>'");
  CHECK(without_them(words, "10.0.0.5 10.0.0.55 Anna") == "<redacted> 10.0.0.55 Anna");
  words.remove("anna");
  CHECK(without_them(words, "anna anna-laptop") == "anna <redacted>");
}

TEST_CASE("words too short to mean anybody are passed over", "[audit]") {
  Words words;
  words.add("ab");
  words.add("");
  CHECK_FALSE(words.contains("ab"));
  CHECK(without_them(words, "ab") == "ab");
}

TEST_CASE("a peer's hosts are told from ports and sockets", "[audit]") {
  using Hosts = std::vector<std::string>;
  CHECK(hosts_of("10.0.0.5:40112 via 10.0.0.1:999") == Hosts{"10.0.0.5", "10.0.0.1"});
  CHECK(hosts_of("[2001:db8::1]:40112") == Hosts{"2001:db8::1"});
  CHECK(hosts_of("unix pid=4711 uid=1000").empty());
  CHECK(hosts_of("").empty());
}

TEST_CASE("who recorded and who connected is learnt, but nobody of the incident's own", "[audit]") {
  const journal::TemporaryFolder folder;
  journal::Writer writer(folder / "a.ride", {});
  const auto add = [&](Kind kind, std::vector<std::pair<Field, std::string>> fields) {
    std::string body;
    for (const auto& [field, value] : fields) journal::FieldWriter(body).put(field, Bytes(value));
    writer.shared().append(kind, 1, 1, body);
  };
  add(Kind::run_began, {{Field::learner, "Anna Weber"}});
  add(Kind::connection_opened, {{Field::peer, "10.0.0.5:1"}, {Field::server_name, "db.example"}});
  add(Kind::connection_started,
      {{Field::user, "oncall"}, {Field::database, "shop"}, {Field::application, "anna-laptop"}});
  add(Kind::parameter_changed, {{Field::name, "application_name"}, {Field::text, "tulip"}});
  add(Kind::connection_started, {{Field::application, "app_writer"}});
  add(Kind::connection_started, {{Field::application, "shop"}});
  add(Kind::actor, {{Field::actor, "writer"}, {Field::application, "app_writer"}});
  writer.close();
  journal::Reader reader(folder / "a.ride");
  const auto names = names_in(reader);
  for (const auto* word : {"Anna Weber", "10.0.0.5", "db.example", "anna-laptop", "tulip"}) {
    INFO(word);
    CHECK(names.identities.contains(word));
  }
  for (const auto* word : {"oncall", "shop", "app_writer", "writer"}) {
    INFO(word);
    CHECK_FALSE(names.identities.contains(word));
  }
  CHECK(names.set.contains("tulip"));
  CHECK_FALSE(names.set.contains("anna-laptop"));
}
