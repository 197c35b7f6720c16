#include "sql/worker.hpp"

#include <pthread.h>

#include <condition_variable>
#include <exception>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "sql/analyse.hpp"
#include "sql/tool.hpp"

namespace ride::sql {
namespace {

// One thread that runs one task at a time while its owner waits. std::thread has no way to say how
// large the stack is to be.
class Thread {
 public:
  explicit Thread(std::size_t stack_bytes) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    int error = pthread_attr_setstacksize(&attributes, stack_bytes);
    if (error == 0) error = pthread_create(&thread_, &attributes, &Thread::enter, this);
    pthread_attr_destroy(&attributes);
    if (error != 0)
      throw std::system_error(error, std::generic_category(), "sql: start the parser's thread");
  }
  ~Thread() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    pthread_join(thread_, nullptr);
  }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  void run(const std::function<void()>& task) {
    std::unique_lock lock(mutex_);
    task_ = &task;
    changed_.notify_all();
    changed_.wait(lock, [this] { return task_ == nullptr; });
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  static void* enter(void* self) {
    static_cast<Thread*>(self)->serve();
    return nullptr;
  }

  void serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return stopping_ || task_ != nullptr; });
      if (task_ == nullptr) return;
      lock.unlock();  // only the owner's task touches what the task refers to
      std::exception_ptr failure;
      try {
        (*task_)();
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      failure_ = failure;
      task_ = nullptr;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void()>* task_ = nullptr;
  std::exception_ptr failure_;
  bool stopping_ = false;
  pthread_t thread_{};
};

}  // namespace

class Analyser::Impl {
 public:
  explicit Impl(const Limits& limits) : limits_(limits), thread_(limits.stack_bytes) {}

  template <typename Result, typename Work>
  Result on_thread(Work work) {
    Result result;
    thread_.run([&] { result = work(); });
    return result;
  }

  // The oldest go first; the one asked for stays whatever its size.
  const Analysis& analyse(std::string_view text) {
    if (const auto known = index_.find(text); known != index_.end()) {
      entries_.splice(entries_.begin(), entries_, known->second);
      return known->second->analysis;
    }
    auto analysis = on_thread<Analysis>([&] { return sql::analyse(text); });
    entries_.push_front({std::string(text), std::move(analysis)});
    index_.emplace(entries_.front().text, entries_.begin());
    bytes_ += text.size();
    while (entries_.size() > 1 &&
           (entries_.size() > limits_.cached_statements_max || bytes_ > limits_.cached_bytes_max)) {
      bytes_ -= entries_.back().text.size();
      index_.erase(entries_.back().text);
      entries_.pop_back();
    }
    return entries_.front().analysis;
  }

 private:
  struct Entry {
    std::string text;
    Analysis analysis;
  };

  Limits limits_;
  std::list<Entry> entries_;  // most recently asked for first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> index_;  // views into entries_
  std::size_t bytes_ = 0;
  Thread thread_;
};

Analyser::Analyser() : Analyser(Limits{}) {}
Analyser::Analyser(const Limits& limits) : impl_(std::make_unique<Impl>(limits)) {}
Analyser::~Analyser() = default;

const Analysis& Analyser::analyse(std::string_view text) { return impl_->analyse(text); }

Split Analyser::split(std::string_view text) {
  return impl_->on_thread<Split>([&] { return sql::split(text); });
}

std::optional<SignalQuery> Analyser::signal_query(std::string_view text) {
  return impl_->on_thread<std::optional<SignalQuery>>([&] { return sql::signal_query(text); });
}

bool Analyser::is_tool_query(std::string_view text) {
  if (!may_be_tool_query(text)) return false;
  return impl_->on_thread<bool>([&] { return sql::is_tool_query(text); });
}

}  // namespace ride::sql
