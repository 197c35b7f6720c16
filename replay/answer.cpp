#include "replay/answer.hpp"

#include <algorithm>
#include <array>

#include "journal/facts/wire.hpp"
#include "journal/fields.hpp"

namespace ride::replay {
namespace {

namespace facts = journal::facts;
using journal::Field;
using journal::Fields;

// Types whose values psql puts to the right: int8, int2, int4, oid, float4, float8, money, numeric.
bool stands_right(std::uint32_t type) {
  constexpr std::array<std::uint32_t, 8> types{20, 21, 23, 26, 700, 701, 790, 1700};
  return std::find(types.begin(), types.end(), type) != types.end();
}

std::optional<ServerError> read_error(Bytes body) {
  if (body.empty()) return std::nullopt;
  const auto field = [&](char code) { return facts::error_field(body, code).value_or(""); };
  return ServerError{field('S'), field('C'), field('M'), field('D'), field('H')};
}

void read_result(const Fields& fields, StatementEnded& out) {
  const auto columns = facts::read_columns(fields.get_bytes(Field::columns));
  for (const auto& column : columns)
    out.columns.push_back({column.label, stands_right(column.type)});
  for (auto& row : facts::read_rows(fields.get_bytes(Field::data))) {
    for (std::size_t i = 0; i < row.size() && i < columns.size(); ++i)
      row[i] = facts::to_text(row[i], columns[i].type, columns[i].binary);
    // A description that was not kept: the values still say something.
    while (out.columns.size() < row.size()) out.columns.push_back({"?column?", false});
    out.rows.push_back(std::move(row));
  }
}

}  // namespace

StatementEnded read_answer(const journal::Event& ended) {
  const Fields fields(ended.body);
  StatementEnded out;
  out.tag = fields.get_bytes(Field::tag);
  read_result(fields, out);
  out.rows_counted =
      static_cast<std::int64_t>(fields.get_int(Field::rows, std::uint64_t{out.rows.size()}));
  if (fields.get_int(Field::copy_format) == 0) out.copied = fields.get_bytes(Field::copy_data);
  out.omitted_bytes = static_cast<std::int64_t>(fields.get_int(Field::omitted_bytes));
  out.suspended = fields.get_bytes(Field::how) == "suspended";
  out.error = read_error(fields.get_bytes(Field::error));
  out.notices = facts::notice_messages(fields.get_bytes(Field::notices));
  return out;
}

}  // namespace ride::replay
