// First packets, good and bad, as far as they need no TLS.
#include "tests/catch.hpp"
#include "tests/proxy/differential/compare.hpp"

using namespace ride;
using namespace ride::protocol;
using namespace ride::test;
using namespace std::string_literals;

namespace {

const auto nobody = CancelRequest{4'000'000, Bytes("\1\2\3\4", 4)};

const auto as_oncall = "user\0oncall\0database\0postgres\0"s;
const auto cancel_code = "\x04\xd2\x16\x2e"s;

Step with_ahead(Step request, const std::string& bytes) {
  request.bytes += bytes;
  return request;
}

std::string of_user(const std::string& parameters) {
  return packet("\0\3\0\0"s + parameters + '\0');
}

}  // namespace

TEST_CASE("wire 3: a second request for encryption is refused in PostgreSQL's words",
          "[postgres][proxy][wire]") {
  check_same({
      raw_sequence("SSLRequest, declined, then nothing", ssl_request()).never_relayed(),
      raw_sequence("SSLRequest, declined, then start-up", ssl_request(), start_up(),
                   Query{"SELECT 1"}, Terminate{})
          .closed_by_server(),
      raw_sequence("SSLRequest twice", ssl_request(), ssl_request().bytes)
          .closed_by_server()
          .answered_by_proxy(),
      raw_sequence("GSSENCRequest twice", gssenc_request(), gssenc_request().bytes)
          .closed_by_server()
          .answered_by_proxy(),
      raw_sequence("SSLRequest, GSSENCRequest, SSLRequest", ssl_request(), gssenc_request(),
                   ssl_request().bytes)
          .closed_by_server()
          .answered_by_proxy(),
  });
}

TEST_CASE("wire 4: bytes sent ahead behind an encryption request are refused",
          "[postgres][proxy][wire]") {
  check_same({
      raw_sequence("SSLRequest and start-up at once", with_ahead(ssl_request(), start_up()))
          .closed_by_server()
          .answered_by_proxy()
          .sent_at_once(),
      raw_sequence("GSSENCRequest and start-up at once", with_ahead(gssenc_request(), start_up()))
          .closed_by_server()
          .answered_by_proxy()
          .sent_at_once(),
      raw_sequence("SSLRequest and one byte at once", with_ahead(ssl_request(), "\0"s))
          .closed_by_server()
          .answered_by_proxy()
          .sent_at_once(),
  });
}

TEST_CASE("wire 5: GSSENCRequest is declined, and SSLRequest may come before or behind it",
          "[postgres][proxy][wire]") {
  check_same({
      raw_sequence("GSSENCRequest, then start-up", gssenc_request(), start_up(), Terminate{})
          .closed_by_server(),
      raw_sequence("GSSENCRequest, then SSLRequest", gssenc_request(), ssl_request(), start_up(),
                   Query{"SELECT 1"}),
      raw_sequence("SSLRequest, then GSSENCRequest", ssl_request(), gssenc_request(), start_up(),
                   Query{"SELECT 1"}),
      raw_sequence("GSSENCRequest, then a cancel", gssenc_request(), nobody).closed_by_server(),
  });
}

