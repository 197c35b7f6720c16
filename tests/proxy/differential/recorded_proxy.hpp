// A proxy without TLS before any server, and what its record must say of each conversation.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "journal/writer.hpp"
#include "proxy/proxy.hpp"
#include "tests/proxy/differential/conversation.hpp"
#include "tests/support/temporary_directory.hpp"

namespace ride::test {

// What of a server's answers stands in the record as often as it was said.
struct Told {
  std::size_t readies = 0;      // ReadyForQuery
  std::size_t completions = 0;  // CommandComplete, EmptyQueryResponse, PortalSuspended, a result
  std::size_t rows = 0;         // DataRow
  bool operator==(const Told&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Told& told);

// One conversation with the proxy, as far as its record can be judged by it.
struct Visit {
  std::string what;         // for the message of a failed check
  std::string own_address;  // of the client
  bool gap_allowed = false;
  std::optional<Told> told;  // to a client that got all of it
};

class RecordedProxy {
 public:
  explicit RecordedProxy(proxy::Upstream upstream);

  Address address() const { return Address(proxy_->port()); }
  void note(Visit visit) { visits_.push_back(std::move(visit)); }

  // Waits until no session is left; reads the journal back. Each connection that was opened is
  // closed, once; there is a gap only where one is allowed; and what the client was told was
  // recorded, no more and no less often.
  void check_record();

 private:
  TemporaryDirectory directory_;
  Clock clock_;
  std::unique_ptr<journal::Writer> writer_;
  std::unique_ptr<proxy::Proxy> proxy_;
  std::vector<Visit> visits_;
};

}  // namespace ride::test
