#include "proxy/door.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>

#include "proxy/peer.hpp"
#include "proxy/session.hpp"
#include "proxy/upstream.hpp"

namespace ride::proxy {

using namespace std::chrono_literals;

namespace {

// How long to wait when a connection cannot be taken, most often for want of file descriptors.
constexpr auto accept_retry = 100ms;

// How soon it is looked again whether some of those who say nothing have gone.
constexpr auto crowd_retry = 5ms;

// How often a limit that goes on being reached is told of.
constexpr auto tell_again = 10s;

// Those that are here already get a turn after so many new ones.
constexpr std::size_t accepts_in_a_row = 64;

// Nothing is thrown across a spawn but what is a bug: sessions log their own failures.
void log_failure(std::exception_ptr failure) {
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const std::exception& thrown) {
    spdlog::error("session failed: {}", thrown.what());
  }
}

bool announces_itself(const std::vector<Network>& senders, const Peer& peer) {
  return std::any_of(senders.begin(), senders.end(),
                     [&](const Network& network) { return network.contains(peer.address); });
}

}  // namespace

Awaitable<void> Door::receive(Listener& listener) {
  while (listener.is_open()) {
    const auto error = co_await listener.ready();
    if (error && error != asio::error::operation_aborted) failure_ = error;
    for (std::size_t taken = 0; !error && taken < accepts_in_a_row; ++taken) {
      if (taken > 0 && limited()) break;  // whether anybody has to wait, ready() knows
      co_await wait_for_leave(listener);
      if (!listener.is_open() || !take_one(listener)) break;
    }
    if (!failure_) continue;
    spdlog::error("cannot accept a connection: {}", failure_.message());
    failure_.clear();
    Timer pause(thread_.context, accept_retry);
    co_await pause.async_wait(as_values);
  }
}

void Door::sweep(Listener& listener) {
  while (listener.is_open() && take_one(listener)) {
  }
}

bool Door::limited() {
  pace_.set(shared_.accepts_per_second_max);
  return shared_.registry.undecided() >= shared_.options.limits.undecided_max ||
         pace_.wait(std::chrono::steady_clock::now()) > Pace::Duration::zero();
}

// Until one more may come in: fewer are undecided than may be, and the rate allows it.
Awaitable<void> Door::wait_for_leave(Listener& listener) {
  const auto& limits = shared_.options.limits;
  while (listener.is_open() && shared_.registry.undecided() >= limits.undecided_max) {
    tell(told_crowd_, "undecided-connections", limits.undecided_max);
    Timer pause(thread_.context, crowd_retry);
    co_await pause.async_wait(as_values);
  }
  while (listener.is_open()) {
    pace_.set(shared_.accepts_per_second_max);
    const auto wait = pace_.wait(std::chrono::steady_clock::now());
    if (wait == Pace::Duration::zero()) co_return;
    tell(told_rate_, "accept-rate", shared_.accepts_per_second_max);
    Timer pause(thread_.context, wait);
    co_await pause.async_wait(as_values);
  }
}

// False: there is none, or none can be taken (see failure_).
bool Door::take_one(Listener& listener) {
  error_code error;
  sockaddr_storage from{};
  auto socket = listener.accept(thread_.context, from, error);
  if (error == asio::error::connection_aborted) return true;  // it went while it waited
  if (error) {
    if (error != asio::error::would_block) failure_ = error;
    return false;
  }
  pace_.take();
  tune(socket, shared_.options.limits.tcp);
  auto peer = peer_of(socket, from);
  const bool announced = announces_itself(shared_.options.proxy_protocol_from, peer);
  Arrival arrival{std::move(socket), std::move(peer.text), listener.server(), announced};
  asio::co_spawn(thread_.context, run_session(&thread_, std::move(arrival)), log_failure);
  return true;
}

void Door::tell(Pace::Time& told, std::string_view limit, std::size_t value) {
  const auto now = std::chrono::steady_clock::now();
  if (told != Pace::Time() && now - told < tell_again) return;
  told = now;
  spdlog::warn("limit={} value={} reached: new connections wait", limit, value);
}

Awaitable<void> run_door(Door* door, Listener* listener) { co_await door->receive(*listener); }

}  // namespace ride::proxy
