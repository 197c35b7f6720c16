// The body of an event: (field, value) pairs, back to back, in the order they were put.
//
//   pair   = key value
//   key    = varint: field number * 2 + (0: the value is an integer, 1: the value is bytes)
//   value  = varint                          an integer
//          | varint length, length bytes     text or a blob
//   varint = LEB128, least significant group first, at most 10 bytes
//
// Because the key says how long its value is, a reader skips fields it does not know. Nothing here
// allocates except through the string a FieldWriter appends to; everything is safe from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "journal/event.hpp"

namespace ride::journal {

enum class FieldType : std::uint8_t { integer, text, blob };

struct FieldInfo {
  Field field;
  std::string_view name;
  FieldType type;
};

struct KindInfo {
  Kind kind;
  std::string_view name;
};

// Every field and kind of this version, by ascending number.
std::span<const FieldInfo> all_fields();
std::span<const KindInfo> all_kinds();

// The name as it is written in event.hpp; "unknown" for numbers of a newer version.
std::string_view kind_name(Kind kind);
std::string_view field_name(Field field);
std::string_view type_name(FieldType type);
// nullptr for a number of a newer version.
const FieldInfo* find_field(std::uint64_t number);

// Appends pairs to a string of the caller's, which may be cleared and used again, so that a thread
// that records allocates nothing once the string has grown:
//   FieldWriter(body_).put(Field::name, name).put(Field::rows, rows);
class FieldWriter {
 public:
  explicit FieldWriter(std::string& out) : out_(out) {}

  FieldWriter& put(Field field, std::uint64_t value);
  FieldWriter& put(Field field, Bytes value);

  // Only the key and the length of a value whose `length` bytes the caller hands over behind what
  // was written so far, as the next part of Appender::append: for large values that should be
  // copied once.
  FieldWriter& put_length(Field field, std::uint64_t length);

 private:
  std::string& out_;
};

// One pair as it stood in the body. `number` may be of a newer version.
struct FieldValue {
  std::uint64_t number = 0;
  bool is_bytes = false;
  std::uint64_t integer = 0;
  Bytes bytes;
};

// Walks a body pair by pair. next() is nullopt at the end and at the first damage; fine() tells
// which.
class FieldReader {
 public:
  explicit FieldReader(Bytes body) : rest_(body) {}
  std::optional<FieldValue> next();
  bool fine() const { return fine_; }
  Bytes rest() const { return rest_; }

 private:
  std::optional<std::uint64_t> varint();

  Bytes rest_;
  bool fine_ = true;
};

// The known fields of one body, as views into it. Of a field that stands twice the first counts; a
// field whose wire type is not that of the table, and a damaged rest, count as absent (see fine()).
class Fields {
 public:
  explicit Fields(Bytes body);

  bool fine() const { return fine_; }
  bool has(Field field) const;
  std::uint64_t get_int(Field field, std::uint64_t otherwise = 0) const;
  Bytes get_bytes(Field field) const;  // empty where absent
  std::optional<std::uint64_t> find_int(Field field) const;
  std::optional<Bytes> find_bytes(Field field) const;

 private:
  static constexpr std::size_t fields_max = 112;

  std::array<FieldValue, fields_max> values_{};  // by field number; number 0: absent
  bool fine_ = true;
};

}  // namespace ride::journal
