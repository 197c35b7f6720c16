#include "proxy/proxy.hpp"

#include <pthread.h>
#include <signal.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <list>
#include <optional>
#include <stdexcept>

#include "proxy/clock_watch.hpp"
#include "proxy/door.hpp"
#include "proxy/listener.hpp"
#include "proxy/session.hpp"
#include "proxy/shared.hpp"
#include "proxy/tls.hpp"

namespace ride::proxy {

using namespace std::chrono_literals;

namespace {

// How often a call that waits for sessions looks again.
constexpr auto look_again = 2ms;

// How long a connection whose beginning has reached us may take to be one: some round trips, and
// less than the second after which a client whose beginning was dropped tries again.
constexpr auto under_way_max = 500ms;

// Runs `question` on the worker's thread and returns its answer. Not from that thread.
template <typename Question>
auto ask(Worker& worker, Question question) {
  std::packaged_task<decltype(question())()> task(std::move(question));
  auto answer = task.get_future();
  asio::post(worker.context, std::move(task));
  return answer.get();
}

// OpenSSL writes to sockets without MSG_NOSIGNAL: on these threads a peer that is gone is an error
// code, not a signal. Children are not spawned from them.
void block_sigpipe() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

class Proxy::Impl {
 public:
  Impl(Options options, const Clock& clock, journal::Writer& journal)
      : shared(std::move(options), clock, journal) {
    for (std::uint32_t i = 0; i < std::max(1U, shared.options.threads); ++i) {
      auto& appender = journal.add_ring();
      if (appender.body_bytes_max() < Recorder::room_bytes(shared.options.limits))
        throw std::invalid_argument("the journal's rings are too small for the proxy's limits");
      workers.push_back(std::make_unique<Worker>(shared, appender));
    }
  }

  void start() {
    const std::lock_guard lock(control);
    shared.tls = make_client_tls(shared.options);
    shared.upstream_tls = make_upstream_tls(shared.options.upstream_tls);
    take_addresses();
    for (auto& worker : workers) {
      guards.push_back(asio::make_work_guard(worker->context));
      worker->thread = std::thread([target = worker.get()] {
        ::pthread_setname_np(::pthread_self(), "ride relay");
        block_sigpipe();
        target->context.run();
      });
    }
    running = true;
    clock_over = false;
    clock_timer.emplace(workers.front()->context);
    asio::co_spawn(workers.front()->context,
                   watch_clock(workers.front().get(), &*clock_timer, &clock_over),
                   [](std::exception_ptr failure) {
                     if (failure) spdlog::error("the machine's clock is not watched any more");
                   });
    for (auto& listener : listeners)
      asio::co_spawn(workers.front()->context, run_door(&door, &listener),
                     [](std::exception_ptr failure) {
                       if (failure) spdlog::critical("a listener failed: nobody can connect");
                     });
  }

  void stop() {
    const std::lock_guard lock(control);
    if (!running) return;
    ask(*workers.front(), [this] {
      close_listeners();
      clock_over = true;
      clock_timer->cancel();
    });
    cut_sessions();
    running = false;
    guards.clear();
    for (auto& worker : workers) worker->thread.join();
  }

  void drain() {
    const std::lock_guard lock(control);
    if (!running) return;
    ask(*workers.front(), [this] {
      for (auto& listener : listeners) listener.retire();
    });
    if (shared.options.reuse_port) std::this_thread::sleep_for(under_way_max);
    ask(*workers.front(), [this] {
      for (auto& listener : listeners) door.sweep(listener);
      close_listeners();
    });
  }

  void close_sessions() {
    const std::lock_guard lock(control);
    cut_sessions();
  }

  void cut_sessions() {
    if (!running) return;
    for (auto& worker : workers) {
      const auto cut = ask(*worker, [&worker] {
        std::vector<journal::ConnectionId> ids;
        for (auto* session : worker->alive) ids.push_back(session->connection());
        for (auto* session : std::set(worker->alive)) session->cut();
        return ids;
      });
      while (ask(*worker, [&] { return any_alive(*worker, cut); }))
        std::this_thread::sleep_for(look_again);
    }
  }

  std::vector<SessionInfo> hold(std::chrono::milliseconds wait_max) {
    const std::lock_guard lock(control);
    const auto until = std::chrono::steady_clock::now() + wait_max;
    shared.held = true;
    if (!running) return {};
    // Who read a request before the gate closed has noted it by the time its thread answers.
    for (auto& worker : workers) ask(*worker, [] {});
    auto busy = shared.registry.busy();
    while (!busy.empty() && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(look_again);
      busy = shared.registry.busy();
    }
    return busy;
  }

  void release() {
    shared.held = false;
    for (auto& worker : workers)
      asio::post(worker->context, [target = worker.get()] { target->gate.cancel(); });
  }

  Shared shared;
  std::vector<std::unique_ptr<Worker>> workers;
  Door door{shared, workers};      // first worker's thread
  std::list<Listener> listeners;   // likewise, once started
  std::vector<Address> addresses;  // taken by the listeners
  std::optional<Timer> clock_timer;
  bool clock_over = false;  // touched by the first worker's thread while it runs
  std::vector<asio::executor_work_guard<Executor>> guards;
  std::mutex control;    // one of start, stop, close_sessions and hold at a time
  bool running = false;  // guarded by control

 private:
  void take_addresses() {
    try {
      for (const auto& address : shared.options.listen)
        listeners.emplace_back(workers.front()->context, address, shared.options);
    } catch (...) {
      listeners.clear();
      throw;
    }
    for (const auto& listener : listeners) addresses.push_back(listener.address());
  }

  void close_listeners() {
    for (auto& listener : listeners) listener.close();
  }

  static bool any_alive(const Worker& worker, const std::vector<journal::ConnectionId>& ids) {
    return std::any_of(worker.alive.begin(), worker.alive.end(), [&](const Session* session) {
      return std::find(ids.begin(), ids.end(), session->connection()) != ids.end();
    });
  }
};

Proxy::Proxy(Options options, const Clock& clock, journal::Writer& journal)
    : impl_(std::make_unique<Impl>(std::move(options), clock, journal)) {}
Proxy::~Proxy() { stop(); }

void Proxy::start() { impl_->start(); }
void Proxy::drain() { impl_->drain(); }
void Proxy::stop() { impl_->stop(); }
std::vector<Address> Proxy::addresses() const { return impl_->addresses; }
std::uint16_t Proxy::port() const { return impl_->addresses.front().port; }

void Proxy::set_upstream(Upstream upstream) {
  const std::lock_guard lock(impl_->shared.upstream_mutex);
  impl_->shared.upstream = std::move(upstream);
}

std::vector<SessionInfo> Proxy::hold(std::chrono::milliseconds wait_max) {
  return impl_->hold(wait_max);
}
void Proxy::release() { impl_->release(); }
void Proxy::close_sessions() { impl_->close_sessions(); }
std::vector<SessionInfo> Proxy::sessions() const { return impl_->shared.registry.all(); }
std::vector<std::size_t> Proxy::loads() const {
  std::vector<std::size_t> out;
  for (const auto& worker : impl_->workers) out.push_back(worker->load);
  return out;
}

}  // namespace ride::proxy
