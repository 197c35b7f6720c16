// The messages a server sends, as far as they are looked into: see frontend.hpp. Views all of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "protocol/reader.hpp"

namespace ride::protocol {

enum class TxStatus : char { idle = 'I', in_transaction = 'T', failed = 'E', unknown = '?' };

struct Authentication {
  static constexpr char tag = 'R';
  std::uint32_t code = 0;  // 0: ok. What follows the code is nobody's business.
  bool operator==(const Authentication&) const = default;
};

struct NegotiateProtocolVersion {
  static constexpr char tag = 'v';
  std::uint32_t version = 0;  // newest the server speaks: minor, or major << 16 | minor
  std::vector<std::string_view> unknown_options = {};
  bool operator==(const NegotiateProtocolVersion&) const = default;
};

struct BackendKeyData {
  static constexpr char tag = 'K';
  std::uint32_t pid = 0;
  Bytes key =
      "";  // to the end of the message: 4 bytes in protocol 3.0, up to 256 in 3.2. A secret.
  bool operator==(const BackendKeyData&) const = default;
};

struct ParameterStatus {
  static constexpr char tag = 'S';
  std::string_view name = "";
  std::string_view value = "";
  bool operator==(const ParameterStatus&) const = default;
};

struct ReadyForQuery {
  static constexpr char tag = 'Z';
  TxStatus status = TxStatus::idle;
  bool operator==(const ReadyForQuery&) const = default;
};

struct ErrorField {
  char type = 0;  // 'S' severity, 'V' the same untranslated, 'C' SQLSTATE, 'M' message, 'H' hint …
  std::string_view value = "";
  bool operator==(const ErrorField&) const = default;
};

struct ErrorResponse {  // and NoticeResponse, which differs in its type alone
  static constexpr char tag = 'E';
  static constexpr char notice_tag = 'N';
  std::vector<ErrorField> fields = {};  // in the order sent, those we do not know too
  bool operator==(const ErrorResponse&) const = default;
};

struct Column {
  std::string_view name = "";
  std::uint32_t table = 0;          // oid, 0: not a column of a table
  std::uint16_t table_column = 0;   // attnum, 0: not a column of a table
  std::uint32_t type = 0;           // oid
  std::uint16_t type_size = 0;      // 0xffff, 0xfffe: variable
  std::uint32_t type_modifier = 0;  // 0xffffffff: none
  std::uint16_t format = 0;         // 0 text, 1 binary
  bool operator==(const Column&) const = default;
};

struct RowDescription {
  static constexpr char tag = 'T';
  std::vector<Column> columns = {};
  bool operator==(const RowDescription&) const = default;
};

struct DataRow {
  static constexpr char tag = 'D';
  std::vector<std::optional<Bytes>> values = {};
  bool operator==(const DataRow&) const = default;
};

struct CommandComplete {
  static constexpr char tag = 'C';
  std::string_view command_tag = "";
  bool operator==(const CommandComplete&) const = default;
};

struct NotificationResponse {
  static constexpr char tag = 'A';
  std::uint32_t pid = 0;
  std::string_view channel = "";
  std::string_view payload = "";
  bool operator==(const NotificationResponse&) const = default;
};

// CopyInResponse 'G', CopyOutResponse 'H' and CopyBothResponse 'W' look alike.
struct CopyResponse {
  static constexpr char in_tag = 'G';
  static constexpr char out_tag = 'H';
  static constexpr char both_tag = 'W';
  std::uint8_t format = 0;  // 0 text, 1 binary
  std::vector<std::uint16_t> column_formats = {};
  bool operator==(const CopyResponse&) const = default;
};

Decoded<Authentication> decode_authentication(Bytes body);
Decoded<NegotiateProtocolVersion> decode_negotiate_protocol_version(Bytes body);
Decoded<BackendKeyData> decode_backend_key_data(Bytes body);
Decoded<ParameterStatus> decode_parameter_status(Bytes body);
Decoded<ReadyForQuery> decode_ready_for_query(Bytes body);
Decoded<ErrorResponse> decode_error_response(Bytes body);
Decoded<RowDescription> decode_row_description(Bytes body);
Decoded<DataRow> decode_data_row(Bytes body);
Decoded<CommandComplete> decode_command_complete(Bytes body);
Decoded<NotificationResponse> decode_notification_response(Bytes body);
Decoded<CopyResponse> decode_copy_response(Bytes body);

// One field of an ErrorResponse's or NoticeResponse's body, "" where it has none; reads cut and
// damaged bodies as far as they go, allocates nothing.
std::string_view error_field(Bytes body, char type);
// Whether this error ends the connection: severity FATAL or PANIC (untranslated where sent).
bool is_fatal(Bytes error_body);

// Append the whole message, type and length included.
void encode(const Authentication& message, std::string& out);
void encode(const NegotiateProtocolVersion& message, std::string& out);
void encode(const BackendKeyData& message, std::string& out);
void encode(const ParameterStatus& message, std::string& out);
void encode(const ReadyForQuery& message, std::string& out);
void encode(const ErrorResponse& message, std::string& out, char tag = ErrorResponse::tag);
void encode(const RowDescription& message, std::string& out);
void encode(const DataRow& message, std::string& out);
void encode(const CommandComplete& message, std::string& out);
void encode(const NotificationResponse& message, std::string& out);
void encode(const CopyResponse& message, std::string& out, char tag = CopyResponse::in_tag);
// Messages without a body: '1' '2' '3' 'I' 'n' 's' 'c' …
void encode_empty(char tag, std::string& out);

// An ErrorResponse of ride's own, as libpq wants it: severity ("ERROR" or "FATAL", sent as S and
// V), five-character SQLSTATE, message and, if not empty, hint.
std::string encode_error(std::string_view severity, std::string_view sqlstate,
                         std::string_view message, std::string_view hint = "");

}  // namespace ride::protocol
