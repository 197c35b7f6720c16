// What of an actor's session gets into the record: its states, and now and then its progress.
#include "sandbox/actor_session.hpp"

namespace ride::sandbox {
namespace {

using SteadyClock = std::chrono::steady_clock;

// At most one progress or failure event in this time.
constexpr std::chrono::milliseconds event_interval{1'000};

}  // namespace

void ActorSession::settle() { enter(session_->in_transaction() ? "idle_in_transaction" : "idle"); }

void ActorSession::report_failure(const Failure& failure) {
  const auto now = SteadyClock::now();
  if (state_ == "failed" && now - failure_shown_ < event_interval) return;
  failure_shown_ = now;
  state_ = "failed";
  record("failed", failure, 0);
}

void ActorSession::enter(const char* state, const Failure& failure) {
  if (state_ == state) return;
  state_ = state;
  record(state, failure, 0);
}

void ActorSession::show_progress() {
  if (SteadyClock::now() - work_.progress_shown >= event_interval) record(state_.c_str(), {}, 0);
}

void ActorSession::record(const char* state, const Failure& failure, std::int64_t started_us) {
  work_.progress_shown = SteadyClock::now();
  ActorEvent event;
  event.actor = work_.spec.name;
  event.state = state;
  event.progress = work_.progress;
  event.pid = pid_;
  event.started_us = started_us;
  if (started_us != 0 || state_ == "connected") {
    event.application = work_.spec.application_name;
    event.user = work_.spec.role;
    event.database = work_.spec.database;
  }
  event.sqlstate = failure.sqlstate;
  event.message = failure.message;
  work_.surroundings.recorder.actor(event);
  if (work_.surroundings.on_note)
    work_.surroundings.on_note({work_.spec.name, state, failure.sqlstate, pid_});
}

}  // namespace ride::sandbox
