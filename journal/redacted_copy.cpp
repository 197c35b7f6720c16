#include "journal/redacted_copy.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <stdexcept>

#include "base/json.hpp"
#include "journal/fields.hpp"
#include "journal/reader.hpp"

namespace ride::journal {
namespace {

namespace json = boost::json;

[[noreturn]] void refuse(const Event& event) {
  throw std::runtime_error("event " + std::to_string(event.seq) +
                           " says that something was taken out, and cannot be read");
}

json::object touched_json(const Redaction& redaction) {
  json::object out;
  for (const auto& [attempt, columns] : redaction.touched) {
    json::array names;
    for (const auto& column : columns) names.emplace_back(column);
    out[std::to_string(attempt)] = std::move(names);
  }
  return out;
}

std::uint32_t number_of(const Event& event, std::string_view text) {
  std::uint32_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) refuse(event);
  return out;
}

void read_text(const Event& event, Bytes text, Redaction& out) {
  try {
    const auto value = json::parse(json::string_view(text.data(), text.size()));
    out.origin = json::value_to<std::string>(value.at("origin"));
    out.scenario_touched = value.at("scenario").as_bool();
    for (const auto& attempt : value.at("touched").as_object()) {
      auto& columns = out.touched[number_of(event, attempt.key())];
      for (const auto& column : attempt.value().as_array())
        columns.insert(json::value_to<std::string>(column));
    }
  } catch (const std::exception&) {
    refuse(event);
  }
}

}  // namespace

std::string counts_text(const std::map<std::string, std::uint64_t>& counts) {
  std::string out;
  for (const auto& [kind, count] : counts)
    out += (out.empty() ? "" : " ") + kind + " " + std::to_string(count);
  return out;
}

std::string to_body(const Redaction& redaction) {
  std::string body;
  FieldWriter out(body);
  out.put(Field::name, redaction.policies)
      .put(Field::redacted, counts_text(redaction.counts))
      .put(Field::number, redaction.size)
      .put(Field::tag, redaction.version)
      .put(Field::started_us, static_cast<std::uint64_t>(redaction.at_us))
      .put(Field::text, json::serialize(json::object{{"origin", redaction.origin},
                                                     {"scenario", redaction.scenario_touched},
                                                     {"touched", touched_json(redaction)}}));
  if (!redaction.receipt.empty()) out.put(receipt_field, redaction.receipt);
  return body;
}

Redaction read_redaction(const Event& event) {
  const Fields fields(event.body);
  Redaction out;
  out.policies = fields.get_bytes(Field::name);
  std::istringstream pairs(std::string(fields.get_bytes(Field::redacted)));
  std::uint64_t count = 0;
  for (std::string kind; pairs >> kind >> count;) out.counts[kind] = count;
  out.size = fields.get_int(Field::number);
  out.receipt = fields.get_bytes(receipt_field);
  out.version = fields.get_bytes(Field::tag);
  out.at_us = static_cast<std::int64_t>(fields.get_int(Field::started_us));
  read_text(event, fields.get_bytes(Field::text), out);
  return out;
}

// Only at the end, so that a file of a million events need not be gone through.
std::vector<Redaction> redactions_of(Reader& reader) {
  std::vector<Redaction> out;
  for (auto seq = reader.last_seq(); seq > 0; --seq) {
    const auto event = reader.find(seq);
    if (!event || event->kind != redacted_copy_kind) break;
    out.push_back(read_redaction(*event));
  }
  std::reverse(out.begin(), out.end());
  return out;
}

std::set<std::string> touched_in(Reader& reader, std::uint32_t attempt) {
  std::set<std::string> out;
  for (auto& redaction : redactions_of(reader)) out.merge(redaction.touched[attempt]);
  return out;
}

bool is_scenario_touched(Reader& reader) {
  const auto all = redactions_of(reader);
  return std::any_of(all.begin(), all.end(), [](const auto& one) { return one.scenario_touched; });
}

}  // namespace ride::journal
