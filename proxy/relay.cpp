#include "proxy/relay.hpp"

#include <spdlog/spdlog.h>
#include <sys/epoll.h>

#include <boost/asio/error.hpp>
#include <utility>

#include "proxy/relay_thread.hpp"

namespace ride::proxy {

using namespace std::chrono_literals;

namespace {

// How soon a full ring is asked again. The writer drains it every few milliseconds.
constexpr auto room_retry = 1ms;

std::uint32_t events_of(Stream::Wants wants) {
  return wants == Stream::Wants::readable ? EPOLLIN : EPOLLOUT;
}

}  // namespace

Relay::Relay(RelayThread& thread, Established session)
    : thread_(thread),
      recorder_(std::move(session.recorder)),
      entry_(std::move(session.entry)),
      client_(*this, std::move(session.client)),
      server_(*this, std::move(session.server)) {
  recorder_->move_to(thread);
}

// Every step ends by telling the loop what to wait for. What goes wrong in it ends this session.
template <typename Step>
void Relay::step(Step step) {
  try {
    step();
    if (phase_ != Phase::over) settle();
  } catch (const std::exception& failure) {
    spdlog::error("connection={} failed: {}", entry_->connection, failure.what());
    finish();
  }
}

void Relay::begin() {
  step([] {});
}

void Relay::resume() {
  step([this] {
    if (client_.hold == Hold::gate_closed) client_.hold = Hold::none;
  });
}

void Relay::recorded() {
  if (held_.empty() || phase_ != Phase::relaying) return;
  step([this] {
    if (recorder_->journal().failed()) return end(Ending::journal_failed);
    if (!recorder_->on_disk()) return;
    const auto chunk = std::exchange(held_, {});
    pass_on(chunk, client_);
  });
}

void Relay::cut() {
  step([this] {
    cut_ = true;
    if (phase_ == Phase::relaying) return end(Ending::server_closed);
    if (phase_ == Phase::hanging_up) finish();
  });
}

void Relay::on_side(Side& side, std::uint32_t events) {
  step([&] {
    constexpr std::uint32_t broken = EPOLLERR | EPOLLHUP;
    if (phase_ == Phase::hanging_up) return read_to_the_end();
    if (phase_ != Phase::relaying) return;  // another event of the same batch has ended it
    if (!side.rest.empty() && (events & (events_of(side.stream.write_wants()) | broken)) != 0)
      send_rest(side);
    if (phase_ == Phase::relaying && (events & (events_of(side.stream.read_wants()) | broken)) != 0)
      read(side);
  });
}

// The ring may have room by now, or what TLS holds can be read.
void Relay::on_time() {
  step([this] {
    switch (phase_) {
      case Phase::relaying:
        for (auto* const side : {&client_, &server_}) {
          if (side->hold == Hold::ring_full) side->hold = Hold::none;
          if (side->stream.read_again() && phase_ == Phase::relaying) read(*side);
        }
        break;
      case Phase::ending:
        record_end();
        break;
      case Phase::hanging_up:
        read_to_the_end();
        break;
      case Phase::over:
        break;
    }
  });
}

// Why no chunk may be read now. What follows `none` must read it without waiting in between: the
// submit gate relies on it.
Relay::Hold Relay::hold(bool from_client) const {
  if (recorder_->journal().failed()) return Hold::journal_failed;
  if (!recorder_->has_room(recorder_->room_bytes())) return Hold::ring_full;
  if (from_client && thread_.shared.held && recorder_->idle()) return Hold::gate_closed;
  return Hold::none;
}

bool Relay::may_read(Side& side) {
  if (!side.reading || !other(side).rest.empty() || !held_.empty()) return false;
  side.hold = hold(&side == &client_);
  if (side.hold == Hold::journal_failed) end(Ending::journal_failed);
  return side.hold == Hold::none;
}

// One chunk: whoever has more waits until the others had their turn.
void Relay::read(Side& side) {
  if (!may_read(side)) return;
  error_code error;
  const auto size = side.stream.read_some(thread_.chunk.data(), thread_.chunk.size(), error);
  if (error == asio::error::would_block) return;
  if (error) return on_end_of(side, error);
  const Bytes chunk(thread_.chunk.data(), size);
  const auto now_us = thread_.shared.clock.now_us();
  if (&side == &client_) {
    recorder_->from_client(chunk, now_us);
    return pass_on(chunk, server_);
  }
  const bool at_start = recorder_->between_messages();
  recorder_->from_server(chunk, now_us);
  if (recorder_->on_disk())
    pass_on(chunk, client_);
  else
    keep_for_disk(chunk, at_start);
}

// recorded() passes it on.
void Relay::keep_for_disk(Bytes chunk, bool at_start) {
  held_.assign(chunk);
  held_at_start_ = at_start;
}

// The one place from which recorded bytes go on. A copy is made only of what the peer would not
// take: the chunk is anybody's after this step.
void Relay::pass_on(Bytes chunk, Side& to) {
  error_code error;
  while (!chunk.empty() && !error) chunk.remove_prefix(to.stream.write_some(chunk, error));
  if (error == asio::error::would_block)
    to.rest.assign(chunk);
  else if (error)
    on_broken(to);
}

void Relay::send_rest(Side& to) {
  Bytes left(to.rest);
  error_code error;
  while (!left.empty() && !error) left.remove_prefix(to.stream.write_some(left, error));
  if (error && error != asio::error::would_block) return on_broken(to);
  if (left.empty())
    std::string().swap(to.rest);
  else
    to.rest.erase(0, to.rest.size() - left.size());
}

// It takes nothing any more. Of a server the last words may still come.
void Relay::on_broken(Side& to) {
  if (&to == &client_) return end(Ending::client_vanished);
  std::string().swap(to.rest);
  client_.reading = false;
}

void Relay::on_end_of(Side& side, const error_code& error) {
  side.reading = false;
  if (&side == &server_) return end(Ending::server_closed);
  if (error != asio::error::eof) return end(Ending::client_vanished);
  recorder_->client_finished();
  server_.stream.shutdown_send();  // the client may still be reading: only this direction ends
}

bool Relay::expects(const Side& side) const {
  const auto& to = &side == &client_ ? server_ : client_;
  return side.reading && side.hold == Hold::none && to.rest.empty() && held_.empty();
}

std::uint32_t Relay::wanted(const Side& side) const {
  std::uint32_t events = 0;
  if (expects(side)) events |= events_of(side.stream.read_wants());
  if (!side.rest.empty()) events |= events_of(side.stream.write_wants());
  return events;
}

// Tells the loop what to wait for.
void Relay::settle() {
  switch (phase_) {
    case Phase::relaying: {
      watch(client_, wanted(client_));
      watch(server_, wanted(server_));
      const auto held_back = [this](const Side& side) {
        return side.stream.read_again() && expects(side);
      };
      if (held_back(client_) || held_back(server_))
        thread_.loop.wake(*this, Loop::Time());
      else if (client_.hold == Hold::ring_full || server_.hold == Hold::ring_full)
        thread_.loop.wake(*this, std::chrono::steady_clock::now() + room_retry);
      break;
    }
    case Phase::ending:
      thread_.loop.wake(*this, std::chrono::steady_clock::now() + room_retry);
      break;
    case Phase::hanging_up:
      watch(client_, events_of(client_.stream.read_wants()));
      thread_.loop.wake(*this, client_.stream.read_again() ? Loop::Time() : hang_up_until_);
      break;
    case Phase::over:
      break;
  }
}

void Relay::watch(Side& side, std::uint32_t events) {
  thread_.loop.watch(side.stream.descriptor(), side.watched, events, side);
  side.watched = events;
}

}  // namespace ride::proxy
