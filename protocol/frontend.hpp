// The messages a client sends, as far as they are looked into: one struct, one reader, one decoder
// and one encoder each, fields in wire order under PostgreSQL's names. All of them are views: they
// die with the bytes they were decoded from. 'p' (passwords, SASL) has no struct on purpose.
//
// read_x() takes what can be read of a damaged or cut message and leaves the verdict in the reader;
// decode_x() wants the whole message and nothing behind it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "protocol/reader.hpp"

namespace ride::protocol {

struct Query {
  static constexpr char tag = 'Q';
  std::string_view query = "";
  bool operator==(const Query&) const = default;
};

struct Parse {
  static constexpr char tag = 'P';
  std::string_view statement = "";  // "" is the unnamed statement
  std::string_view query = "";
  Bytes parameter_types = "";  // big-endian u32 oids, without their count
  bool operator==(const Parse&) const = default;
};

struct Bind {
  static constexpr char tag = 'B';
  std::string_view portal = "";
  std::string_view statement = "";
  // From the parameter format count to the end of the values, as on the wire:
  // u16 n, n × u16 format, u16 m, m × (u32 length or -1 for NULL, bytes)
  Bytes parameters = Bytes("\0\0\0\0", 4);
  Bytes result_formats = "";  // big-endian u16 each, without their count
  bool operator==(const Bind&) const = default;
};

struct Describe {
  static constexpr char tag = 'D';
  char kind = 'S';  // 'S' statement, 'P' portal
  std::string_view name = "";
  bool operator==(const Describe&) const = default;
};

struct Execute {
  static constexpr char tag = 'E';
  std::string_view portal = "";
  std::uint32_t max_rows = 0;  // 0: no limit
  bool operator==(const Execute&) const = default;
};

struct Close {
  static constexpr char tag = 'C';
  char kind = 'S';  // 'S' statement, 'P' portal
  std::string_view name = "";
  bool operator==(const Close&) const = default;
};

struct FunctionCall {
  static constexpr char tag = 'F';
  std::uint32_t function = 0;               // oid
  Bytes parameters = Bytes("\0\0\0\0", 4);  // laid out as Bind::parameters
  std::uint16_t result_format = 0;
  bool operator==(const FunctionCall&) const = default;
};

struct CopyFail {
  static constexpr char tag = 'f';
  std::string_view message = "";
  bool operator==(const CopyFail&) const = default;
};

struct Sync {
  static constexpr char tag = 'S';
};
struct Flush {
  static constexpr char tag = 'H';
};
struct Terminate {
  static constexpr char tag = 'X';
};
struct CopyData {  // both directions
  static constexpr char tag = 'd';
  Bytes data = "";
};
struct CopyDone {  // both directions
  static constexpr char tag = 'c';
};

Query read_query(Reader& in);
Parse read_parse(Reader& in);
Bind read_bind(Reader& in);
Describe read_describe(Reader& in);
Execute read_execute(Reader& in);
Close read_close(Reader& in);
FunctionCall read_function_call(Reader& in);

Decoded<Query> decode_query(Bytes body);
Decoded<Parse> decode_parse(Bytes body);
Decoded<Bind> decode_bind(Bytes body);
Decoded<Describe> decode_describe(Bytes body);
Decoded<Execute> decode_execute(Bytes body);
Decoded<Close> decode_close(Bytes body);
Decoded<FunctionCall> decode_function_call(Bytes body);
Decoded<CopyFail> decode_copy_fail(Bytes body);

// Append the whole message, type and length included.
void encode(const Query& message, std::string& out);
void encode(const Parse& message, std::string& out);
void encode(const Bind& message, std::string& out);
void encode(const Describe& message, std::string& out);
void encode(const Execute& message, std::string& out);
void encode(const Close& message, std::string& out);
void encode(const FunctionCall& message, std::string& out);
void encode(const CopyFail& message, std::string& out);
void encode(const Sync& message, std::string& out);
void encode(const Flush& message, std::string& out);
void encode(const Terminate& message, std::string& out);
void encode(const CopyData& message, std::string& out);
void encode(const CopyDone& message, std::string& out);

}  // namespace ride::protocol
