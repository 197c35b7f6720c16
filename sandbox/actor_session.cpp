#include "sandbox/actor_session.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace ride::sandbox {
namespace {

// A co_await stands in a statement of its own in here: inside a condition, GCC 12 destroys what it
// waits for twice.
using proxy::Awaitable;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds waiting_after{100};  // an answer that takes longer is a wait
constexpr milliseconds long_time{3'600'000};
constexpr std::size_t rows_max = 1'000;  // that `per_row` is sent for

// Too many connections, or not yet ready: what an application meets in a storm.
bool is_refusal(const std::string& sqlstate) {
  return sqlstate.starts_with("53") || sqlstate == "57P03";
}

}  // namespace

ActorSession::ActorSession(proxy::asio::io_context& context, ActorWork& work, int number)
    : work_(work), number_(number), timer_(context), descriptor_(context) {}

void ActorSession::stop() {
  timer_.cancel();
  proxy::error_code ignored;
  descriptor_.cancel(ignored);
}

Awaitable<void> ActorSession::live() {
  int refusals = 0;
  while (!work_.stopping) {
    const bool connected = co_await connect();
    if (!connected) {
      co_await sleep(spread(pause_ms(work_.spec.reconnect, ++refusals)));
      continue;
    }
    refusals = 0;
    co_await work();
    if (work_.stopping) break;
    enter("ended", session_->loss());
    work_.failed_to_start("its connection was lost: " + to_string(session_->loss()));
    drop();
    if (work_.spec.on_killed == OnKilled::stay_dead) co_return;
    enter("reconnecting");
  }
  if (pid_ != 0) enter("stopped");
  drop();
  work_.failed_to_start("it was stopped");
}

Awaitable<bool> ActorSession::connect() {
  std::optional<SessionError> trouble;
  try {
    co_await open();
  } catch (const SessionError& error) {
    trouble = error;
  }
  if (trouble) {
    drop();
    refused(*trouble);
    co_return false;
  }
  pid_ = session_->pid();
  work_.meter.connected(pid_);
  state_ = "connected";
  record("connected", {}, work_.surroundings.backend_start_us(pid_));
  co_return true;
}

Awaitable<void> ActorSession::open() {
  Login login = work_.surroundings.login(work_.spec.role, work_.spec.database);
  login.application = work_.spec.application_name;
  session_.emplace(Session::begin(login));
  descriptor_.assign(::fcntl(session_->socket(), F_DUPFD_CLOEXEC, 0));
  const auto until = SteadyClock::now() + login.limit;
  auto wanted = Session::Wanted::writing;
  while (wanted != Session::Wanted::nothing) {
    const bool ready = co_await ready_before(wanted, until);
    if (!ready) session_->give_up({"", work_.stopping ? "interrupted" : "no answer in time"});
    wanted = session_->advance();
  }
}

void ActorSession::refused(const SessionError& error) {
  if (work_.stopping) return;
  work_.meter.failed(error.failure.sqlstate, SteadyClock::now());
  if (work_.spec.on_killed == OnKilled::reconnect && is_refusal(error.failure.sqlstate))
    begun();  // it goes on trying, as the application would
  else
    work_.failed_to_start(error.what());
}

void ActorSession::drop() {
  if (session_) work_.meter.gone(pid_);
  proxy::error_code ignored;
  descriptor_.close(ignored);
  session_.reset();
}

// Until the connection is lost or the actor is stopped.
Awaitable<void> ActorSession::work() {
  const bool ran = co_await run_once();
  if (!ran) co_return;
  if (work_.spec.loop) {
    const bool done = co_await loop();
    if (!done) co_return;
    settle();
  }
  begun();
  bool lost = false;
  while (!lost && !work_.stopping) lost = co_await lost_before(SteadyClock::now() + long_time);
}

Awaitable<bool> ActorSession::run_once() {
  for (const auto& sql : work_.spec.run) {
    const auto outcome = co_await perform(sql, {});
    if (outcome == Outcome::lost || outcome == Outcome::stopped) co_return false;
    if (outcome == Outcome::failed) {
      work_.meter.failed(failure_.sqlstate, SteadyClock::now());
      report_failure(failure_);
      work_.failed_to_start("`run` failed: " + to_string(failure_));
    }
  }
  if (!work_.spec.loop) settle();
  co_return true;
}

// False where the session is lost or the actor stopped, true when all is done that was to be done.
Awaitable<bool> ActorSession::loop() {
  while (!work_.stopping && next_operation()) {
    const auto started = SteadyClock::now();
    const auto outcome = co_await operate();
    if (outcome == Outcome::lost || outcome == Outcome::stopped) co_return false;
    if (outcome == Outcome::failed) {
      work_.meter.failed(failure_.sqlstate, SteadyClock::now());
      if (is_retried(work_.spec.loop->retry, failure_.sqlstate, ++tries_)) {
        const bool again = co_await try_again();
        if (!again) co_return false;
        continue;
      }
      const Failure failure = failure_;
      const bool rolled_back = co_await roll_back();
      if (!rolled_back) co_return false;
      report_failure(failure);
    } else {
      ++work_.progress;
      work_.meter.operation_done(SteadyClock::now());
      enter("running");
      show_progress();
    }
    operation_.reset();
    const bool lost = co_await lost_before(next_start(started));
    if (lost) co_return false;
  }
  co_return !work_.stopping;
}