TEST_CASE("wire 8: a start-up packet of any length is judged by the server",
          "[postgres][proxy][wire]") {
  check_same({
      raw_sequence("nothing at all").never_relayed(),
      raw_sequence("half a length", "\0\0"s).never_relayed(),
      raw_sequence("shorter than its length", "\0\0\0\x30\0\3\0\0user\0onc"s).never_relayed(),
      raw_sequence("length 0", "\0\0\0\0"s).closed_by_server().not_readable(),
      raw_sequence("length 4", "\0\0\0\4"s).closed_by_server().not_readable(),
      raw_sequence("length 7", "\0\0\0\7\0\3\0"s).closed_by_server().not_readable(),
      raw_sequence("length 8: a version alone", packet("\0\3\0\0"s))
          .closed_by_server()
          .not_readable(),
      raw_sequence("length 10,005", "\0\0\x27\x15\0\3\0\0"s).closed_by_server().not_readable(),
      raw_sequence("length 10,004, filled with parameters",
                   of_user(as_oncall + "application_name\0"s + std::string(9'947, 'a') + '\0'),
                   Terminate{})
          .closed_by_server(),
      raw_sequence("length -1", "\xff\xff\xff\xff"s).closed_by_server().not_readable(),
      raw_sequence("a web browser", "GET / HTTP/1.1\r\n\r\n"s).closed_by_server().not_readable(),
  });
}

TEST_CASE("wire 8: the parameters of a start-up packet are judged by the server",
          "[postgres][proxy][wire]") {
  check_same({
      raw_sequence("a user without a NUL", packet("\0\3\0\0user\0oncall"s))
          .closed_by_server()
          .not_readable(),
      raw_sequence("a name without a value", packet("\0\3\0\0user\0oncall\0database\0"s))
          .closed_by_server()
          .not_readable(),
      raw_sequence("bytes behind the terminator", packet("\0\3\0\0"s + as_oncall + "\0more"s))
          .closed_by_server()
          .not_readable(),
      raw_sequence("no user", of_user("database\0postgres\0"s)).closed_by_server(),
      raw_sequence("an empty user", of_user("user\0\0database\0postgres\0"s)).closed_by_server(),
      raw_sequence("a user nobody knows", of_user("user\0nobody\0database\0postgres\0"s))
          .closed_by_server(),
      raw_sequence("a database nobody made", of_user("user\0oncall\0database\0nowhere\0"s),
                   Query{"SELECT 1"})
          .closed_by_server(),
      raw_sequence("a parameter twice", of_user(as_oncall + "database\0otherdb\0"s),
                   Query{"SELECT current_database()"}),
      raw_sequence("options and an encoding",
                   of_user(as_oncall + "options\0-c work_mem=1MB\0client_encoding\0LATIN1\0"s),
                   Query{"SHOW work_mem; SHOW client_encoding; SELECT 'h\xf6he'"}),
  });
}

TEST_CASE("wire 9: protocol versions and options are negotiated by the server",
          "[postgres][proxy][wire]") {
  check_same({
      raw_sequence("3.1", start_up("", 3U << 16U | 1U), Query{"SELECT 1"}),
      raw_sequence("3.2", start_up("", 3U << 16U | 2U), Query{"SELECT 1"}),
      raw_sequence("3.9999", start_up("", 3U << 16U | 9999U), Query{"SELECT 1"}),
      raw_sequence("an option nobody knows", start_up("_pq_.foo\0bar\0"s), Query{"SELECT 1"}),
      raw_sequence("3.2 and two options nobody knows",
                   start_up("_pq_.foo\0\0_pq_.bar\0x\0"s, 3U << 16U | 2U), Terminate{})
          .closed_by_server(),
  });
}

TEST_CASE("wire 10: other protocols are refused in the server's words, without a length at need",
          "[postgres][proxy][wire]") {
  check_same({
      raw_sequence("2.0", packet("\0\2\0\0"s + std::string(288, '\0')))
          .closed_by_server()
          .not_readable(),
      raw_sequence("1.0", packet("\0\1\0\0"s)).closed_by_server().not_readable(),
      raw_sequence("0.0", packet("\0\0\0\0"s)).closed_by_server().not_readable(),
      raw_sequence("4.0", packet("\0\4\0\0"s + as_oncall + '\0')).closed_by_server().not_readable(),
      raw_sequence("1234.5681, a request nobody has thought of", packet("\x04\xd2\x16\x31"s))
          .closed_by_server()
          .not_readable(),
  });
}

TEST_CASE("wire 11: what is no password goes on to the server all the same",
          "[postgres][proxy][wire]") {
  const auto start = packet("\0\3\0\0user\0scram_user\0database\0postgres\0\0"s);
  check_same({
      raw_sequence("a client that leaves when it is asked", start),
      raw_sequence("a query for a password", start, Query{"SELECT 1"}).closed_by_server(),
      raw_sequence("a mechanism nobody knows", start, Raw{"p\0\0\0\x0cPLAIN\0\0\0"s})
          .closed_by_server(),
      raw_sequence("an empty SASL message", start, Raw{"p\0\0\0\4"s}).closed_by_server(),
      raw_sequence("a SASL message that is none", start,
                   Raw{"p\0\0\0\x1bSCRAM-SHA-256\0\0\0\0\5x,,,,"s})
          .closed_by_server(),
      raw_sequence("a goodbye for a password", start, Terminate{}).closed_by_server(),
  });
}

TEST_CASE("wire 17: a cancel for nobody, whole or damaged, is closed without a word",
          "[postgres][proxy][wire]") {
  check_same({
      raw_sequence("for nobody", nobody).closed_by_server(),
      raw_sequence("for nobody, behind SSLRequest", ssl_request(), nobody).closed_by_server(),
      raw_sequence("without a key", packet(cancel_code + "\0\x3d\x09\0"s)).closed_by_server(),
      raw_sequence("with a long key", packet(cancel_code + "\0\x3d\x09\0"s + std::string(32, 'k')))
          .closed_by_server(),
      raw_sequence("with a query behind it", nobody, Query{"SELECT 1"})
          .closed_by_server()
          .never_relayed(),
  });
}

TEST_CASE("wire 18: a refusal may come when the server has let the client in",
          "[postgres][proxy][wire]") {
  check_same({
      raw_sequence("a setting nobody knows", of_user(as_oncall + "pool_mode\0session\0"s))
          .closed_by_server(),
      raw_sequence("a setting with a bad value", of_user(as_oncall + "work_mem\0bad\0"s),
                   Query{"SELECT 1"})
          .closed_by_server(),
      raw_sequence("options with a bad switch", of_user(as_oncall + "options\0-Z\0"s))
          .closed_by_server(),
  });
}
