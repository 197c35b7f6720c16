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
#include <map>
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

// Runs `question` on the thread and returns its answer. Not from that thread.
template <typename Question>
auto ask(DoorThread& thread, Question question) {
  std::packaged_task<decltype(question())()> task(std::move(question));
  auto answer = task.get_future();
  asio::post(thread.context, std::move(task));
  return answer.get();
}

template <typename Question>
auto ask(RelayThread& thread, Question question) {
  std::packaged_task<decltype(question())()> task(std::move(question));
  auto answer = task.get_future();
  thread.loop.post(Loop::Task([task = std::move(task)]() mutable { task(); }));
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

template <typename Work>
std::thread start_thread(const char* name, Work work) {
  return std::thread([name, work] {
    ::pthread_setname_np(::pthread_self(), name);
    block_sigpipe();
    work();
  });
}

}  // namespace

class Proxy::Impl {
 public:
  Impl(Options options, const Clock& clock, journal::Writer& journal)
      : shared(std::move(options), clock), door_thread(shared, journal, add_ring(journal)) {
    for (std::uint32_t i = 0; i < std::max(1U, shared.options.threads); ++i)
      door_thread.relays.push_back(
          std::make_unique<RelayThread>(shared, journal, add_ring(journal)));
  }

  void start() {
    const std::lock_guard lock(control);
    shared.set_tls(make_client_tls(shared.options), make_upstream_tls(shared.options.upstream_tls));
    take_addresses();
    for (auto& relay : door_thread.relays)
      relay->thread = start_thread("ride relay", [target = relay.get()] { target->loop.run(); });
    guard.emplace(asio::make_work_guard(door_thread.context));
    door_thread.thread = start_thread("ride door", [this] { door_thread.context.run(); });
    running = true;
    clock_over = false;
    clock_timer.emplace(door_thread.context);
    asio::co_spawn(door_thread.context, watch_clock(&door_thread, &*clock_timer, &clock_over),
                   [](std::exception_ptr failure) {
                     if (failure) spdlog::error("the machine's clock is not watched any more");
                   });
    for (auto& listener : listeners)
      asio::co_spawn(door_thread.context, run_door(&door, &listener),
                     [](std::exception_ptr failure) {
                       if (failure) spdlog::critical("a listener failed: nobody can connect");
                     });
  }

  void stop() {
    const std::lock_guard lock(control);
    if (!running) return;
    ask(door_thread, [this] {
      close_listeners();
      clock_over = true;
      clock_timer->cancel();
    });
    cut_sessions();
    running = false;
    guard.reset();
    door_thread.thread.join();
    for (auto& relay : door_thread.relays) {
      relay->loop.stop();
      relay->thread.join();
    }
  }

  void drain() {
    const std::lock_guard lock(control);
    if (!running) return;
    // Asked there, it is between two steps of whoever is on his way in.
    if (!shared.options.reuse_port) return ask(door_thread, [this] { shared.draining = true; });
    ask(door_thread, [this] {
      for (auto& listener : listeners) listener.retire();
    });
    std::this_thread::sleep_for(under_way_max);
    ask(door_thread, [this] {
      for (auto& listener : listeners) door.sweep(listener);
      close_listeners();
    });
  }

  void close_sessions() {
    const std::lock_guard lock(control);
    cut_sessions();
  }

  // Those that are coming in first: from then on nobody is handed over who was here.
  void cut_sessions() {
    if (!running) return;
    cut(door_thread, [this](auto visit) {
      for (auto* const session : std::set(door_thread.alive)) visit(*session);
    });
    for (auto& relay : door_thread.relays)
      cut(*relay, [&relay](auto visit) { relay->for_each(visit); });
  }