// Whether there is one left to do.
bool ActorSession::next_operation() {
  if (operation_) return true;
  const auto times = static_cast<std::uint64_t>(work_.spec.loop->times);
  if (times != 0 && work_.next_operation >= times) return false;
  operation_ = work_.next_operation++;
  tries_ = 0;
  return true;
}

// By its rate, the sessions one after the other and without catching up; else after the pause.
ActorSession::Time ActorSession::next_start(Time started) {
  const auto& loop = *work_.spec.loop;
  const auto now = SteadyClock::now();
  if (loop.per_second == 0) return now + milliseconds(loop.every_ms);
  const auto interval =
      std::chrono::microseconds(1'000'000LL * work_.spec.sessions / loop.per_second);
  due_ = due_ ? *due_ + interval : started + interval * (number_ + 1) / work_.spec.sessions;
  if (*due_ < now) due_ = now;
  return *due_;
}

// False where the session is lost or the actor stopped meanwhile.
Awaitable<bool> ActorSession::roll_back() {
  if (!session_->in_failed_transaction()) co_return true;
  const auto outcome = co_await perform("ROLLBACK", {});
  co_return outcome == Outcome::done;
}

Awaitable<bool> ActorSession::try_again() {
  const bool rolled_back = co_await roll_back();
  if (!rolled_back) co_return false;
  const auto pause = milliseconds(pause_ms(work_.spec.loop->retry.backoff, tries_));
  const bool lost = co_await lost_before(SteadyClock::now() + pause);
  co_return !lost && !work_.stopping;
}

Awaitable<ActorSession::Outcome> ActorSession::operate() {
  const auto steps = steps_of(work_.spec.loop->operation, *operation_);
  for (const auto& step : steps) {
    auto outcome = co_await perform(step.sql, step.parameters);
    if (outcome == Outcome::done && step.rows_wanted)
      outcome = co_await operate_per_row(std::move(answer_));
    if (outcome != Outcome::done) co_return outcome;
  }
  co_return Outcome::done;
}

Awaitable<ActorSession::Outcome> ActorSession::operate_per_row(Answer rows) {
  const auto count = std::min(rows.rows.size(), rows_max);
  for (std::size_t row = 0; row < count; ++row) {
    const auto& values = rows.rows[row];
    if (values.empty() || !values[0]) continue;
    std::vector<std::string> value{*values[0]};
    const auto outcome = co_await perform(work_.spec.loop->operation.per_row, std::move(value));
    if (outcome != Outcome::done) co_return outcome;
  }
  co_return Outcome::done;
}

Awaitable<ActorSession::Outcome> ActorSession::perform(std::string sql,
                                                       std::vector<std::string> parameters) {
  if (!session_->send(sql, parameters)) co_return Outcome::lost;
  work_.meter.statement_began(pid_, SteadyClock::now());
  if (state_ == "connected") enter("running");
  if (operation_) begun();
  bool answered = co_await answered_before(SteadyClock::now() + waiting_after);
  if (!answered && !work_.stopping) enter("waiting");
  while (!answered && !work_.stopping)
    answered = co_await answered_before(SteadyClock::now() + long_time);
  if (!answered) co_return Outcome::stopped;
  answer_ = session_->take();
  work_.meter.statement_ended(pid_, SteadyClock::now());
  if (session_->broken()) {
    work_.meter.failed(session_->loss().sqlstate, SteadyClock::now());
    co_return Outcome::lost;
  }
  if (state_ == "waiting") enter("running");
  if (answer_.ok()) co_return Outcome::done;
  failure_ = *answer_.failure;
  co_return Outcome::failed;
}

Awaitable<bool> ActorSession::answered_before(Time until) {
  while (!session_->answered()) {
    const bool ready = co_await ready_before(Session::Wanted::reading, until);
    if (!ready) co_return false;
    session_->read();
  }
  co_return true;
}

// Between statements. False at `until`, or when the actor is stopped.
Awaitable<bool> ActorSession::lost_before(Time until) {
  while (!session_->broken()) {
    const bool ready = co_await ready_before(Session::Wanted::reading, until);
    if (!ready) co_return false;
    session_->read();
  }
  co_return true;
}

// False at `until`, or when the actor is stopped. A cancel that comes from an earlier wait's timer
// ends the inner wait alone.
Awaitable<bool> ActorSession::ready_before(Session::Wanted wanted, Time until) {
  using Descriptor = decltype(descriptor_);
  const auto what =
      wanted == Session::Wanted::writing ? Descriptor::wait_write : Descriptor::wait_read;
  while (!work_.stopping && SteadyClock::now() < until) {
    timer_.expires_at(until);
    timer_.async_wait([this](proxy::error_code error) {
      proxy::error_code ignored;
      if (!error) descriptor_.cancel(ignored);
    });
    const auto [error] = co_await descriptor_.async_wait(what, proxy::as_values);
    timer_.cancel();
    if (!error) co_return true;
  }
  co_return false;
}

// Up to half as much again, so that those who were refused together do not come back together.
int ActorSession::spread(int ms) const { return ms + ms * number_ / (2 * work_.spec.sessions); }

Awaitable<void> ActorSession::sleep(int ms) {
  if (work_.stopping) co_return;
  timer_.expires_after(milliseconds(ms));
  co_await timer_.async_wait(proxy::as_values);
}

void ActorSession::begun() {
  if (begun_) return;
  begun_ = true;
  work_.begun();
}

}  // namespace ride::sandbox
