#include "audit/redact_event.hpp"

#include "journal/facts/wire.hpp"
#include "journal/fields.hpp"
#include "journal/sha256.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride;
using namespace ride::audit;
using journal::contains;
using journal::Event;
using journal::Field;
using journal::FieldWriter;
using journal::Kind;

namespace {

template <typename Fill>
Event event_of(Kind kind, Fill&& fill, journal::Seq seq = 1) {
  Event out{seq, 1, kind, 5, 1, ""};
  FieldWriter writer(out.body);
  fill(writer);
  return out;
}

EventRedactor redactor_for(const std::string& policy, const std::string& identity = "") {
  Names names;
  names.identities.add(identity);
  return {read_policy({policy}), names};
}

std::string get(const Event& event, Field field) {
  return std::string(journal::Fields(event.body).get_bytes(field));
}

std::string value(const std::string& text) {
  return std::string(3, '\0') + static_cast<char>(text.size()) + text;
}

std::string one_row(const std::string& text) { return value(std::string("\0\1", 2) + value(text)); }

Event text_event(Kind kind, const std::string& text) {
  return event_of(kind, [&](FieldWriter& out) { out.put(Field::text, Bytes(text)); });
}

}  // namespace

TEST_CASE("results go with their rows and COPY data, and say how much went", "[audit]") {
  auto redactor = redactor_for("results");
  const auto out = redactor.redact(event_of(Kind::ended, [](FieldWriter& fields) {
    fields.put(Field::request, 1)
        .put(Field::tag, "SELECT 2")
        .put(Field::rows, 5)
        .put(Field::data, one_row("tulip") + one_row("rose"))
        .put(Field::copy_data, "lily")
        .put(Field::omitted_rows, 3)
        .put(Field::redacted, "answer 1");
  }));
  const journal::Fields fields(out.body);
  CHECK_FALSE(fields.has(Field::data));
  CHECK_FALSE(fields.has(Field::copy_data));
  CHECK(fields.get_int(Field::omitted_rows) == 5);
  CHECK(fields.get_int(Field::omitted_bytes) ==
        (one_row("tulip") + one_row("rose") + "lily").size());
  CHECK(fields.get_int(Field::rows) == 5);
  CHECK(get(out, Field::tag) == "SELECT 2");
  CHECK(get(out, Field::redacted) == "answer 1 copy_data 1 rows 2");
  CHECK(redactor.counts() == std::map<std::string, std::uint64_t>{{"copy_data", 1}, {"rows", 2}});
}

TEST_CASE("an event of which nothing goes stays as it is", "[audit]") {
  auto redactor = redactor_for("all");
  const auto before = event_of(
      Kind::ready, [](FieldWriter& out) { out.put(Field::request, 1).put(Field::status, "I"); });
  const auto after = redactor.redact(before);
  CHECK(after.body == before.body);
  CHECK(after.seq == before.seq);
  CHECK(redactor.counts().empty());
}

TEST_CASE("parameters go one by one, and the errors that may quote them", "[audit]") {
  auto redactor = redactor_for("parameters");
  const auto parameters =
      std::string("\0\0\0\2", 4) + value("tulip") + std::string("\xff\xff\xff\xff");
  const auto bind = redactor.redact(event_of(
      Kind::bind, [&](FieldWriter& out) { out.put(Field::parameters, parameters); }, 7));
  CHECK(journal::facts::read_parameters(get(bind, Field::parameters), {}) ==
        journal::facts::Values{"<redacted>", std::nullopt});
  const auto failed = [](journal::Seq request) {
    return event_of(Kind::ended, [&](FieldWriter& out) {
      out.put(Field::request, request)
          .put(Field::error, std::string("SERROR\0Mbad \"tulip\"\0\0", 21));
    });
  };
  CHECK_FALSE(contains(redactor.redact(failed(7)).body, "tulip"));
  CHECK(contains(redactor.redact(failed(8)).body, "tulip"));  // of no bound statement
  redactor.redact(event_of(Kind::ready, [](FieldWriter& out) { out.put(Field::request, 7); }));
  CHECK(contains(redactor.redact(failed(7)).body, "tulip"));
}

TEST_CASE("values go out of statements, notifications, settings and what checks saw", "[audit]") {
  auto redactor = redactor_for("values");
  CHECK(get(redactor.redact(text_event(Kind::query, "SELECT 'tulip'")), Field::text) ==
        "SELECT '<redacted>'");
  for (const auto kind :
       {Kind::notification, Kind::check, Kind::probe, Kind::log_shown, Kind::parameter_changed})
    CHECK(get(redactor.redact(text_event(kind, "tulip")), Field::text) == "<redacted>");
  const auto encoding = event_of(Kind::parameter_changed, [](FieldWriter& out) {
    out.put(Field::name, "client_encoding").put(Field::text, "UTF8");
  });
  CHECK(get(redactor.redact(encoding), Field::text) == "UTF8");
}

