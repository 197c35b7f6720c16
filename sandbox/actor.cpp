#include "sandbox/actor.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace ride::sandbox {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds waiting_after{100};     // an answer that takes longer is a wait
constexpr milliseconds event_interval{1'000};  // at most one progress or failure event in this time
constexpr milliseconds long_time{3'600'000};
constexpr milliseconds start_limit{15'000};
constexpr milliseconds backoff_min{50};
constexpr milliseconds backoff_max{2'000};

// The server undid it to let somebody else go on: the same operation again, as applications do.
bool is_retried(const std::string& sqlstate) { return sqlstate == "40P01" || sqlstate == "40001"; }

}  // namespace

StopSignal::StopSignal() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

StopSignal::~StopSignal() { ::close(fd_); }

void StopSignal::raise() noexcept {
  raised_ = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(fd_, &one, sizeof one);
}

bool StopSignal::sleep(milliseconds time) const {
  pollfd wanted{fd_, POLLIN, 0};
  ::poll(&wanted, 1, static_cast<int>(time.count()));
  return !raised_;
}

std::vector<std::string> parameters_of(const std::optional<ValueRange>& values, std::uint64_t n) {
  if (!values) return {};
  const auto count = static_cast<std::uint64_t>(values->to - values->from + 1);
  return {std::to_string(values->from + static_cast<long long>(n % count))};
}

Actor::Actor(const ActorSpec& spec, ActorSurroundings surroundings)
    : spec_(spec), surroundings_(std::move(surroundings)) {}

Actor::~Actor() { stop(); }

void Actor::start() {
  auto answer = started_.get_future();
  thread_ = std::thread([this] { live(); });
  if (answer.wait_for(start_limit) != std::future_status::ready) {
    stop();
    throw std::runtime_error("actor " + spec_.name + " did not get through its `run` within " +
                             std::to_string(start_limit.count() / 1000) + " s");
  }
  answer.get();
}

void Actor::stop() noexcept {
  stop_.raise();
  if (thread_.joinable()) thread_.join();
}

void Actor::live() {
  milliseconds pause = backoff_min;
  while (!stop_.raised()) {
    if (!connect()) {
      if (!stop_.sleep(pause)) break;
      pause = std::min(pause * 2, backoff_max);
      continue;
    }
    pause = backoff_min;
    work();
    if (stop_.raised()) break;
    enter("ended", session_->loss());
    failed_to_start("its connection was lost: " + to_string(session_->loss()));
    session_.reset();
    if (spec_.on_killed == OnKilled::stay_dead) return;
    enter("reconnecting");
  }
  enter("stopped");
  session_.reset();
  failed_to_start("it was stopped");
}

bool Actor::connect() {
  try {
    Login login = surroundings_.login(spec_.role, spec_.database);
    login.application = spec_.application_name;
    login.interrupt_fd = stop_.fd();
    session_ = Session::open(login);
  } catch (const SessionError& error) {
    failed_to_start(error.what());
    return false;
  }
  state_ = "connected";
  record("connected", {}, surroundings_.backend_start_us(session_->pid()));
  return true;
}

// Until the connection is lost or the actor is stopped.
void Actor::work() {
  if (!run_once()) return;
  if (spec_.loop) {
    if (!loop()) return;
    settle();
  }
  started();
  while (!stop_.raised() && !session_->wait_for_loss(long_time)) {
  }
}

bool Actor::run_once() {
  for (const auto& sql : spec_.run) {
    const auto outcome = perform(sql, {});
    if (outcome == Outcome::lost || outcome == Outcome::stopped) return false;
    if (outcome == Outcome::failed) {
      report_failure(failure_);
      failed_to_start("`run` failed: " + to_string(failure_));
    }
  }
  if (!spec_.loop) settle();
  return true;
}

// False where the session is lost or the actor stopped, true when it has done all it was to do.
bool Actor::loop() {
  const milliseconds pause(spec_.loop->every_ms);
  const auto times = static_cast<std::uint64_t>(spec_.loop->times);
  while (!stop_.raised() && (times == 0 || operation_ < times)) {
    const auto outcome = perform(spec_.loop->sql, parameters_of(spec_.loop->values, operation_));
    if (outcome == Outcome::lost || outcome == Outcome::stopped) return false;
    if (outcome == Outcome::failed) {
      if (session_->in_failed_transaction()) session_->query("ROLLBACK", event_interval);
      if (is_retried(failure_.sqlstate)) continue;
      report_failure(failure_);
    } else {
      ++progress_;
      enter("running");
      show_progress();
    }
    ++operation_;
    if (session_->wait_for_loss(pause)) return false;
  }
  return !stop_.raised();
}

Actor::Outcome Actor::perform(const std::string& sql, const std::vector<std::string>& parameters) {
  if (!session_->send(sql, parameters)) return Outcome::lost;
  if (state_ == "connected") enter("running");
  if (spec_.loop && sql == spec_.loop->sql) started();
  if (!session_->wait(waiting_after)) {
    if (stop_.raised()) return Outcome::stopped;
    enter("waiting");
    while (!session_->wait(long_time)) {
      if (stop_.raised()) return Outcome::stopped;
    }
  }
  const Answer answer = session_->take();
  if (session_->broken()) return Outcome::lost;
  if (state_ == "waiting") enter("running");
  if (answer.ok()) return Outcome::done;
  failure_ = *answer.failure;
  return Outcome::failed;
}

void Actor::settle() { enter(session_->in_transaction() ? "idle_in_transaction" : "idle"); }

void Actor::report_failure(const Failure& failure) {
  const auto now = SteadyClock::now();
  if (state_ == "failed" && now - failure_shown_ < event_interval) return;
  failure_shown_ = now;
  state_ = "failed";
  record("failed", failure, 0);
}

void Actor::enter(const char* state, const Failure& failure) {
  if (state_ == state) return;
  state_ = state;
  record(state, failure, 0);
}

void Actor::show_progress() {
  if (SteadyClock::now() - progress_shown_ >= event_interval) record(state_.c_str(), {}, 0);
}

void Actor::record(const char* state, const Failure& failure, std::int64_t started_us) {
  progress_shown_ = SteadyClock::now();
  ActorEvent event;
  event.actor = spec_.name;
  event.state = state;
  event.progress = progress_;
  event.pid = session_ ? session_->pid() : 0;
  event.started_us = started_us;
  if (started_us != 0 || state_ == "connected") {
    event.application = spec_.application_name;
    event.user = spec_.role;
    event.database = spec_.database;
  }
  event.sqlstate = failure.sqlstate;
  event.message = failure.message;
  surroundings_.recorder.actor(event);
  if (surroundings_.on_note)
    surroundings_.on_note({spec_.name, state, failure.sqlstate, event.pid});
}

void Actor::started() {
  if (start_answered_) return;
  start_answered_ = true;
  started_.set_value();
}

void Actor::failed_to_start(const std::string& why) {
  if (start_answered_) return;
  start_answered_ = true;
  started_.set_exception(
      std::make_exception_ptr(std::runtime_error("actor " + spec_.name + ": " + why)));
}

}  // namespace ride::sandbox
