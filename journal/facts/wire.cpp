#include "journal/facts/wire.hpp"

namespace ride::journal::facts {
namespace {

// Invariant: rest_ is what was not read yet; after the first short read everything reads as zero.
class Cursor {
 public:
  explicit Cursor(Bytes bytes) : rest_(bytes) {}

  bool fine() const { return fine_; }
  bool at_end() const { return rest_.empty(); }

  std::uint64_t integer(std::size_t width) {
    const auto bytes = take(width);
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8U | static_cast<unsigned char>(byte);
    return value;
  }

  Bytes take(std::size_t length) {
    if (!fine_ || length > rest_.size()) {
      fine_ = false;
      return {};
    }
    const auto taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
  }

  std::string cstring() {
    const auto end = rest_.find('\0');
    if (end == Bytes::npos) {
      fine_ = false;
      return {};
    }
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }

  // A value with its length in front; -1 is NULL.
  Value value() {
    const auto length = static_cast<std::int32_t>(integer(4));
    if (length < 0) return std::nullopt;
    return std::string(take(static_cast<std::size_t>(length)));
  }

 private:
  Bytes rest_;
  bool fine_ = true;
};

Values read_row(Bytes body) {
  Cursor in(body);
  Values row;
  const auto count = in.integer(2);
  for (std::uint64_t i = 0; i < count; ++i) {
    auto value = in.value();
    if (!in.fine()) break;
    row.push_back(std::move(value));
  }
  return row;
}

Value copy_unescape(std::string_view field) {
  if (field == "\\N") return std::nullopt;
  std::string text;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '\\' || i + 1 == field.size()) {
      text += field[i];
      continue;
    }
    const char escaped = field[++i];
    constexpr std::string_view letters = "bfnrtv";
    constexpr std::string_view meant = "\b\f\n\r\t\v";
    const auto at = letters.find(escaped);
    text += at == std::string_view::npos ? escaped : meant[at];
  }
  return text;
}

Values copy_text_row(std::string_view line, char delimiter) {
  Values row;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    if (i < line.size() && line[i] == '\\') {
      ++i;
    } else if (i == line.size() || line[i] == delimiter) {
      row.push_back(copy_unescape(line.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  return row;
}

std::vector<Values> copy_csv(Bytes data, char delimiter) {
  std::vector<Values> rows;
  Values row;
  std::string field;
  bool quoted = false;
  bool was_quoted = false;
  const auto end_field = [&] {
    row.push_back(field.empty() && !was_quoted ? Value() : Value(field));
    field.clear();
    was_quoted = false;
  };
  for (std::size_t i = 0; i < data.size(); ++i) {
    const char c = data[i];
    if (quoted) {
      if (c == '"' && i + 1 < data.size() && data[i + 1] == '"') {
        field += data[++i];
      } else if (c == '"') {
        quoted = false;
      } else {
        field += c;
      }
    } else if (c == '"') {
      quoted = was_quoted = true;
    } else if (c == delimiter) {
      end_field();
    } else if (c == '\n') {
      end_field();
      rows.push_back(std::move(row));
      row.clear();
    } else {
      field += c;
    }
  }
  return rows;
}

}  // namespace

std::vector<ResultColumn> read_columns(Bytes row_description) {
  Cursor in(row_description);
  std::vector<ResultColumn> columns;
  const auto count = in.integer(2);
  for (std::uint64_t i = 0; i < count; ++i) {
    ResultColumn column;
    column.label = in.cstring();
    column.table = static_cast<std::uint32_t>(in.integer(4));
    column.attribute = static_cast<std::uint16_t>(in.integer(2));
    column.type = static_cast<std::uint32_t>(in.integer(4));
    in.integer(2);  // size of the type
    in.integer(4);  // its modifier
    column.binary = in.integer(2) == 1;
    if (!in.fine()) break;
    columns.push_back(std::move(column));
  }
  return columns;
}

std::vector<Values> read_rows(Bytes data) {
  Cursor in(data);
  std::vector<Values> rows;
  while (!in.at_end()) {
    const auto body = in.take(in.integer(4));
    if (!in.fine()) break;
    rows.push_back(read_row(body));
  }
  return rows;
}

std::optional<std::string> error_field(Bytes body, char code) {
  Cursor in(body);
  while (in.fine() && !in.at_end()) {
    const auto type = in.take(1);
    if (type.empty() || type[0] == '\0') break;
    auto value = in.cstring();
    if (in.fine() && type[0] == code) return value;
  }
  return std::nullopt;
}

std::vector<std::string> notice_messages(Bytes notices) {
  Cursor in(notices);
  std::vector<std::string> messages;
  while (!in.at_end()) {
    const auto body = in.take(in.integer(4));
    if (!in.fine()) break;
    messages.push_back(error_field(body, 'M').value_or(""));
  }
  return messages;
}

Values read_parameters(Bytes parameters, Bytes types) {
  Cursor in(parameters);
  std::vector<bool> formats;
  for (auto left = in.integer(2); left > 0 && in.fine(); --left)
    formats.push_back(in.integer(2) == 1);
  Cursor oids(types);
  Values values;
  const auto count = in.integer(2);
  for (std::size_t i = 0; i < count; ++i) {
    const auto raw = in.value();
    if (!in.fine()) break;
    const auto type = static_cast<std::uint32_t>(oids.integer(4));
    const bool binary = formats.empty()       ? false
                        : formats.size() == 1 ? formats[0]
                        : i < formats.size()  ? formats[i]
                                              : false;
    values.push_back(to_text(raw, type, binary));
  }
  return values;
}

std::vector<Values> read_copy(Bytes data, bool csv, char delimiter) {
  if (csv) return copy_csv(data, delimiter);
  std::vector<Values> rows;
  while (!data.empty()) {
    const auto end = data.find('\n');
    if (end == Bytes::npos) break;  // cut: not the whole row
    rows.push_back(copy_text_row(data.substr(0, end), delimiter));
    data.remove_prefix(end + 1);
  }
  return rows;
}

}  // namespace ride::journal::facts
