#include "protocol/backend.hpp"

#include "protocol/writer.hpp"

namespace ride::protocol {

Decoded<Authentication> decode_authentication(Bytes body) {
  Reader in(Authentication::tag, body);
  Authentication out;
  out.code = in.u32();
  in.rest();
  return in.finish(out);
}

Decoded<NegotiateProtocolVersion> decode_negotiate_protocol_version(Bytes body) {
  Reader in(NegotiateProtocolVersion::tag, body);
  NegotiateProtocolVersion out;
  out.version = in.u32();
  for (auto left = in.count_u32(1); left > 0 && !in.error(); --left)
    out.unknown_options.push_back(in.cstring());
  return in.finish(std::move(out));
}

Decoded<BackendKeyData> decode_backend_key_data(Bytes body) {
  Reader in(BackendKeyData::tag, body);
  BackendKeyData out;
  out.pid = in.u32();
  if (in.left() == 0) in.fail(Fault::truncated);
  out.key = in.rest();
  return in.finish(out);
}

Decoded<ParameterStatus> decode_parameter_status(Bytes body) {
  Reader in(ParameterStatus::tag, body);
  ParameterStatus out;
  out.name = in.cstring();
  out.value = in.cstring();
  return in.finish(out);
}

Decoded<ReadyForQuery> decode_ready_for_query(Bytes body) {
  Reader in(ReadyForQuery::tag, body);
  ReadyForQuery out;
  const auto status = static_cast<char>(in.u8());
  if (status != 'I' && status != 'T' && status != 'E') in.fail(Fault::bad_value);
  out.status = static_cast<TxStatus>(status);
  return in.finish(out);
}

Decoded<ErrorResponse> decode_error_response(Bytes body) {
  Reader in(ErrorResponse::tag, body);
  ErrorResponse out;
  for (auto type = in.u8(); type != 0; type = in.u8())
    out.fields.push_back({static_cast<char>(type), in.cstring()});
  return in.finish(std::move(out));
}

Decoded<RowDescription> decode_row_description(Bytes body) {
  constexpr std::size_t column_bytes_min = 19;
  Reader in(RowDescription::tag, body);
  RowDescription out;
  for (auto left = in.count_u16(column_bytes_min); left > 0 && !in.error(); --left) {
    Column column;
    column.name = in.cstring();
    column.table = in.u32();
    column.table_column = in.u16();
    column.type = in.u32();
    column.type_size = in.u16();
    column.type_modifier = in.u32();
    column.format = in.u16();
    out.columns.push_back(column);
  }
  return in.finish(std::move(out));
}

Decoded<DataRow> decode_data_row(Bytes body) {
  Reader in(DataRow::tag, body);
  DataRow out;
  for (auto left = in.count_u16(sizeof(std::uint32_t)); left > 0 && !in.error(); --left)
    out.values.push_back(in.value());
  return in.finish(std::move(out));
}

Decoded<CommandComplete> decode_command_complete(Bytes body) {
  Reader in(CommandComplete::tag, body);
  CommandComplete out;
  out.command_tag = in.cstring();
  return in.finish(out);
}

Decoded<NotificationResponse> decode_notification_response(Bytes body) {
  Reader in(NotificationResponse::tag, body);
  NotificationResponse out;
  out.pid = in.u32();
  out.channel = in.cstring();
  out.payload = in.cstring();
  return in.finish(out);
}

Decoded<CopyResponse> decode_copy_response(Bytes body) {
  Reader in(CopyResponse::in_tag, body);
  CopyResponse out;
  out.format = in.u8();
  if (out.format > 1) in.fail(Fault::bad_value);
  for (auto left = in.count_u16(sizeof(std::uint16_t)); left > 0; --left)
    out.column_formats.push_back(in.u16());
  return in.finish(std::move(out));
}

std::string_view error_field(Bytes body, char type) {
  Reader in(ErrorResponse::tag, body);
  while (!in.error()) {
    const auto found = static_cast<char>(in.u8());
    if (found == 0) break;
    const auto value = in.cstring();
    if (found == type) return value;
  }
  return "";
}

bool is_fatal(Bytes error_body) {
  auto severity = error_field(error_body, 'V');
  if (severity.empty()) severity = error_field(error_body, 'S');
  return severity == "FATAL" || severity == "PANIC";
}

void encode(const Authentication& message, std::string& out) {
  Writer(Authentication::tag, out).u32(message.code);
}

void encode(const NegotiateProtocolVersion& message, std::string& out) {
  Writer to(NegotiateProtocolVersion::tag, out);
  to.u32(message.version);
  to.u32(static_cast<std::uint32_t>(message.unknown_options.size()));
  for (const auto option : message.unknown_options) to.cstring(option);
}

void encode(const BackendKeyData& message, std::string& out) {
  Writer to(BackendKeyData::tag, out);
  to.u32(message.pid);
  to.bytes(message.key);
}

void encode(const ParameterStatus& message, std::string& out) {
  Writer to(ParameterStatus::tag, out);
  to.cstring(message.name);
  to.cstring(message.value);
}

void encode(const ReadyForQuery& message, std::string& out) {
  Writer(ReadyForQuery::tag, out).u8(static_cast<std::uint8_t>(message.status));
}

void encode(const ErrorResponse& message, std::string& out, char tag) {
  Writer to(tag, out);
  for (const auto& field : message.fields) {
    to.u8(static_cast<std::uint8_t>(field.type));
    to.cstring(field.value);
  }
  to.u8(0);
}

void encode(const RowDescription& message, std::string& out) {
  Writer to(RowDescription::tag, out);
  to.count_u16(message.columns.size());
  for (const auto& column : message.columns) {
    to.cstring(column.name);
    to.u32(column.table);
    to.u16(column.table_column);
    to.u32(column.type);
    to.u16(column.type_size);
    to.u32(column.type_modifier);
    to.u16(column.format);
  }
}

void encode(const DataRow& message, std::string& out) {
  Writer to(DataRow::tag, out);
  to.count_u16(message.values.size());
  for (const auto& value : message.values) to.value(value);
}

void encode(const CommandComplete& message, std::string& out) {
  Writer(CommandComplete::tag, out).cstring(message.command_tag);
}

void encode(const NotificationResponse& message, std::string& out) {
  Writer to(NotificationResponse::tag, out);
  to.u32(message.pid);
  to.cstring(message.channel);
  to.cstring(message.payload);
}

void encode(const CopyResponse& message, std::string& out, char tag) {
  Writer to(tag, out);
  to.u8(message.format);
  to.count_u16(message.column_formats.size());
  for (const auto format : message.column_formats) to.u16(format);
}

void encode_empty(char tag, std::string& out) { Writer(tag, out); }

std::string encode_error(std::string_view severity, std::string_view sqlstate,
                         std::string_view message, std::string_view hint) {
  ErrorResponse error{{{'S', severity}, {'V', severity}, {'C', sqlstate}, {'M', message}}};
  if (!hint.empty()) error.fields.push_back({'H', hint});
  std::string out;
  encode(error, out);
  return out;
}

}  // namespace ride::protocol
