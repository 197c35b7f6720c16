// Reads the blobs of the record that are bodies of PostgreSQL's messages: RowDescription, DataRows,
// ErrorResponse, Bind's parameters, COPY data. journal/ does not know protocol/, and needs only
// these few, from bytes that may be cut: every function returns what could be read before the
// damage. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace ride::journal::facts {

struct ResultColumn {
  std::string label;
  std::uint32_t table = 0;      // oid, 0: not a table's column
  std::uint16_t attribute = 0;  // attnum
  std::uint32_t type = 0;
  bool binary = false;
};

using Value = std::optional<std::string>;  // nullopt: NULL
using Values = std::vector<Value>;

std::vector<ResultColumn> read_columns(Bytes row_description);

// Of `data` (length, DataRow body)*: the raw fields of each row.
std::vector<Values> read_rows(Bytes data);

// A field as text: booleans 't' and 'f', numbers in decimal, times as PostgreSQL's ISO style in
// UTC. Binary of a type not known here becomes \x and hex digits.
Value to_text(const Value& raw, std::uint32_t type, bool binary);

// A field of an ErrorResponse or NoticeResponse body by its code: 'C' SQLSTATE, 'M' message, 'P'
// position, 'S' severity.
std::optional<std::string> error_field(Bytes body, char code);

// Of `notices` (length, NoticeResponse body)*: their messages.
std::vector<std::string> notice_messages(Bytes notices);

// Bind's parameters as text; `types` are Parse's, big-endian oids, possibly fewer than parameters.
Values read_parameters(Bytes parameters, Bytes types);

// Rows of COPY … TO STDOUT, text or CSV format.
std::vector<Values> read_copy(Bytes data, bool csv, char delimiter);

}  // namespace ride::journal::facts
