#include "audit/redact_event.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "audit/redact_bodies.hpp"
#include "audit/redact_error.hpp"
#include "journal/redacted_copy.hpp"
#include "journal/sha256.hpp"

namespace ride::audit {
namespace {

using journal::Field;
using journal::Kind;

// What ride itself and the server's protocol say by fixed words; nobody else's text stands there.
bool is_fixed(Kind kind, Field field) {
  constexpr auto fixed = std::to_array<Field>(
      {Field::digest, Field::mode, Field::how, Field::tls, Field::parameter_types, Field::status,
       Field::state, Field::sqlstate, Field::redacted, Field::alpn, Field::server_tls,
       Field::authentication, Field::channel_binding, Field::binding, journal::receipt_field,
       Field::tag, Field::server});
  if (kind == Kind::submit_ended || kind == journal::redacted_copy_kind || kind == Kind::fence)
    return true;
  return std::find(fixed.begin(), fixed.end(), field) != fixed.end();
}

bool is_extended(Kind kind) {
  return kind == Kind::parse || kind == Kind::bind || kind == Kind::describe ||
         kind == Kind::execute || kind == Kind::close || kind == Kind::function_call;
}

// What a session tells of itself by its settings, and not by values of anybody's.
bool is_of_protocol(std::string_view setting) {
  constexpr auto names = std::to_array<std::string_view>(
      {"client_encoding", "server_encoding", "server_version", "standard_conforming_strings",
       "integer_datetimes", "is_superuser", "in_hot_standby", "default_transaction_read_only",
       "session_authorization", "scram_iterations", "DateStyle", "IntervalStyle"});
  return std::find(names.begin(), names.end(), setting) != names.end();
}

std::string add_to(std::string_view redacted, const std::map<std::string, std::uint64_t>& counts) {
  std::string out(redacted);
  for (const auto& [kind, count] : counts)
    out += (out.empty() ? "" : " ") + kind + " " + std::to_string(count);
  return out;
}

}  // namespace

void EventRedactor::follow(const journal::Event& event) {
  if (is_extended(event.kind)) extended_[event.connection].insert(event.seq);
  if (event.kind == Kind::ready) {
    auto& open = extended_[event.connection];
    const auto through = journal::Fields(event.body).get_int(Field::request);
    open.erase(open.begin(), open.upper_bound(through));
  }
  if (event.kind == Kind::connection_closed) extended_.erase(event.connection);
}

journal::Event EventRedactor::redact(const journal::Event& event) {
  follow(event);
  auto out = event;
  out.body = body_of(event);
  return out;
}

std::string EventRedactor::body_of(const journal::Event& event) {
  rows_taken_ = bytes_taken_ = 0;
  std::string body;
  journal::FieldWriter out(body);
  if (journal::kind_name(event.kind) == "unknown") {
    remover_.count("unknown_fields");
  } else {
    journal::FieldReader in(event.body);
    while (const auto pair = in.next()) put(event, *pair, out);
    if (!in.fine()) remover_.count("unknown_fields");
  }
  const journal::Fields before(event.body);
  const auto taken = remover_.take_counts();
  for (const auto& [kind, count] : taken) counts_[kind] += count;
  const auto redacted = add_to(before.get_bytes(Field::redacted), taken);
  if (!redacted.empty() && event.kind != journal::redacted_copy_kind)
    out.put(Field::redacted, redacted);
  const auto rows = before.get_int(Field::omitted_rows) + rows_taken_;
  const auto bytes = before.get_int(Field::omitted_bytes) + bytes_taken_;
  if (rows > 0) out.put(Field::omitted_rows, rows);
  if (bytes > 0) out.put(Field::omitted_bytes, bytes);
  return body;
}

void EventRedactor::put(const journal::Event& event, const journal::FieldValue& pair,
                        journal::FieldWriter& out) {
  const auto* info = journal::find_field(pair.number);
  const bool is_bytes = info != nullptr && info->type != journal::FieldType::integer;
  if (info == nullptr || is_bytes != pair.is_bytes) return remover_.count("unknown_fields");
  const auto field = info->field;
  const bool told_at_end = field == Field::omitted_rows || field == Field::omitted_bytes ||
                           (field == Field::redacted && event.kind != journal::redacted_copy_kind);
  if (told_at_end) return;
  if (!pair.is_bytes) {
    out.put(field, pair.integer);
  } else if (event.kind == Kind::run_began && field == Field::digest &&
             journal::Fields(event.body).has(Field::text)) {
    return;  // put behind that text
  } else if (!takes_whole(event, field, pair.bytes)) {
    const auto now = kept(event, field, pair.bytes);
    out.put(field, now ? Bytes(*now) : pair.bytes);
    if (event.kind == Kind::run_began && field == Field::text) {
      const auto was = journal::Fields(event.body).get_bytes(Field::digest);
      const auto digest = journal::sha256(now ? Bytes(*now) : pair.bytes);
      scenario_touched_ = scenario_touched_ || now;
      if (!was.empty()) out.put(Field::digest, now ? journal::as_bytes(digest) : was);
    }
  }
}

bool EventRedactor::takes_whole(const journal::Event& event, Field field, Bytes value) {
  if (!policy().results || event.kind != Kind::ended) return false;
  if (field != Field::data && field != Field::copy_data && field != Field::result) return false;
  bytes_taken_ += value.size();
  if (field == Field::data) {
    rows_taken_ += count_rows(value);
    remover_.count("rows", rows_taken_);
  } else {
    remover_.count(field == Field::copy_data ? "copy_data" : "call_results");
  }
  return true;
}

EventRedactor::Value EventRedactor::kept(const journal::Event& event, Field field, Bytes value) {
  if (is_fixed(event.kind, field)) return std::nullopt;
  const auto* info = journal::find_field(static_cast<std::uint64_t>(field));
  return info->type == journal::FieldType::text ? text(event, field, value)
                                                : blob(event, field, value);
}

bool EventRedactor::may_quote(const journal::Event& event) const {
  if (policy().values) return true;
  if (!policy().parameters || event.kind != Kind::ended) return false;
  const auto open = extended_.find(event.connection);
  const auto request = journal::Fields(event.body).get_int(Field::request);
  return open != extended_.end() && open->second.contains(request);
}

EventRedactor::Value EventRedactor::blob(const journal::Event& event, Field field, Bytes value) {
  const auto clean = [&](Bytes part) { return remover_.clean_value(part); };
  const auto error = [&](Bytes body) -> Value {
    auto now = redact_error(body, may_quote(event), remover_);
    if (now == body) return std::nullopt;
    return now;
  };
  if (field == Field::data) return change_rows(value, clean);
  if (field == Field::columns) return change_columns(value, clean);
  if (field == Field::result) return change_result(value, clean);
  if (field == Field::error) return error(value);
  if (field == Field::notices) return change_notices(value, error);
  if (field != Field::parameters) return clean(value);
  if (event.kind == Kind::bind || event.kind == Kind::function_call)
    return change_parameters(value, [&](Bytes part) -> Value {
      return policy().parameters ? remover_.take("parameters") : clean(part);
    });
  return change_pairs(value, [&](Bytes name, Bytes part) -> Value {
    if (policy().identities && name == "application_name" && !part.empty())
      return remover_.take("identities");
    return clean(part);
  });
}

EventRedactor::Value EventRedactor::text(const journal::Event& event, Field field, Bytes value) {
  const bool is_text = field == Field::text;
  const auto& what = policy();
  const auto identity = [&](Field one) {
    return what.identities && field == one && !value.empty();
  };
  const bool of_client = event.kind != Kind::own_session && event.kind != Kind::actor;
  if (identity(Field::learner) || identity(Field::peer) || identity(Field::server_name) ||
      (of_client && identity(Field::application)))
    return remover_.take("identities");
  if (!is_text) return message(event, field, value);
  if (event.kind == Kind::run_began) return scenario(value);
  if (event.kind == Kind::query || event.kind == Kind::parse)
    return remover_.clean_statement(value);
  if (event.kind == Kind::log_line) return redact_log_line(value, remover_);
  if (event.kind == Kind::snapshot) return snapshot(value);
  if (event.kind == Kind::parameter_changed) return setting(event, value);
  const bool of_check = event.kind == Kind::check || event.kind == Kind::probe;
  if (of_check && (what.results || what.values) && !value.empty()) return remover_.take("checks");
  if (event.kind == Kind::notification && what.values) return remover_.take("notifications");
  if (event.kind == Kind::log_shown && (what.values || what.parameters))
    return remover_.take("log_texts");
  return remover_.clean(value);
}

EventRedactor::Value EventRedactor::message(const journal::Event& event, Field field, Bytes value) {
  const bool said = field == Field::message && !value.empty();
  const bool of_check = event.kind == Kind::check || event.kind == Kind::probe;
  const bool of_actor = event.kind == Kind::actor || event.kind == Kind::workload;
  if (said && of_check && (policy().results || policy().values)) return remover_.take("checks");
  if (said && of_actor && policy().values) return remover_.take("error_texts");
  return remover_.clean(value);
}

EventRedactor::Value EventRedactor::setting(const journal::Event& event, Bytes value) {
  const auto name = journal::Fields(event.body).get_bytes(Field::name);
  if (policy().identities && name == "application_name") return remover_.take("identities");
  if (policy().values && !is_of_protocol(name)) return remover_.take("settings");
  return remover_.clean(value);
}

EventRedactor::Value EventRedactor::snapshot(Bytes text) {
  return remover_.clean_json(text, [&](std::string_view key, std::string_view value) -> Value {
    const bool code =
        key == "default" || key == "definition" || value.find('\'') != std::string_view::npos;
    if (policy().values && key == "settings") {
      const auto equals = value.find('=');
      if (equals == std::string_view::npos) return remover_.take("settings");
      return std::string(value.substr(0, equals + 1)) + remover_.take("settings");
    }
    return code ? remover_.clean_statement(value) : remover_.clean(value);
  });
}

EventRedactor::Value EventRedactor::scenario(Bytes text) {
  return remover_.clean_json(text, [&](std::string_view, std::string_view value) -> Value {
    return remover_.clean_scenario(value);
  });
}

}  // namespace ride::audit
