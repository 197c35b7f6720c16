// What the proxy counts while it runs, for metrics: since its start, in this process alone. The
// record is the journal; these are for dashboards.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace ride::proxy {

// One thread adds, any reads. Adding is a load and a store, without a locked instruction.
class Counter {
 public:
  void add(std::uint64_t number = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + number, std::memory_order_relaxed);
  }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

// By the class of an SQLSTATE, its first two characters.
class ErrorCounters {
 public:
  void add(std::string_view sqlstate) { counters_[place_of(sqlstate)].add(); }

  // Calls take(class, number) for each class that there was: "42", or "other" for what is no class.
  template <typename Take>
  void each(const Take& take) const {
    for (std::size_t place = 0; place < counters_.size(); ++place)
      if (const auto number = counters_[place].value(); number > 0) take(name_of(place), number);
  }

 private:
  static constexpr std::string_view letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  static constexpr std::size_t other = letters.size() * letters.size();

  static std::size_t place_of(std::string_view sqlstate) {
    if (sqlstate.size() < 2) return other;
    const auto first = letters.find(sqlstate[0]);
    const auto second = letters.find(sqlstate[1]);
    const bool known = first != std::string_view::npos && second != std::string_view::npos;
    return known ? first * letters.size() + second : other;
  }
  static std::string name_of(std::size_t place) {
    if (place == other) return "other";
    return {letters[place / letters.size()], letters[place % letters.size()]};
  }

  std::array<Counter, other + 1> counters_;
};

// One thread's.
struct Counters {
  Counter connections;          // whose opening was recorded
  Counter sessions;             // that the server let in
  Counter refused_by_limit;     // 53300
  Counter refused_draining;     // 57P03
  Counter refused_unreachable;  // 08006: no server
  Counter refused_unrecorded;   // 53100: the journal has failed
  Counter refused_by_server;    // wrong password, unknown database …
  Counter cancels;
  Counter tls;  // handshakes with clients
  Counter tls_failed;
  Counter bytes_from_clients;
  Counter bytes_from_servers;
  Counter statements;    // that ended: complete, empty or failed
  ErrorCounters errors;  // of statements
};

}  // namespace ride::proxy
