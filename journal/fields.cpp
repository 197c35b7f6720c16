#include "journal/fields.hpp"

#include <algorithm>
#include <cassert>

#include "journal/redacted_copy.hpp"

namespace ride::journal {
namespace {

constexpr auto integer = FieldType::integer;
constexpr auto text = FieldType::text;
constexpr auto blob = FieldType::blob;

constexpr std::array fields = std::to_array<FieldInfo>({
    {Field::number, "number", integer},
    {Field::name, "name", text},
    {Field::text, "text", text},
    {Field::digest, "digest", blob},
    {Field::tag, "tag", text},
    {Field::learner, "learner", text},
    {Field::seed, "seed", integer},
    {Field::mode, "mode", text},
    {Field::how, "how", text},
    {Field::message, "message", text},
    {Field::peer, "peer", text},
    {Field::tls, "tls", text},
    {Field::parameters, "parameters", blob},
    {Field::user, "user", text},
    {Field::database, "database", text},
    {Field::application, "application", text},
    {Field::pid, "pid", integer},
    {Field::error, "error", blob},
    {Field::connection, "connection", integer},
    {Field::request, "request", integer},
    {Field::parameter_types, "parameter_types", blob},
    {Field::portal, "portal", text},
    {Field::max_rows, "max_rows", integer},
    {Field::ordinal, "ordinal", integer},
    {Field::rows, "rows", integer},
    {Field::first_byte_us, "first_byte_us", integer},
    {Field::columns, "columns", blob},
    {Field::data, "data", blob},
    {Field::omitted_rows, "omitted_rows", integer},
    {Field::omitted_bytes, "omitted_bytes", integer},
    {Field::bytes_in, "bytes_in", integer},
    {Field::bytes_out, "bytes_out", integer},
    {Field::notices, "notices", blob},
    {Field::copy_format, "copy_format", integer},
    {Field::copy_data, "copy_data", blob},
    {Field::status, "status", text},
    {Field::actor, "actor", text},
    {Field::state, "state", text},
    {Field::started_us, "started_us", integer},
    {Field::sqlstate, "sqlstate", text},
    {Field::redacted, "redacted", text},
    {Field::server_name, "server_name", text},
    {Field::alpn, "alpn", text},
    {Field::server_tls, "server_tls", text},
    {Field::authentication, "authentication", text},
    {Field::channel_binding, "channel_binding", text},
    {Field::binding, "binding", text},
    {Field::result, "result", blob},
    {Field::omitted_notices, "omitted_notices", integer},
    {Field::carried, "carried", integer},
    {receipt_field, "receipt", text},
    {Field::server, "server", text},
});

// Of a field's number its place in `fields`, counted from 1; 0: none has that number.
constexpr auto places = [] {
  std::array<std::uint8_t, 128> out{};
  for (std::size_t i = 0; i < fields.size(); ++i)
    out.at(static_cast<std::size_t>(fields[i].field)) = static_cast<std::uint8_t>(i + 1);
  return out;
}();

constexpr std::array kinds = std::to_array<KindInfo>({
    {Kind::run_began, "run_began"},
    {Kind::attempt_began, "attempt_began"},
    {Kind::attempt_ended, "attempt_ended"},
    {Kind::hole, "hole"},
    {Kind::gap, "gap"},
    {Kind::clock_stepped, "clock_stepped"},
    {Kind::connection_opened, "connection_opened"},
    {Kind::connection_started, "connection_started"},
    {Kind::connection_ready, "connection_ready"},
    {Kind::connection_refused, "connection_refused"},
    {Kind::connection_closed, "connection_closed"},
    {Kind::parameter_changed, "parameter_changed"},
    {Kind::notice, "notice"},
    {Kind::notification, "notification"},
    {Kind::cancel_requested, "cancel_requested"},
    {Kind::query, "query"},
    {Kind::parse, "parse"},
    {Kind::bind, "bind"},
    {Kind::describe, "describe"},
    {Kind::execute, "execute"},
    {Kind::close, "close"},
    {Kind::function_call, "function_call"},
    {Kind::ended, "ended"},
    {Kind::ready, "ready"},
    {Kind::copying, "copying"},
    {Kind::actor, "actor"},
    {Kind::log_line, "log_line"},
    {Kind::snapshot, "snapshot"},
    {Kind::probe, "probe"},
    {Kind::hint, "hint"},
    {Kind::log_shown, "log_shown"},
    {Kind::fence, "fence"},
    {Kind::own_session, "own_session"},
    {Kind::bypass, "bypass"},
    {Kind::submit_began, "submit_began"},
    {Kind::check, "check"},
    {Kind::workload, "workload"},
    {Kind::submit_ended, "submit_ended"},
    {Kind::server, "server"},
    {Kind::continues, "continues"},
    {Kind::continued, "continued"},
    {redacted_copy_kind, "redacted_copy"},
});

// A key and the integer behind it, gathered here so that the body grows once for both.
class Pair {
 public:
  Pair(std::uint64_t key, std::uint64_t value) {
    add(key);
    add(value);
  }
  Bytes bytes() const { return {bytes_.data(), size_}; }

