#include "cli/proxy_explain.hpp"

#include <iomanip>
#include <iostream>
#include <string>

#include "base/json.hpp"
#include "cli/failure.hpp"
#include "cli/terminal.hpp"

namespace ride::cli {
namespace {

std::string server_line(const proxy::Probed& probed) {
  if (!probed.legs.server_tls) return "without TLS";
  return probed.server_tls + (probed.legs.same_certificate
                                  ? ", with the certificate that ride has"
                                  : ", with another certificate than ride's");
}

std::string clients_line(const proxy::Legs& legs) {
  if (takes_tls(legs)) return "get it where they ask";
  if (!legs.has_certificate) return "do not get it: there is no certificate";
  return "do not get it, or their channel binding would fail; give ride the server's certificate "
         "and key, or say --client-tls always";
}

// Of a client that leaves its settings alone.
proxy::Binding binding(const proxy::Legs& legs) {
  return proxy::binding_of(takes_tls(legs), legs.server_tls, legs.same_certificate);
}

std::string_view meaning(proxy::Binding binding) {
  switch (binding) {
    case proxy::Binding::same_certificate:
      return "nothing is touched, and SCRAM-SHA-256-PLUS works from end to end";
    case proxy::Binding::plain_server:
      return "nothing is touched; the server offers no SCRAM-SHA-256-PLUS without TLS";
    case proxy::Binding::plain_client:
      return "SCRAM-SHA-256-PLUS is left out of what the server offers, the only bytes that are "
             "changed: clients without TLS would refuse it";
    case proxy::Binding::other_certificate:
      return "nothing is touched, and the server refuses SCRAM-SHA-256-PLUS: clients need "
             "channel_binding=disable";
  }
  return "";
}

boost::json::object to_json(const proxy::Options& options, const proxy::Probed& probed) {
  boost::json::array clients;
  for (const auto& row : expectations(probed.legs))
    clients.push_back(boost::json::object{{"sslmode", row.sslmode},
                                          {"sslnegotiation", row.direct ? "direct" : "postgres"},
                                          {"channel_binding", row.channel_binding},
                                          {"works", row.works},
                                          {"what", row.what}});
  return {{"upstream", to_text(options.upstream)},
          {"server_tls", probed.server_tls},
          {"same_certificate", probed.legs.same_certificate},
          {"gives_tls", takes_tls(probed.legs)},
          {"binding", name_of(binding(probed.legs))},
          {"why", meaning(binding(probed.legs))},
          {"clients", clients}};
}

void print(const proxy::Options& options, const proxy::Probed& probed) {
  std::cout << "server   " << to_text(options.upstream) << ' ' << server_line(probed) << '\n'
            << "TLS      clients " << clients_line(probed.legs) << '\n'
            << "binding  " << name_of(binding(probed.legs)) << ": " << meaning(binding(probed.legs))
            << "\n\n"
            << "with a SCRAM password (others do not bind):\n"
            << std::left << std::setw(18) << "sslmode" << std::setw(17) << "channel_binding"
            << std::setw(7) << "works" << '\n';
  for (const auto& row : expectations(probed.legs))
    std::cout << std::setw(18) << std::string(row.sslmode) + (row.direct ? ", direct" : "")
              << std::setw(17) << row.channel_binding << std::setw(7) << (row.works ? "yes" : "no")
              << row.what << '\n';
}

}  // namespace

int print_explanation(const proxy::Options& options, const proxy::Probed& probed, bool json) {
  if (!probed.failure.empty())
    throw Failure("cannot reach --upstream " + to_text(options.upstream) + ": " + probed.failure);
  if (json)
    print_json(to_json(options, probed));
  else
    print(options, probed);
  return exit_worked;
}

}  // namespace ride::cli