  // The relays first: whoever is handed over to one finds the journal that it came with.
  void record_in(journal::Writer& next) {
    const std::lock_guard lock(control);
    std::vector<journal::Appender*> rings;  // all of them, before any is used
    for (std::size_t i = 0; i <= door_thread.relays.size(); ++i) rings.push_back(&add_ring(next));
    for (std::size_t i = 0; i < door_thread.relays.size(); ++i)
      on(*door_thread.relays[i], [ring = rings[i], &next](RelayThread& relay) {
        relay.listen_to(relay.ledgers.emplace_back(next, *ring));
        relay.for_each([](Relay& session) { session.move_on(); });
      });
    on(door_thread, [ring = rings.back(), &next](DoorThread& door_of_all) {
      door_of_all.ledgers.emplace_back(next, *ring);
      for (auto* session : door_of_all.alive) session->move_on();
    });
  }

  // The door first: whoever is on the way to a relay counts in one place at least.
  std::size_t recorded_in(const journal::Writer& journal) {
    const std::lock_guard lock(control);
    std::size_t left = 0;
    on(door_thread, [&](DoorThread& door_of_all) {
      for (auto* session : door_of_all.alive) session->move_on();
      left += count_in(door_of_all, journal);
    });
    for (auto& one : door_thread.relays)
      on(*one, [&](RelayThread& relay) {
        relay.for_each([](Relay& session) { session.move_on(); });
        left += count_in(relay, journal);
      });
    if (left > 0) return left;
    const auto forget = [&](Worker& worker) {
      worker.ledgers.remove_if([&](const Ledger& ledger) {
        return &ledger.journal == &journal && &ledger != &worker.ledger();
      });
    };
    on(door_thread, forget);
    for (auto& relay : door_thread.relays) on(*relay, forget);
    return 0;
  }

  std::vector<RingUse> rings() {
    const std::lock_guard lock(control);
    std::vector<RingUse> out;
    if (!running) return out;
    const auto look = [&out](Worker& worker) {
      const auto& ring = worker.ledger().appender.ring();
      out.push_back({ring.capacity() - ring.free_bytes(), ring.capacity()});
    };
    on(door_thread, look);
    for (auto& relay : door_thread.relays) on(*relay, look);
    return out;
  }

  std::vector<SessionInfo> hold(std::chrono::milliseconds wait_max) {
    const std::lock_guard lock(control);
    const auto until = std::chrono::steady_clock::now() + wait_max;
    shared.held = true;
    if (!running) return {};
    // Who read a request before the gate closed has noted it by the time its thread answers.
    for (auto& relay : door_thread.relays) ask(*relay, [] {});
    auto busy = shared.registry.busy();
    while (!busy.empty() && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(look_again);
      busy = shared.registry.busy();
    }
    return busy;
  }

  void release() {
    shared.held = false;
    for (auto& relay : door_thread.relays)
      relay->loop.post(Loop::Task(
          [target = relay.get()] { target->for_each([](Relay& session) { session.resume(); }); }));
  }

  Shared shared;
  DoorThread door_thread;
  Door door{door_thread};                                 // its thread's
  std::list<Listener> listeners;                          // likewise, once started
  std::map<std::string, std::vector<Address>> addresses;  // taken by the listeners, by server
  std::optional<Timer> clock_timer;
  bool clock_over = false;  // touched by the door's thread while it runs
  std::optional<asio::executor_work_guard<Executor>> guard;
  std::mutex control;    // one of start, stop, close_sessions and hold at a time
  bool running = false;  // guarded by control

 private:
  static std::size_t count_in(Worker& worker, const journal::Writer& journal) {
    std::size_t count = 0;
    for (const auto& ledger : worker.ledgers)
      if (&ledger.journal == &journal) count += ledger.sessions;
    return count;
  }

  // On that thread, or on this one while there is none.
  template <typename Thread, typename Work>
  void on(Thread& thread, const Work& work) {
    if (running)
      ask(thread, [&] { work(thread); });
    else
      work(thread);
  }

