#include "tests/proxy/differential/recorded_proxy.hpp"

#include <map>

#include "journal/event_json.hpp"
#include "journal/reader.hpp"
#include "tests/catch.hpp"
#include "tests/proxy/recording.hpp"
#include "tests/support/eventually.hpp"

namespace ride::test {
namespace {

struct Recorded {
  std::map<std::string, std::size_t> kinds;  // how often each was recorded
  Told told;
};

struct Record {
  std::map<std::string, std::vector<journal::ConnectionId>> of_peer;
  std::map<journal::ConnectionId, Recorded> of_connection;
};

Record read_record(const std::filesystem::path& file) {
  Record out;
  journal::Reader reader(file);
  for (const auto& event : reader.all()) {
    const auto shown = journal::to_json(event);
    CHECK_FALSE(shown.contains("damaged"));
    const auto kind = text(shown, "kind");
    if (kind == "connection_opened") out.of_peer[text(shown, "peer")].push_back(event.connection);
    auto& recorded = out.of_connection[event.connection];
    ++recorded.kinds[kind];
    if (kind == "connection_ready" || kind == "ready") ++recorded.told.readies;
    if (kind != "ended") continue;
    recorded.told.rows += static_cast<std::size_t>(number(shown, "rows"));
    const auto how = text(shown, "how");
    if (how == "complete" || how == "empty" || how == "suspended") ++recorded.told.completions;
  }
  return out;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Told& told) {
  return out << told.readies << " readies, " << told.completions << " completions, " << told.rows
             << " rows";
}

RecordedProxy::RecordedProxy(proxy::Upstream upstream)
    : writer_(std::make_unique<journal::Writer>(directory_ / "differential.ride")) {
  proxy::Options options;
  options.upstream = std::move(upstream);
  proxy_ = std::make_unique<proxy::Proxy>(std::move(options), clock_, *writer_);
  proxy_->start();
}

void RecordedProxy::check_record() {
  REQUIRE(eventually([&] { return proxy_->sessions().empty(); }));
  proxy_.reset();
  writer_->flush();
  auto record = read_record(writer_->file());
  for (const auto& visit : visits_) {
    INFO(visit.what);
    auto& connections = record.of_peer[visit.own_address];
    if (connections.empty()) continue;  // it never sent a whole first packet
    const auto connection = connections.front();
    connections.erase(connections.begin());
    auto& [kinds, told] = record.of_connection[connection];
    CHECK(kinds["connection_closed"] == 1);
    CHECK((kinds["gap"] == 0 || visit.gap_allowed));
    if (visit.told) CHECK(told == *visit.told);
  }
  for (const auto& [peer, left] : record.of_peer) {
    INFO(peer);
    CHECK(left.empty());
  }
}

}  // namespace ride::test
