// What the proxy is told: where it listens, which server stands behind it, where its certificate
// lives, and its limits, each with a name and a unit. Plain values, checked by whoever read them
// (command line, supervisor); the proxy trusts them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "proxy/address.hpp"
#include "proxy/network.hpp"

namespace ride::proxy {

// The server. A name is resolved anew for each connection.
using Upstream = Address;

// What the leg to the server does about TLS, in the words of libpq's sslmode; `prefer` goes on in
// plain where the server has none. A unix socket has none, whatever stands here.
enum class TlsMode : std::uint8_t { off, prefer, require, verify_ca, verify_full };

struct UpstreamTls {
  TlsMode mode = TlsMode::off;
  bool direct = false;           // TLS from the first byte, which PostgreSQL 17 and later take
  std::string ca_file;           // PEM, or "system"; for verify_ca and verify_full
  std::string server_name;       // who the certificate must name; "": Upstream::host
  std::string certificate_file;  // the proxy's own as a client, PEM; "": none
  std::string key_file;          // PEM
};

// Whether clients that ask for TLS get it. `automatic`: not where the leg to the server has TLS
// with another certificate than ours: see binding.hpp.
enum class ClientTls : std::uint8_t { automatic, always };

// How long the kernel waits for a TCP peer that says nothing, on either leg, as PostgreSQL's
// settings of these names; 0: the system's own.
struct TcpLimits {
  std::chrono::seconds keepalive_idle{0};
  std::chrono::seconds keepalive_interval{0};
  std::uint32_t keepalive_count = 0;
  std::chrono::milliseconds user_timeout{0};
};

struct Limits {
  std::size_t sessions_max = 1'000;  // clients at a time; each needs two file descriptors
  // Connections that are no session (yet): they say nothing so far, cancel, or are being refused.
  std::size_t undecided_max = 1'000;
  std::uint32_t accepts_per_second_max = 0;  // 0: as many as come
  std::size_t proxy_header_bytes_max = 4'096;
  TcpLimits tcp;
  std::uint32_t startup_packet_bytes_max = 10'000;     // PostgreSQL's own, without the length word
  std::chrono::milliseconds startup_wait_max{60'000};  // for a client that says nothing
  std::chrono::milliseconds connect_wait_max{5'000};   // for the server's socket to take us
  std::chrono::milliseconds linger_max{2'000};  // for a client to hang up after the server did
  std::chrono::milliseconds clock_look_every{1'000};       // whether the machine's clock was set
  std::size_t chunk_bytes = std::size_t{64} << 10;         // one read; what is relayed has no limit
  std::size_t kept_text_bytes_max = std::size_t{1} << 20;  // SQL text of one request
  std::size_t kept_parameter_bytes_max = std::size_t{64} << 10;  // of one Bind or function call
  std::size_t kept_rows_bytes_max = std::size_t{64} << 10;       // of one statement
  std::size_t kept_columns_bytes_max = std::size_t{64} << 10;    // RowDescription of one statement
  std::size_t kept_copy_bytes_max = std::size_t{64} << 10;       // of one statement
  // A COPY that goes on is recorded again after so much, or, with what comes next, after so long.
  std::uint64_t copying_bytes_max = std::uint64_t{64} << 20;
  std::chrono::microseconds copying_wait_max = std::chrono::minutes(1);
  std::size_t kept_notice_bytes_max = std::size_t{16} << 10;  // of one statement
  std::size_t kept_statements_bytes_max =
      std::size_t{1} << 20;  // texts of prepared statements, a session, for the next file
  std::size_t kept_descriptions_bytes_max = std::size_t{1}
                                            << 20;  // of prepared statements, a session
};

// A server beside the first one, with addresses of its own: who comes there goes there.
struct OtherServer {
  std::string name;  // recorded with each of its connections
  std::vector<Address> listen;
  Upstream upstream;
};

struct Options {
  // IP addresses are numeric. Port 0: any free one, see Proxy::addresses().
  std::vector<Address> listen = {{"127.0.0.1", 0}};
  bool reuse_port = false;                // share the addresses with others who say so, too
  std::uint32_t unix_socket_mode = 0700;  // of the file: who may connect
  // From these, and nobody else, a PROXY protocol header is expected before anything else.
  std::vector<Network> proxy_protocol_from;
  Upstream upstream;
  std::vector<OtherServer> others;
  std::uint32_t threads = 1;
  std::string tls_certificate_file;  // PEM; empty: SSLRequest is answered with 'N'
  std::string tls_key_file;          // PEM
  ClientTls client_tls = ClientTls::automatic;
  UpstreamTls upstream_tls;
  Limits limits;
};

}  // namespace ride::proxy
