#include "journal/appender.hpp"

#include <array>
#include <stdexcept>

namespace ride::journal {

std::string DrainState::failure() const {
  const std::scoped_lock lock(mutex_);
  return failure_;
}

void DrainState::fail(std::string message) {
  {
    const std::scoped_lock lock(mutex_);
    failure_ = std::move(message);
    failed_.store(true, std::memory_order_release);
  }
  changed_.notify_all();
}

bool DrainState::failed_for_good() const {
  const std::scoped_lock lock(mutex_);
  return for_good_;
}

void DrainState::fail_for_good(std::string message) {
  {
    const std::scoped_lock lock(mutex_);
    for_good_ = true;
  }
  fail(std::move(message));
}

void DrainState::resume() {
  {
    const std::scoped_lock lock(mutex_);
    if (for_good_) return;
    failure_.clear();
    failed_.store(false, std::memory_order_release);
  }
  changed_.notify_all();
}

void DrainState::freed() {
  {
    const std::scoped_lock lock(mutex_);
    ++freed_count_;
  }
  changed_.notify_all();
}

// The limit covers space that was freed between the caller's look at its ring and this call.
void DrainState::wait_freed() {
  std::unique_lock lock(mutex_);
  const auto before = freed_count_;
  changed_.wait_for(lock, std::chrono::milliseconds(10),
                    [&] { return freed_count_ != before || !failure_.empty(); });
}

Seq Appender::append(Kind kind, ConnectionId connection, std::int64_t at_us, Bytes body) {
  const std::array parts{body};
  return append(kind, connection, at_us, parts);
}

Seq Appender::append(Kind kind, ConnectionId connection, std::int64_t at_us,
                     std::span<const Bytes> parts) {
  const Seq seq = sequence_.draw();
  ring_.append(seq, kind, connection, at_us, parts);
  return seq;
}

Seq SharedAppender::append(Kind kind, ConnectionId connection, std::int64_t at_us, Bytes body) {
  if (body.size() > body_bytes_max())
    throw std::length_error("an event of " + std::to_string(body.size()) +
                            " bytes does not fit the recorder's ring (at most " +
                            std::to_string(body_bytes_max()) + ")");
  const std::scoped_lock lock(mutex_);
  while (!appender_.room(body.size())) {
    if (drain_.failed()) throw std::runtime_error(drain_.failure());
    drain_.wait_freed();
  }
  return appender_.append(kind, connection, at_us, body);
}

}  // namespace ride::journal
