#include "cli/proxy_check.hpp"

#include <charconv>
#include <cstdint>

#include "cli/failure.hpp"
#include "cli/proxy_options.hpp"
#include "proxy/address.hpp"
#include "proxy/network.hpp"
#include "proxy/upstream.hpp"

namespace ride::cli {
namespace {

proxy::Address address_of(const std::string& option, const std::string& text) {
  if (auto address = proxy::parse_address(text)) return *address;
  throw Failure(option + " " + text +
                    " is no address; say HOST:PORT, [IPV6]:PORT, or the /path of a unix socket "
                    "or of its folder",
                exit_usage);
}

proxy::Address listen_address(const std::string& text) {
  auto address = address_of("--listen", text);
  if (address.host == "localhost") address.host = "127.0.0.1";
  return address;
}

proxy::Network network_of(const std::string& text) {
  if (auto network = proxy::parse_network(text)) return *network;
  throw Failure(
      "--proxy-protocol " + text + " is no network; say 10.0.0.0/8, fd00::/8, one address, or unix",
      exit_usage);
}

std::uint32_t socket_mode(const std::string& text) {
  std::uint32_t mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error == std::errc() && end == text.data() + text.size() && mode <= 0777) return mode;
  throw Failure("--socket-mode " + text + " is no mode; say octal digits, 0700 to 0777",
                exit_usage);
}

proxy::TlsMode tls_mode(const std::string& word) {
  if (word == "off") return proxy::TlsMode::off;
  if (word == "prefer") return proxy::TlsMode::prefer;
  if (word == "require") return proxy::TlsMode::require;
  return word == "verify-ca" ? proxy::TlsMode::verify_ca : proxy::TlsMode::verify_full;
}

void check_tls(Proxy& options) {
  auto& relay = options.relay;
  auto& server = relay.upstream_tls;
  server.mode = tls_mode(options.upstream_tls);
  if (options.client_tls == "always") relay.client_tls = proxy::ClientTls::always;
  if (relay.tls_certificate_file.empty() != relay.tls_key_file.empty())
    throw Failure("--tls-cert and --tls-key go together", exit_usage);
  if (server.certificate_file.empty() != server.key_file.empty())
    throw Failure("--upstream-cert and --upstream-key go together", exit_usage);
  const bool verifies =
      server.mode == proxy::TlsMode::verify_ca || server.mode == proxy::TlsMode::verify_full;
  if (verifies && server.ca_file.empty())
    throw Failure("--upstream-tls " + options.upstream_tls + " needs --upstream-ca FILE or system",
                  exit_usage);
}

Proxy read(Proxy options) {
  options.relay.listen.clear();
  for (const auto& text : options.listen) options.relay.listen.push_back(listen_address(text));
  options.relay.unix_socket_mode = socket_mode(options.socket_mode);
  for (const auto& text : options.proxy_protocol)
    options.relay.proxy_protocol_from.push_back(network_of(text));
  options.relay.upstream = address_of("--upstream", options.upstream);
  check_tls(options);
  if (options.journal.empty() && !options.explain)
    throw Failure("--journal is required; see ride --help", exit_usage);
  if (const auto why = check_resolves(options.relay.upstream); !why.empty())
    throw Failure("cannot find --upstream " + options.upstream + ": " + why);
  return options;
}

}  // namespace

Proxy checked(const Proxy& options) {
  try {
    return read(options);
  } catch (const Failure& failure) {
    throw Failure(with_origin(failure.what(), options.origins), failure.code());
  }
}

}  // namespace ride::cli
