#include "sandbox/actor.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <future>
#include <list>
#include <stdexcept>
#include <thread>

namespace ride::sandbox {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds start_limit{15'000};

proxy::Awaitable<void> live(ActorSession* session) { co_await session->live(); }

}  // namespace

struct Actor::Running {
  proxy::asio::io_context context{1};
  std::list<ActorSession> sessions;
  std::promise<void> answer;
  bool answered = false;
  int left_to_begin = 0;
  std::thread thread;

  void begun() {
    if (--left_to_begin > 0 || answered) return;
    answered = true;
    answer.set_value();
  }
  void failed(const std::string& why) {
    if (answered) return;
    answered = true;
    answer.set_exception(std::make_exception_ptr(std::runtime_error(why)));
  }
};

Actor::Actor(const ActorSpec& spec, ActorSurroundings surroundings)
    : work_{.spec = spec,
            .surroundings = std::move(surroundings),
            .meter = {},
            .begun = {},
            .failed_to_start = {}} {}

Actor::~Actor() { stop(); }

void Actor::start() {
  running_ = std::make_unique<Running>();
  auto& running = *running_;
  running.left_to_begin = work_.spec.sessions;
  work_.meter.wanted(work_.spec.sessions);
  work_.begun = [&running] { running.begun(); };
  work_.failed_to_start = [this, &running](const std::string& why) {
    running.failed("actor " + work_.spec.name + ": " + why);
  };
  for (int number = 0; number < work_.spec.sessions; ++number) {
    auto& session = running.sessions.emplace_back(running.context, work_, number);
    proxy::asio::co_spawn(running.context, live(&session), [this](std::exception_ptr failure) {
      if (failure) lost_session(std::move(failure));
    });
  }
  auto answer = running.answer.get_future();
  running.thread = std::thread([&running] { running.context.run(); });
  if (answer.wait_for(start_limit) != std::future_status::ready) {
    stop();
    throw std::runtime_error("actor " + work_.spec.name + " did not get through its `run` within " +
                             std::to_string(start_limit.count() / 1000) + " s");
  }
  answer.get();
}

// Out of memory or descriptors: the other sessions go on.
void Actor::lost_session(std::exception_ptr failure) {
  try {
    std::rethrow_exception(std::move(failure));
  } catch (const std::exception& error) {
    spdlog::warn("actor={} a session has ended: {}", work_.spec.name, error.what());
    work_.failed_to_start(error.what());
  }
}

void Actor::stop() noexcept {
  if (!running_ || !running_->thread.joinable()) return;
  proxy::asio::post(running_->context, [this] {
    work_.stopping = true;
    for (auto& session : running_->sessions) session.stop();
  });
  running_->thread.join();
}

}  // namespace ride::sandbox
