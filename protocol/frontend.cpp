#include "protocol/frontend.hpp"

#include "protocol/writer.hpp"

namespace ride::protocol {

namespace {

template <typename Message>
Decoded<Message> decode(Bytes body, Message (*read)(Reader&)) {
  Reader in(Message::tag, body);
  auto message = read(in);
  return in.finish(std::move(message));
}

// Format codes and values, as Bind and FunctionCall have them; checked, handed out as they are.
Bytes read_parameters(Reader& in) {
  const auto begin = in.offset();
  for (auto left = in.count_u16(sizeof(std::uint16_t)); left > 0; --left) in.u16();
  for (auto left = in.count_u16(sizeof(std::uint32_t)); left > 0 && !in.error(); --left) in.value();
  if (in.error()) in.skip_to_end();
  return in.since(begin);
}

// 'S' or 'P', then a name: Describe and Close.
template <typename Message>
Message read_kind_and_name(Reader& in) {
  Message out;
  out.kind = static_cast<char>(in.u8());
  if (out.kind != 'S' && out.kind != 'P') in.fail(Fault::bad_value);
  out.name = in.cstring();
  return out;
}

template <typename Message>
void encode_kind_and_name(const Message& message, std::string& out) {
  Writer to(Message::tag, out);
  to.bytes(Bytes(&message.kind, 1));
  to.cstring(message.name);
}

}  // namespace

Query read_query(Reader& in) {
  Query out;
  out.query = in.cstring();
  return out;
}

Parse read_parse(Reader& in) {
  Parse out;
  out.statement = in.cstring();
  out.query = in.cstring();
  const std::uint64_t count = in.count_u16(sizeof(std::uint32_t));
  out.parameter_types = in.bytes(count * sizeof(std::uint32_t));
  return out;
}

Bind read_bind(Reader& in) {
  Bind out;
  out.portal = in.cstring();
  out.statement = in.cstring();
  out.parameters = read_parameters(in);
  const std::uint64_t formats = in.count_u16(sizeof(std::uint16_t));
  out.result_formats = in.bytes(formats * sizeof(std::uint16_t));
  return out;
}

Describe read_describe(Reader& in) { return read_kind_and_name<Describe>(in); }

Execute read_execute(Reader& in) {
  Execute out;
  out.portal = in.cstring();
  out.max_rows = in.u32();
  return out;
}

Close read_close(Reader& in) { return read_kind_and_name<Close>(in); }

FunctionCall read_function_call(Reader& in) {
  FunctionCall out;
  out.function = in.u32();
  out.parameters = read_parameters(in);
  out.result_format = in.u16();
  return out;
}

Decoded<Query> decode_query(Bytes body) { return decode(body, read_query); }
Decoded<Parse> decode_parse(Bytes body) { return decode(body, read_parse); }
Decoded<Bind> decode_bind(Bytes body) { return decode(body, read_bind); }
Decoded<Describe> decode_describe(Bytes body) { return decode(body, read_describe); }
Decoded<Execute> decode_execute(Bytes body) { return decode(body, read_execute); }
Decoded<Close> decode_close(Bytes body) { return decode(body, read_close); }
Decoded<FunctionCall> decode_function_call(Bytes body) { return decode(body, read_function_call); }
Decoded<CopyFail> decode_copy_fail(Bytes body) {
  Reader in(CopyFail::tag, body);
  CopyFail out;
  out.message = in.cstring();
  return in.finish(out);
}

void encode(const Query& message, std::string& out) {
  Writer(Query::tag, out).cstring(message.query);
}

void encode(const Parse& message, std::string& out) {
  Writer to(Parse::tag, out);
  to.cstring(message.statement);
  to.cstring(message.query);
  to.count_u16(message.parameter_types.size() / sizeof(std::uint32_t));
  to.bytes(message.parameter_types);
}

void encode(const Bind& message, std::string& out) {
  Writer to(Bind::tag, out);
  to.cstring(message.portal);
  to.cstring(message.statement);
  to.bytes(message.parameters);
  to.count_u16(message.result_formats.size() / sizeof(std::uint16_t));
  to.bytes(message.result_formats);
}

void encode(const Describe& message, std::string& out) { encode_kind_and_name(message, out); }

void encode(const Execute& message, std::string& out) {
  Writer to(Execute::tag, out);
  to.cstring(message.portal);
  to.u32(message.max_rows);
}

void encode(const Close& message, std::string& out) { encode_kind_and_name(message, out); }

void encode(const FunctionCall& message, std::string& out) {
  Writer to(FunctionCall::tag, out);
  to.u32(message.function);
  to.bytes(message.parameters);
  to.u16(message.result_format);
}

void encode(const CopyFail& message, std::string& out) {
  Writer(CopyFail::tag, out).cstring(message.message);
}

void encode(const Sync&, std::string& out) { Writer(Sync::tag, out); }
void encode(const Flush&, std::string& out) { Writer(Flush::tag, out); }
void encode(const Terminate&, std::string& out) { Writer(Terminate::tag, out); }
void encode(const CopyData& message, std::string& out) {
  Writer(CopyData::tag, out).bytes(message.data);
}
void encode(const CopyDone&, std::string& out) { Writer(CopyDone::tag, out); }

}  // namespace ride::protocol
