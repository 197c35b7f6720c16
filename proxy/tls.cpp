#include "proxy/tls.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace ride::proxy {
namespace {

// PostgreSQL's own records have that at most, the size of its buffer for output. libpq keeps room
// for no more, leaves the rest of a larger record within OpenSSL, and a program that then waits for
// its socket (pg_basebackup does at the end of its WAL stream) waits for ever.
constexpr long largest_record = 8192;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error("TLS: " + what); }

// A client that offers other protocols alone is told so by an alert, as PostgreSQL 17 does.
int choose_alpn(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                const unsigned char* offered, unsigned offered_size, void*) {
  static const auto* ours = reinterpret_cast<const unsigned char*>(alpn_offer.data());
  unsigned char* match = nullptr;
  const int result =
      SSL_select_next_proto(&match, chosen_size, ours, alpn_offer.size(), offered, offered_size);
  *chosen = match;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

SslContext make(const SSL_METHOD* method) {
  SslContext context(SSL_CTX_new(method));
  if (!context) fail(openssl_error());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  // An idle session holds no record buffers.
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  // All that has come by one call, not a record's header and body by one each.
  SSL_CTX_set_read_ahead(context.get(), 1);
  // A key that asks for a passphrase fails instead of asking whoever sits at the terminal.
  SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return -1; });
  return context;
}

void use_certificate(SSL_CTX* context, const std::string& certificate, const std::string& key) {
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
    fail(certificate + ": not a certificate: " + openssl_error());
  check_key_file(key);
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1)
    fail(key + ": not the certificate's key: " + openssl_error());
}

}  // namespace

void check_key_file(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) fail(path + ": " + std::strerror(errno));
  if (!S_ISREG(found.st_mode)) fail(path + ": not a regular file");
  const bool roots = found.st_uid == 0 && ::geteuid() != 0;
  if (found.st_uid != ::geteuid() && !roots && ::geteuid() != 0)
    fail(path + ": a private key must belong to its user or to root");
  const mode_t too_much = roots ? S_IWGRP | S_IXGRP | S_IRWXO : S_IRWXG | S_IRWXO;
  if ((found.st_mode & too_much) != 0)
    fail(path + ": others can read this private key; its mode must be " +
         (roots ? "0640" : "0600") + " or less");
}

SslContext make_client_tls(const Options& options) {
  if (options.tls_certificate_file.empty()) return nullptr;
  auto context = make(TLS_server_method());
  use_certificate(context.get(), options.tls_certificate_file, options.tls_key_file);
  if (SSL_CTX_set_max_send_fragment(context.get(), largest_record) != 1) fail(openssl_error());
  SSL_CTX_set_alpn_select_cb(context.get(), choose_alpn, nullptr);
  return context;
}

SslContext make_upstream_tls(const UpstreamTls& options) {
  if (options.mode == TlsMode::off) return nullptr;
  auto context = make(TLS_client_method());
  if (!options.certificate_file.empty())
    use_certificate(context.get(), options.certificate_file, options.key_file);
  // 0 is success here, unlike everywhere else in OpenSSL.
  if (SSL_CTX_set_alpn_protos(context.get(),
                              reinterpret_cast<const unsigned char*>(alpn_offer.data()),
                              alpn_offer.size()) != 0)
    fail(openssl_error());
  if (options.mode != TlsMode::verify_ca && options.mode != TlsMode::verify_full) return context;

  if (options.ca_file == "system") {
    if (SSL_CTX_set_default_verify_paths(context.get()) != 1) fail(openssl_error());
  } else if (SSL_CTX_load_verify_file(context.get(), options.ca_file.c_str()) != 1) {
    fail(options.ca_file + ": no certificates to verify the server with: " + openssl_error());
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  return context;
}

}  // namespace ride::proxy