 private:
  void add(std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U)
      bytes_[size_++] = static_cast<char>((value & 0x7fU) | 0x80U);
    bytes_[size_++] = static_cast<char>(value);
  }

  std::array<char, 20> bytes_;  // two varints of ten
  std::size_t size_ = 0;
};

std::uint64_t key_of(Field field, bool is_bytes) {
  return (static_cast<std::uint64_t>(field) << 1U) | (is_bytes ? 1U : 0U);
}

}  // namespace

std::span<const FieldInfo> all_fields() { return fields; }
std::span<const KindInfo> all_kinds() { return kinds; }

std::string_view kind_name(Kind kind) {
  const auto* const found = std::ranges::find(kinds, kind, &KindInfo::kind);
  return found == kinds.end() ? "unknown" : found->name;
}

std::string_view field_name(Field field) {
  const auto* const info = find_field(static_cast<std::uint64_t>(field));
  return info == nullptr ? "unknown" : info->name;
}

std::string_view type_name(FieldType type) {
  switch (type) {
    case FieldType::integer:
      return "integer";
    case FieldType::text:
      return "text";
    case FieldType::blob:
      return "blob";
  }
  return "unknown";
}

const FieldInfo* find_field(std::uint64_t number) {
  const std::size_t place = number < places.size() ? places[number] : 0;
  return place == 0 ? nullptr : &fields[place - 1];
}

FieldWriter& FieldWriter::put(Field field, std::uint64_t value) {
  assert(find_field(static_cast<std::uint64_t>(field))->type == FieldType::integer);
  out_.append(Pair(key_of(field, false), value).bytes());
  return *this;
}

FieldWriter& FieldWriter::put(Field field, Bytes value) {
  put_length(field, value.size());
  out_.append(value);
  return *this;
}

FieldWriter& FieldWriter::put_length(Field field, std::uint64_t length) {
  assert(find_field(static_cast<std::uint64_t>(field))->type != FieldType::integer);
  out_.append(Pair(key_of(field, true), length).bytes());
  return *this;
}

std::optional<std::uint64_t> FieldReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    if (shift == 63 && byte > 1) break;  // does not fit 64 bits
    value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    if (byte < 0x80U) return value;
  }
  fine_ = false;
  return std::nullopt;
}

std::optional<FieldValue> FieldReader::next() {
  if (!fine_ || rest_.empty()) return std::nullopt;
  const auto key = varint();
  if (!key) return std::nullopt;
  const auto value = varint();
  if (!value) return std::nullopt;
  FieldValue out;
  out.number = *key >> 1U;
  out.is_bytes = (*key & 1U) != 0;
  if (!out.is_bytes) {
    out.integer = *value;
    return out;
  }
  if (*value > rest_.size()) {
    fine_ = false;
    return std::nullopt;
  }
  out.bytes = rest_.substr(0, *value);
  rest_.remove_prefix(*value);
  return out;
}

Fields::Fields(Bytes body) {
  static_assert(static_cast<std::size_t>(fields.back().field) < fields_max);
  FieldReader reader(body);
  while (const auto value = reader.next()) {
    const auto* const info = find_field(value->number);
    if (info == nullptr) continue;  // a newer version's
    if (value->is_bytes == (info->type == FieldType::integer)) {
      fine_ = false;
      continue;
    }
    auto& slot = values_[value->number];
    if (slot.number == 0) slot = *value;
  }
  fine_ = fine_ && reader.fine();
}

bool Fields::has(Field field) const {
  const auto number = static_cast<std::size_t>(field);
  return number < fields_max && values_[number].number != 0;
}

std::optional<std::uint64_t> Fields::find_int(Field field) const {
  if (!has(field)) return std::nullopt;
  return values_[static_cast<std::size_t>(field)].integer;
}

std::optional<Bytes> Fields::find_bytes(Field field) const {
  if (!has(field)) return std::nullopt;
  return values_[static_cast<std::size_t>(field)].bytes;
}

std::uint64_t Fields::get_int(Field field, std::uint64_t otherwise) const {
  return find_int(field).value_or(otherwise);
}

Bytes Fields::get_bytes(Field field) const { return find_bytes(field).value_or(Bytes()); }

}  // namespace ride::journal
