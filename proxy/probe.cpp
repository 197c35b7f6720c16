#include "proxy/probe.hpp"

#include <boost/asio/co_spawn.hpp>
#include <exception>

#include "proxy/tls.hpp"
#include "proxy/upstream.hpp"

namespace ride::proxy {
namespace {

Awaitable<void> ask(asio::io_context* context, const Options* options, SSL_CTX* ours,
                    SSL_CTX* theirs, Probed* out) {
  const auto connected = co_await connect(*context, options->upstream, *options, theirs);
  out->failure = connected.failure;
  if (!connected.leg) co_return;
  out->server_tls = connected.leg->tls_facts().text;
  out->legs.server_tls = connected.leg->tls();
  const auto* certificate = connected.leg->peer_certificate();
  out->legs.same_certificate = certificate != nullptr && ours != nullptr &&
                               X509_cmp(certificate, SSL_CTX_get0_certificate(ours)) == 0;
}

}  // namespace

Probed probe(const Options& options) {
  const auto ours = make_client_tls(options);
  const auto theirs = make_upstream_tls(options.upstream_tls);
  Probed out;
  out.legs.has_certificate = ours != nullptr;
  out.legs.client_tls = options.client_tls;
  asio::io_context context{1};
  std::exception_ptr failure;
  asio::co_spawn(context, ask(&context, &options, ours.get(), theirs.get(), &out),
                 [&failure](std::exception_ptr thrown) { failure = std::move(thrown); });
  context.run();
  if (failure) std::rethrow_exception(failure);
  return out;
}

}  // namespace ride::proxy
