#include "protocol/backend.hpp"

#include <string>

#include "tests/protocol/codec.hpp"

using namespace ride;
using namespace ride::protocol;
using namespace ride::protocol::test;
using namespace std::string_literals;

TEST_CASE("start-up answers survive their codecs", "[protocol][backend]") {
  check_codec(NegotiateProtocolVersion{0, {"_pq_.foo", "_pq_.bar"}},
              decode_negotiate_protocol_version);
  check_codec(BackendKeyData{42, std::string(4, 'k')}, decode_backend_key_data, true);
  check_codec(BackendKeyData{42, std::string(256, 'k')}, decode_backend_key_data, true);
  check_codec(ParameterStatus{"application_name", "psql"}, decode_parameter_status);
  check_codec(Authentication{10}, decode_authentication, true);
  CHECK(decode_authentication("\0\0\0\x0aSCRAM-SHA-256\0\0"s)->code == 10);
  CHECK_FALSE(decode_authentication("\0\0\0"s));
  CHECK_FALSE(decode_backend_key_data("\0\0\0\1"s));
}

TEST_CASE("ReadyForQuery knows three states", "[protocol][backend]") {
  check_codec(ReadyForQuery{TxStatus::idle}, decode_ready_for_query);
  check_codec(ReadyForQuery{TxStatus::in_transaction}, decode_ready_for_query);
  check_codec(ReadyForQuery{TxStatus::failed}, decode_ready_for_query);
  CHECK(decode_ready_for_query("X").error().fault == Fault::bad_value);
}

TEST_CASE("wire 50: an error keeps its fields in order, unknown ones too",
          "[protocol][backend][wire]") {
  const ErrorResponse error{{{'S', "FEHLER"},
                             {'V', "ERROR"},
                             {'C', "42601"},
                             {'M', "syntax error"},
                             {'z', "from the future"}}};
  check_codec(error, decode_error_response);
  check_codec(ErrorResponse{}, decode_error_response);  // not even an SQLSTATE
}

TEST_CASE("one field is found in a whole, cut or empty error body", "[protocol][backend]") {
  const auto body = "SERROR\0C42601\0Msyntax error\0\0"s;
  CHECK(error_field(body, 'C') == "42601");
  CHECK(error_field(body, 'H').empty());
  CHECK(error_field(Bytes(body).substr(0, 20), 'C') == "42601");
  CHECK(error_field(Bytes(body).substr(0, 20), 'M') == "synta");
  CHECK(error_field("", 'C').empty());
}

TEST_CASE("an error is fatal by its untranslated severity", "[protocol][backend]") {
  CHECK(is_fatal("SFATAL\0VFATAL\0\0"s));
  CHECK(is_fatal("SPANIQUE\0VPANIC\0\0"s));
  CHECK(is_fatal("SFATAL\0\0"s));  // servers before 9.6 send no V
  CHECK_FALSE(is_fatal("SFATAL\0VERROR\0\0"s));
  CHECK_FALSE(is_fatal(""));
}

TEST_CASE("results survive their codecs", "[protocol][backend]") {
  check_codec(RowDescription{{{"id", 16384, 1, 23, 4, 0xffffffff, 0}, {"name", 0, 0, 25}}},
              decode_row_description);
  check_codec(RowDescription{}, decode_row_description);
  check_codec(DataRow{{"1", std::nullopt, ""}}, decode_data_row);
  check_codec(DataRow{}, decode_data_row);
  check_codec(CommandComplete{"INSERT 0 1"}, decode_command_complete);
  check_codec(NotificationResponse{7, "channel", "payload"}, decode_notification_response);
}

TEST_CASE("rows with negative and huge lengths and counts are refused", "[protocol][backend]") {
  CHECK(decode_data_row("\0\1\xff\xff\xff\xfe"s).error().fault == Fault::bad_length);
  CHECK(decode_data_row("\0\1\x7f\xff\xff\xff"s).error().fault == Fault::truncated);
  CHECK(decode_data_row("\xff\xff\0\0\0\0"s).error().fault == Fault::bad_count);
  CHECK(decode_row_description("\xff\xff"s).error().fault == Fault::bad_count);
  CHECK(decode_negotiate_protocol_version("\0\0\0\0\xff\xff\xff\xff"s).error().fault ==
        Fault::bad_count);
}

TEST_CASE("the three copy responses survive one codec", "[protocol][backend]") {
  for (const char tag : {CopyResponse::in_tag, CopyResponse::out_tag, CopyResponse::both_tag}) {
    std::string out;
    encode(CopyResponse{1, {1, 1}}, out, tag);
    CHECK(out[0] == tag);
    const auto body = out.substr(5);
    CHECK(*decode_copy_response(body) == CopyResponse{1, {1, 1}});
    for (std::size_t size = 0; size < body.size(); ++size)
      CHECK_FALSE(decode_copy_response(Bytes(body).substr(0, size)));
    CHECK(decode_copy_response(body + "x").error().fault == Fault::leftover);
  }
  CHECK(decode_copy_response("\2\0\0"s).error().fault == Fault::bad_value);
}

TEST_CASE("an error of ride's own has what libpq wants", "[protocol][backend]") {
  const auto bytes = encode_error("FATAL", "53100", "the journal's disk is full", "Free space.");
  CHECK(bytes.substr(0, 5) == "E\0\0\0\x43"s);
  const auto error = decode_error_response(Bytes(bytes).substr(5));
  REQUIRE(error);
  CHECK(error->fields == std::vector<ErrorField>{{'S', "FATAL"},
                                                 {'V', "FATAL"},
                                                 {'C', "53100"},
                                                 {'M', "the journal's disk is full"},
                                                 {'H', "Free space."}});
  CHECK(error_field(Bytes(encode_error("ERROR", "57014", "x")).substr(5), 'H').empty());
}
