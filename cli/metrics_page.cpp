#include "cli/metrics_page.hpp"

#include <map>
#include <sstream>
#include <string_view>

namespace ride::cli {
namespace {

using proxy::Counter;
using proxy::Counters;

class Page {
 public:
  void family(std::string_view name, std::string_view type, std::string_view what) {
    out_ << "# HELP ride_" << name << ' ' << what << "\n# TYPE ride_" << name << ' ' << type
         << '\n';
    name_ = name;
  }
  template <typename Number>
  void sample(Number number, const std::string& labels = "") {
    out_ << "ride_" << name_;
    if (!labels.empty()) out_ << '{' << labels << '}';
    out_ << ' ' << number << '\n';
  }
  template <typename Number>
  void one(std::string_view name, std::string_view type, std::string_view what, Number number) {
    family(name, type, what);
    sample(number);
  }
  std::string text() const { return out_.str(); }

 private:
  std::ostringstream out_;
  std::string name_;
};

std::string label(std::string_view name, const std::string& value) {
  return std::string(name) + "=\"" + value + '"';
}

class Sum {
 public:
  explicit Sum(const std::vector<const Counters*>& counters) : counters_(counters) {}
  std::uint64_t operator()(Counter Counters::*member) const {
    std::uint64_t total = 0;
    for (const auto* one : counters_) total += (one->*member).value();
    return total;
  }

 private:
  const std::vector<const Counters*>& counters_;
};

void put_clients(Page& page, const Sum& sum, std::size_t sessions) {
  page.one("connections", "gauge", "Clients connected now.", sessions);
  page.one("connections_total", "counter", "Connections recorded, whatever they wanted.",
           sum(&Counters::connections));
  page.one("sessions_total", "counter", "Sessions that the server let in.",
           sum(&Counters::sessions));
  page.family("refused_total", "counter",
              "Clients turned away: by max-connections (limit), while draining, without a server "
              "(unreachable), without a journal (unrecorded), or by the server.");
  page.sample(sum(&Counters::refused_by_limit), label("reason", "limit"));
  page.sample(sum(&Counters::refused_draining), label("reason", "draining"));
  page.sample(sum(&Counters::refused_unreachable), label("reason", "unreachable"));
  page.sample(sum(&Counters::refused_unrecorded), label("reason", "unrecorded"));
  page.sample(sum(&Counters::refused_by_server), label("reason", "server"));
  page.one("cancels_total", "counter", "Cancel requests.", sum(&Counters::cancels));
  page.one("tls_handshakes_total", "counter", "TLS handshakes with clients.", sum(&Counters::tls));
  page.one("tls_handshakes_failed_total", "counter", "TLS handshakes with clients that failed.",
           sum(&Counters::tls_failed));
}

void put_traffic(Page& page, const Sum& sum, const std::vector<const Counters*>& counters) {
  page.family("bytes_total", "counter", "Bytes of the protocol, without TLS.");
  page.sample(sum(&Counters::bytes_from_clients), label("from", "clients"));
  page.sample(sum(&Counters::bytes_from_servers), label("from", "servers"));
  page.one("statements_total", "counter", "Statements that ended, well or not.",
           sum(&Counters::statements));
  page.family("errors_total", "counter", "Errors of requests by the class of their SQLSTATE.");
  std::map<std::string, std::uint64_t> errors;
  for (const auto* one : counters)
    one->errors.each(
        [&](const std::string& name, std::uint64_t number) { errors[name] += number; });
  for (const auto& [name, number] : errors) page.sample(number, label("class", name));
}

void put_journal(Page& page, const JournalFiles::State& journal) {
  page.one("journal_ok", "gauge", "1 while it can be recorded; at 0 every client is refused.",
           journal.failure.empty() ? 1 : 0);
  page.one("journal_events_total", "counter", "Events stored in files.", journal.events);
  page.one("journal_lag_seconds", "gauge",
           "The oldest event not stored has waited so long at most.",
           static_cast<double>(journal.lag.count()) / 1e6);
  page.one("journal_file_bytes", "gauge", "The newest file, with its write-ahead log.",
           journal.size_bytes);
  page.one("journal_files_open", "gauge",
           "Files being written: before the newest, those in which "
           "sessions are still recorded.",
           journal.open);
  page.one("journal_files_failed", "gauge",
           "Of these, files in which nothing can be stored now: their sessions are ended.",
           journal.failed);
  page.one("journal_files_unfinished_total", "counter",
           "Files that were left with events in their rings alone: ride audit recover.",
           journal.unfinished);
  page.one("journal_rotations_total", "counter", "Times that it went on in a new file.",
           journal.turns);
}

}  // namespace

std::string metrics_page(const std::vector<const Counters*>& counters,
                         const std::vector<proxy::Proxy::RingUse>& rings, std::size_t sessions,
                         const JournalFiles::State& journal) {
  Page page;
  page.family("build_info", "gauge", "Of this program.");
  page.sample(1, label("version", RIDE_VERSION));
  const Sum sum(counters);
  put_clients(page, sum, sessions);
  put_traffic(page, sum, counters);
  put_journal(page, journal);
  page.family("ring_used_bytes", "gauge", "Recorded by a thread and not in a file yet.");
  for (std::size_t i = 0; i < rings.size(); ++i)
    page.sample(rings[i].used_bytes, label("thread", std::to_string(i)));
  page.family("ring_size_bytes", "gauge", "How much that may be; a full ring slows its clients.");
  for (std::size_t i = 0; i < rings.size(); ++i)
    page.sample(rings[i].size_bytes, label("thread", std::to_string(i)));
  return page.text();
}

}  // namespace ride::cli
