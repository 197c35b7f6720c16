#include "audit/redact_bodies.hpp"

namespace ride::audit {
namespace {

constexpr std::uint32_t null_length = 0xffffffffU;
constexpr std::size_t described_bytes = 18;  // table, attribute, type, size, modifier, format

void append(std::string& out, std::uint32_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(
        static_cast<unsigned char>(value >> static_cast<unsigned>(shift) & 0xffU));
}

// Reads one body and writes the other as it goes on.
class Copying {
 public:
  explicit Copying(Bytes in) : rest_(in) {}

  bool fine() const { return fine_; }
  bool at_end() const { return rest_.empty() || !fine_; }

  std::uint32_t number(int bytes) {
    const auto taken = take(static_cast<std::size_t>(bytes));
    std::uint32_t value = 0;
    for (const char byte : taken) value = value << 8U | static_cast<unsigned char>(byte);
    return value;
  }
  std::uint32_t copy_number(int bytes) {
    const auto value = number(bytes);
    if (fine_) append(out_, value, bytes);
    return value;
  }
  void copy(std::size_t bytes) { out_.append(take(bytes)); }

  // A value with its length in front.
  void value(const Change& change) {
    const auto length = number(4);
    if (!fine_) return;
    if (length == null_length) return append(out_, length, 4);
    const auto bytes = take(length);
    if (!fine_) return;
    const auto kept = changed(change(bytes), bytes);
    append(out_, static_cast<std::uint32_t>(kept.size()), 4);
    out_ += kept;
  }
  Bytes cstring() {
    const auto end = rest_.find('\0');
    if (end == Bytes::npos) fine_ = false;
    const auto out = take(end == Bytes::npos ? 0 : end);
    take(1);
    return out;
  }
  void put_cstring(const std::optional<std::string>& with, Bytes was) {
    if (fine_) out_.append(changed(with, was)).append(1, '\0');
  }

  std::optional<std::string> finish() {
    if (!changed_) return std::nullopt;
    return std::move(out_);
  }

 private:
  Bytes take(std::size_t bytes) {
    if (!fine_ || bytes > rest_.size()) {
      fine_ = false;
      changed_ = true;  // half a value may be one that goes
      return {};
    }
    const auto taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  std::string changed(const std::optional<std::string>& with, Bytes was) {
    changed_ = changed_ || with;
    return with ? *with : std::string(was);
  }

  Bytes rest_;
  std::string out_;
  bool fine_ = true;
  bool changed_ = false;
};

void copy_row(Copying& body, const Change& change) {
  for (auto left = body.copy_number(2); left > 0 && body.fine(); --left) body.value(change);
}

// Each of (length, body)*, by what changes a body.
std::optional<std::string> change_each(Bytes list, const Change& change) {
  Copying all(list);
  while (!all.at_end()) all.value(change);
  return all.finish();
}

}  // namespace

std::optional<std::string> change_rows(Bytes data, const Change& change) {
  return change_each(data, [&](Bytes row) {
    Copying body(row);
    copy_row(body, change);
    return body.finish();
  });
}

std::uint64_t count_rows(Bytes data) {
  std::uint64_t out = 0;
  change_each(data, [&](Bytes) {
    ++out;
    return std::nullopt;
  });
  return out;
}

std::optional<std::string> change_columns(Bytes row_description, const Change& change) {
  Copying body(row_description);
  for (auto left = body.copy_number(2); left > 0 && body.fine(); --left) {
    const auto name = body.cstring();
    body.put_cstring(change(name), name);
    body.copy(described_bytes);
  }
  return body.finish();
}

std::optional<std::string> change_parameters(Bytes parameters, const Change& change) {
  Copying body(parameters);
  for (auto formats = body.copy_number(2); formats > 0 && body.fine(); --formats)
    body.copy_number(2);
  copy_row(body, change);
  return body.finish();
}

std::optional<std::string> change_pairs(
    Bytes pairs, const std::function<std::optional<std::string>(Bytes name, Bytes value)>& change) {
  Copying body(pairs);
  while (!body.at_end()) {
    const auto name = body.cstring();
    const auto value = body.cstring();
    body.put_cstring(std::nullopt, name);
    body.put_cstring(change(name, value), value);
  }
  return body.finish();
}

std::optional<std::string> change_notices(Bytes notices, const Change& change) {
  return change_each(notices, change);
}

std::optional<std::string> change_result(Bytes result, const Change& change) {
  Copying body(result);
  body.value(change);
  return body.finish();
}

}  // namespace ride::audit
