#include "proxy/clock_watch.hpp"

#include <spdlog/spdlog.h>

#include "journal/fields.hpp"
#include "proxy/shared.hpp"

namespace ride::proxy {
namespace {

constexpr std::size_t event_bytes_max = 32;

// Small numbers of either sign become small numbers: 0, -1, 1, -2 … as 0, 1, 2, 3 …
std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1U) ^ (value < 0 ? ~std::uint64_t{0} : 0);
}

}  // namespace

std::optional<std::int64_t> ClockWatch::look(std::int64_t ahead_us) {
  const auto step = ahead_us - told_us_;
  if (step < step_us_min && -step < step_us_min) return std::nullopt;
  told_us_ = ahead_us;
  return step;
}

Awaitable<void> watch_clock(Worker* worker, Timer* timer, const bool* over) {
  const auto& shared = worker->shared;
  ClockWatch watch;
  while (!*over) {
    timer->expires_after(shared.options.limits.clock_look_every);
    const auto [error] = co_await timer->async_wait(as_values);
    if (error || *over) co_return;
    auto& appender = worker->ledger().appender;
    if (!appender.room(event_bytes_max)) continue;
    const auto step = watch.look(shared.clock.wall_ahead_us());
    if (!step) continue;
    spdlog::warn("the machine's clock was set by {} us", *step);
    std::string body;
    journal::FieldWriter(body).put(journal::Field::number, zigzag(*step));
    appender.append(journal::Kind::clock_stepped, 0, shared.clock.now_us(), body);
  }
}

}  // namespace ride::proxy