  void take_addresses() {
    try {
      for (const auto& address : shared.options.listen)
        listeners.emplace_back(door_thread.context, address, shared.options);
      for (const auto& other : shared.options.others)
        for (const auto& address : other.listen)
          listeners.emplace_back(door_thread.context, address, shared.options, other.name);
    } catch (...) {
      listeners.clear();
      throw;
    }
    for (const auto& listener : listeners)
      addresses[listener.server()].push_back(listener.address());
  }

  void close_listeners() {
    for (auto& listener : listeners) listener.close();
  }

  journal::Appender& add_ring(journal::Writer& journal) const {
    auto& appender = journal.add_ring();
    if (appender.body_bytes_max() < Recorder::room_bytes(shared.options.limits))
      throw std::invalid_argument("the journal's rings are too small for the proxy's limits");
    return appender;
  }

  // Cuts those that are on the thread, and returns when none of them is any more.
  template <typename Thread, typename ForEach>
  static void cut(Thread& thread, ForEach for_each) {
    const auto ids = ask(thread, [&] {
      std::set<journal::ConnectionId> out;
      for_each([&out](auto& session) {
        out.insert(session.connection());
        session.cut();
      });
      return out;
    });
    const auto any_left = [&] {
      bool any = false;
      for_each([&](auto& session) { any = any || ids.contains(session.connection()); });
      return any;
    };
    while (ask(thread, any_left)) std::this_thread::sleep_for(look_again);
  }
};

Proxy::Proxy(Options options, const Clock& clock, journal::Writer& journal)
    : impl_(std::make_unique<Impl>(std::move(options), clock, journal)) {}
Proxy::~Proxy() { stop(); }

void Proxy::start() { impl_->start(); }
void Proxy::drain() { impl_->drain(); }
void Proxy::stop() { impl_->stop(); }
std::vector<Address> Proxy::addresses(const std::string& server) const {
  return impl_->addresses.at(server);
}
std::uint16_t Proxy::port(const std::string& server) const {
  return addresses(server).front().port;
}

void Proxy::set_upstream(Upstream upstream, const std::string& server) {
  impl_->shared.set_upstream(server, std::move(upstream));
}

std::vector<SessionInfo> Proxy::hold(std::chrono::milliseconds wait_max) {
  return impl_->hold(wait_max);
}
void Proxy::release() { impl_->release(); }
void Proxy::close_sessions() { impl_->close_sessions(); }
void Proxy::change(const Options& options) {
  auto files = impl_->shared.options.upstream_tls;
  files.ca_file = options.upstream_tls.ca_file;
  files.certificate_file = options.upstream_tls.certificate_file;
  files.key_file = options.upstream_tls.key_file;
  auto client = make_client_tls(options);
  auto server = make_upstream_tls(files);
  impl_->shared.set_tls(std::move(client), std::move(server));
  impl_->shared.set_limits(options.limits);
  set_upstream(options.upstream);
}

void Proxy::record_in(journal::Writer& next) { impl_->record_in(next); }
std::size_t Proxy::recorded_in(const journal::Writer& journal) {
  return impl_->recorded_in(journal);
}
std::vector<Proxy::RingUse> Proxy::rings() { return impl_->rings(); }
std::vector<const Counters*> Proxy::counters() const {
  std::vector<const Counters*> out{&impl_->door_thread.counters};
  for (const auto& relay : impl_->door_thread.relays) out.push_back(&relay->counters);
  return out;
}

std::size_t Proxy::left() const {
  const auto& shared = impl_->shared;
  return shared.draining ? shared.registry.admitted() : shared.registry.size();
}
std::vector<SessionInfo> Proxy::sessions() const { return impl_->shared.registry.all(); }
std::vector<std::size_t> Proxy::loads() const {
  std::vector<std::size_t> out;
  for (const auto& relay : impl_->door_thread.relays) out.push_back(relay->load());
  return out;
}

}  // namespace ride::proxy
