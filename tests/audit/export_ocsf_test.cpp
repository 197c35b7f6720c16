// The rules of the Open Cybersecurity Schema Framework, version 1.3.0, class Datastore Activity, as
// far as what ride writes goes: what is required, what the enums allow, which attributes there are.
#include <map>
#include <set>

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
namespace json = boost::json;

namespace {

enum class Type { integer, text, timestamp, object };

struct Attribute {
  Type type = Type::text;
  bool required = false;
  std::set<std::int64_t> allowed = {};
};
using Rules = std::map<std::string, Attribute>;

const Rules base_rules{
    {"activity_id", {Type::integer, true, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99}}},
    {"activity_name", {Type::text}},
    {"category_uid", {Type::integer, true, {6}}},
    {"category_name", {Type::text}},
    {"class_uid", {Type::integer, true, {6005}}},
    {"class_name", {Type::text}},
    {"type_uid", {Type::integer, true}},
    {"type_name", {Type::text}},
    {"severity_id", {Type::integer, true, {0, 1, 2, 3, 4, 5, 6, 99}}},
    {"severity", {Type::text}},
    {"status_id", {Type::integer, false, {0, 1, 2, 99}}},
    {"status", {Type::text}},
    {"status_code", {Type::text}},
    {"status_detail", {Type::text}},
    {"time", {Type::timestamp, true}},
    {"start_time", {Type::timestamp}},
    {"end_time", {Type::timestamp}},
    {"duration", {Type::integer}},
    {"metadata", {Type::object, true}},
    {"actor", {Type::object, true}},
    {"src_endpoint", {Type::object, true}},
    {"dst_endpoint", {Type::object}},
    {"database", {Type::object}},
    {"table", {Type::object}},
    {"query_info", {Type::object}},
    {"type_id", {Type::integer, false, {0, 1, 2, 3, 99}}},
    {"type", {Type::text}},
    {"unmapped", {Type::object}}};
const Rules metadata_rules{{"version", {Type::text, true}},
                           {"product", {Type::object, true}},
                           {"uid", {Type::text}},
                           {"log_name", {Type::text}},
                           {"log_provider", {Type::text}}};
const Rules product_rules{
    {"name", {Type::text}}, {"vendor_name", {Type::text, true}}, {"version", {Type::text}}};
const Rules actor_rules{
    {"user", {Type::object}}, {"session", {Type::object}}, {"app_name", {Type::text}}};
const Rules endpoint_rules{{"ip", {Type::text}},
                           {"port", {Type::integer}},
                           {"name", {Type::text}},
                           {"svc_name", {Type::text}}};
const Rules database_rules{{"name", {Type::text}},
                           {"type_id", {Type::integer, true, {0, 1, 2, 3, 4, 5, 6, 99}}},
                           {"type", {Type::text}}};
const Rules query_rules{{"query_string", {Type::text, true}}, {"uid", {Type::text}}};

void require_valid(const json::object& object, const Rules& rules) {
  for (const auto& [name, rule] : rules) {
    INFO(name << " in " << json::serialize(object));
    if (rule.required) REQUIRE(object.contains(name));
  }
  for (const auto& [key, value] : object) {
    const std::string name(key);
    INFO(name << " in " << json::serialize(object));
    const auto rule = rules.find(name);
    REQUIRE(rule != rules.end());
    const auto type = rule->second.type;
    if (type == Type::text) CHECK(value.is_string());
    if (type == Type::object) CHECK(value.is_object());
    if (type == Type::integer || type == Type::timestamp) REQUIRE(value.is_int64());
    if (type == Type::timestamp) CHECK(value.as_int64() > 1'000'000'000'000);  // milliseconds
    if (!rule->second.allowed.empty()) CHECK(rule->second.allowed.contains(value.as_int64()));
  }
}

void require_one_of(const json::object& object, std::initializer_list<const char*> names) {
  CHECK(std::any_of(names.begin(), names.end(),
                    [&](const char* name) { return object.contains(name); }));
}

void require_event(const json::object& event) {
  require_valid(event, base_rules);
  CHECK(event.at("type_uid").as_int64() ==
        event.at("class_uid").as_int64() * 100 + event.at("activity_id").as_int64());
  require_one_of(event, {"database", "databucket", "table"});
  require_valid(event.at("metadata").as_object(), metadata_rules);
  CHECK(event.at("metadata").at("version") == "1.3.0");
  require_valid(event.at("metadata").at("product").as_object(), product_rules);
  require_valid(event.at("actor").as_object(), actor_rules);
  require_one_of(event.at("actor").as_object(), {"process", "user", "session", "app_name"});
  for (const auto* endpoint : {"src_endpoint", "dst_endpoint"}) {
    require_valid(event.at(endpoint).as_object(), endpoint_rules);
    require_one_of(event.at(endpoint).as_object(), {"ip", "name", "svc_name"});
  }
  require_valid(event.at("database").as_object(), database_rules);
  if (const auto* query = event.if_contains("query_info"))
    require_valid(query->as_object(), query_rules);
  // Enums that are mapped carry their caption; where they are not, the source's own word.
  const std::map<std::int64_t, std::string> captions{
      {0, "Unknown"}, {1, "Success"}, {2, "Failure"}};
  const auto caption = captions.find(event.at("status_id").as_int64());
  if (caption != captions.end())
    CHECK(std::string(event.at("status").as_string()) == caption->second);
}

}  // namespace

TEST_CASE("every line is a valid event of OCSF's class Datastore Activity", "[audit]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  for (const auto* text : {"SELECT * FROM orders", "INSERT INTO orders VALUES (1)",
                           "UPDATE orders SET a = 1", "DELETE FROM orders", "DROP TABLE orders",
                           "CREATE TABLE t (id int)", "VACUUM", "GRANT app TO oncall"}) {
    const auto request = recording.ask(text);
    recording.answer(request, 0, "OK");
    recording.ready(request);
  }
  const auto bad = recording.ask("SELECT nope");
  recording.fail(bad, 0, "42703", "no column");
  recording.ready(bad);
  recording.ask("SELECT pg_sleep(60)");
  recording.add(Kind::connection_opened, 2,
                [](journal::FieldWriter& out) { out.put(Field::peer, "[::1]:40112"); });
  recording.add(Kind::connection_refused, 2);
  recording.add(Kind::connection_closed, 1);
  recording.close();
  const auto events = exported_objects(folder / "a.ride", Format::ocsf);
  std::vector<std::int64_t> activities;
  for (const auto& event : events) {
    require_event(event);
    activities.push_back(event.at("activity_id").as_int64());
  }
  CHECK(activities == std::vector<std::int64_t>{3, 4, 5, 2, 7, 7, 6, 99, 2, 4, 3, 99, 4});
  CHECK(events[10].at("src_endpoint") == json::object{{"ip", "::1"}, {"port", 40112}});
  CHECK(events[9].at("status_code") == "42703");
}