TEST_CASE("a snapshot loses the values of defaults, definitions and settings alone", "[audit]") {
  auto redactor = redactor_for("values");
  const auto out = get(
      redactor.redact(text_event(
          Kind::snapshot,
          R"({"relations":[{"name":"t","columns":[{"name":"c","default":"'tulip'::text"},)"
          R"({"name":"d","default":"42"}]}],"settings":[{"role":"r","settings":["a.b=tulip"]}]})")),
      Field::text);
  CHECK(
      out ==
      R"({"relations":[{"name":"t","columns":[{"name":"c","default":"'<redacted>'::text"},)"
      R"({"name":"d","default":"'<redacted>'"}]}],"settings":[{"role":"r","settings":["a.b=<redacted>"]}]})");
}

TEST_CASE("identities go out of their fields and wherever else they stand", "[audit]") {
  auto redactor = redactor_for("identities", "anna-laptop");
  const auto opened = redactor.redact(event_of(Kind::connection_opened, [](FieldWriter& out) {
    out.put(Field::peer, "unix pid=4711 uid=1000").put(Field::tls, "TLSv1.3");
  }));
  CHECK(get(opened, Field::peer) == "<redacted>");
  CHECK(get(opened, Field::tls) == "TLSv1.3");
  const auto started = redactor.redact(event_of(Kind::connection_started, [](FieldWriter& out) {
    out.put(Field::parameters, std::string("user\0oncall\0application_name\0psql\0", 34))
        .put(Field::user, "oncall")
        .put(Field::application, "psql");
  }));
  CHECK(get(started, Field::application) == "<redacted>");
  CHECK(get(started, Field::user) == "oncall");
  CHECK_FALSE(contains(started.body, "psql"));
  CHECK(contains(started.body, "oncall"));
  CHECK(get(redactor.redact(text_event(Kind::query, "SELECT 'of anna-laptop'")), Field::text) ==
        "SELECT 'of <redacted>'");
  const auto answer = redactor.redact(event_of(Kind::ended, [](FieldWriter& out) {
    out.put(Field::data, one_row("anna-laptop") + one_row(std::string("\0\1anna-laptop", 13)));
  }));
  const auto rows = journal::facts::read_rows(get(answer, Field::data));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0][0] == "<redacted>");
  CHECK(rows[1][0] == "<redacted>");  // no text: it goes whole
  const auto actor = redactor.redact(
      event_of(Kind::actor, [](FieldWriter& out) { out.put(Field::application, "app_writer"); }));
  CHECK(get(actor, Field::application) == "app_writer");
}

TEST_CASE("a pattern goes out of every text, also where it begins in a literal", "[audit]") {
  auto redactor = redactor_for("values,pattern=p' from");
  const auto out = redactor.redact(text_event(Kind::query, "SELECT 'tulip' from t"));
  CHECK(get(out, Field::text) == "SELECT <redacted> t");
}

TEST_CASE("a scenario that loses something says so by another digest", "[audit]") {
  const std::string text = R"({"id":"a","why":"tulip"})";
  const auto began = event_of(Kind::run_began, [&](FieldWriter& out) {
    out.put(Field::text, text)
        .put(Field::digest, journal::as_bytes(journal::sha256(text)))
        .put(Field::learner, "tulip");
  });
  auto identities = redactor_for("identities", "tulip");
  const auto kept = identities.redact(began);
  CHECK(get(kept, Field::text) == text);
  CHECK(get(kept, Field::learner) == "<redacted>");
  CHECK(get(kept, Field::digest) == get(began, Field::digest));
  CHECK_FALSE(identities.scenario_touched());
  auto pattern = redactor_for("pattern=tulip");
  const auto cut = pattern.redact(began);
  CHECK(get(cut, Field::text) == R"({"id":"a","why":"<redacted>"})");
  CHECK(get(cut, Field::digest) == journal::as_bytes(journal::sha256(get(cut, Field::text))));
  CHECK(pattern.scenario_touched());
}

TEST_CASE("fields and kinds of a newer version go, for nobody knows what they hold", "[audit]") {
  auto redactor = redactor_for("results");
  auto event = text_event(Kind::query, "SELECT 1");
  event.body += std::string("\xfd\x0f\x05tulip", 8);  // field 1022, five bytes
  const auto out = redactor.redact(event);
  CHECK_FALSE(contains(out.body, "tulip"));
  CHECK(get(out, Field::text) == "SELECT 1");
  Event newer{1, 1, static_cast<Kind>(250), 5, 1, event.body};
  CHECK_FALSE(contains(redactor.redact(newer).body, "SELECT"));
  CHECK(redactor.counts().at("unknown_fields") == 2);
}
