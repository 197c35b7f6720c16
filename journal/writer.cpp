#include "journal/writer.hpp"

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "journal/database.hpp"
#include "journal/liveness.hpp"
#include "journal/merge.hpp"
#include "journal/rest.hpp"
#include "journal/store.hpp"

namespace ride::journal {
namespace {

// Work for the writer's thread, due once everything up to `after` is committed. It stands on the
// stack of the caller, who waits for `done`.
struct Task {
  const std::function<void(Database&)>& work;
  Seq after = 0;
  std::exception_ptr error = nullptr;
  bool done = false;
};

WriterLock lock_of(const std::filesystem::path& file) {
  auto lock = WriterLock::acquire(file);
  if (!lock) throw std::runtime_error(file.string() + ": is being written by a running ride");
  return std::move(*lock);
}

Database open_database(const std::filesystem::path& file, bool extend) {
  if (!ring_paths(file).empty())
    throw std::runtime_error(file.string() +
                             ": has a recording that was cut off; run: ride audit recover " +
                             file.string());
  if (!std::filesystem::exists(file)) return Database::create(file);
  if (!extend) throw std::runtime_error(file.string() + ": exists already; choose another name");
  auto database = Database::open_for_writing(file);
  database.run("DELETE FROM rings");  // of an earlier recording: new rings begin at 0
  return database;
}

}  // namespace

class Writer::Implementation {
 public:
  Implementation(const std::filesystem::path& file, WriterOptions options);
  ~Implementation();

  Appender& add_ring();
  SharedAppender& shared() { return *shared_; }
  void run(const std::function<void(Database&)>& work);
  std::string checkpoint(std::string_view mark = {});
  void close();

  bool failed() const noexcept { return drain_.failed(); }
  std::string failure() const { return drain_.failure(); }
  Seq committed() const noexcept { return committed_.load(std::memory_order_acquire); }
  const std::filesystem::path& file() const { return file_; }

 private:
  Ring make_ring();
  void watch(Ring& ring) { new_rings_.push_back(&ring); }
  void thread_main();
  void work_until_stopped();
  Merge::Drained drain_some();
  Checkpoint sign(std::string_view mark);
  void sign_what_rests();
  bool run_due_tasks();
  void finish(Task& task, std::exception_ptr error);
  void fail_tasks();
  void rest();
  void stop();

  const std::filesystem::path file_;
  const WriterOptions options_;
  std::optional<WriterLock> lock_;
  std::optional<Database> database_;  // these two are gone once closed
  std::optional<EventStore> store_;
  Sequence sequence_;
  DrainState drain_;
  std::uint64_t file_id_;
  std::atomic<Seq> committed_;
  Merge merge_;  // the writer thread's own, as is the next
  std::chrono::milliseconds rest_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::condition_variable task_done_;
  std::deque<Appender> appenders_;  // a deque, because references to its elements are handed out
  std::optional<SharedAppender> shared_;
  std::uint32_t rings_made_ = 0;
  std::vector<Ring*> new_rings_;  // not yet in merge_
  std::deque<Task*> tasks_;
  bool stopping_ = false;
  bool closed_ = false;

  std::thread thread_;
};

Writer::Implementation::Implementation(const std::filesystem::path& file, WriterOptions options)
    : file_(file),
      options_(options),
      lock_(lock_of(file)),
      database_(open_database(file, options.extend)),
      store_(std::in_place, *database_, options.key),
      sequence_(store_->last_seq()),
      file_id_(std::stoull("0" + get_meta(*database_, "file_id"), nullptr, 16)),
      committed_(store_->last_seq()),
      merge_({.events_max = options.transaction_events_max, .bytes_max = options.ring_bytes / 4}),
      rest_(options.rest_min) {
  try {
    if (!options.extend) sign({});
    shared_.emplace(make_ring(), sequence_, drain_);
  } catch (...) {
    if (!options.extend) Database::remove(file);
    throw;
  }
  watch(shared_->ring());
  thread_ = std::thread([this] { thread_main(); });
}

Writer::Implementation::~Implementation() { stop(); }

Ring Writer::Implementation::make_ring() {
  const auto id = rings_made_++;
  return Ring::create(ring_path(file_, id), id, options_.ring_bytes, file_id_);
}

Appender& Writer::Implementation::add_ring() {
  const std::scoped_lock lock(mutex_);
  auto& appender = appenders_.emplace_back(make_ring(), sequence_);
  watch(appender.ring());
  return appender;
}

void Writer::Implementation::run(const std::function<void(Database&)>& work) {
  Task task{.work = work};
  std::unique_lock lock(mutex_);
  if (failed()) throw std::runtime_error(failure());
  if (stopping_) throw std::runtime_error(file_.string() + ": the recording is closed");
  task.after = sequence_.last();
  tasks_.push_back(&task);
  wake_.notify_one();
  task_done_.wait(lock, [&] { return task.done; });
  if (task.error) std::rethrow_exception(std::move(task.error));
}

std::string Writer::Implementation::checkpoint(std::string_view mark) {
  std::string line;
  run([&](Database& database) {
    line = receipt(sign(mark));
    journal::checkpoint(database);
  });
  return line;
}

void Writer::Implementation::close() {
  {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(closed_, true)) return;
  }
  try {
    checkpoint(mark_closed);
  } catch (...) {
    stop();  // the rings stay: recovery goes on where this ended
    throw;
  }
  stop();
  put_at_rest(*database_);
  store_.reset();
  database_.reset();
  for (const auto& path : ring_paths(file_)) std::filesystem::remove(path);
  lock_.reset();
}

void Writer::Implementation::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Writer::Implementation::thread_main() {
  ::pthread_setname_np(::pthread_self(), "ride journal");
  try {
    work_until_stopped();
  } catch (const std::exception& error) {
    drain_.fail(std::string(error.what()) + "; recording has stopped, nothing recorded is lost");
  }
  fail_tasks();
}

// After what there was to drain it rests, even where more has come meanwhile: at a steady stream of
// events it would else store each few of them in a transaction of their own.
void Writer::Implementation::work_until_stopped() {
  while (true) {
    const auto drained = drain_some();
    const bool worked = run_due_tasks();
    if (drained.cut_off || worked) continue;
    {
      const std::scoped_lock lock(mutex_);
      if (stopping_ && drained.bytes == 0) return;
    }
    rest_ = next_rest(rest_, drained.bytes, options_);
    rest();
  }
}

// One transaction, or none: where there is nothing, and while another connection has the file.
Merge::Drained Writer::Implementation::drain_some() {
  {
    const std::scoped_lock lock(mutex_);
    for (auto* const ring : std::exchange(new_rings_, {})) merge_.add(*ring);
  }
  const auto drained = merge_.drain(*database_, *store_, committed());
  if (drained.bytes == 0) {
    sign_what_rests();
    return drained;
  }
  committed_.store(drained.last, std::memory_order_release);
  drain_.freed();
  return drained;
}

Checkpoint Writer::Implementation::sign(std::string_view mark) {
  Transaction transaction(*database_);
  auto signed_now = store_->sign(mark);
  transaction.commit();
  return signed_now;
}

// What came last, where nothing comes any more.
void Writer::Implementation::sign_what_rests() {
  if (!store_->is_sign_due()) return;
  try {
    sign({});
  } catch (const BusyError&) {
    // another connection has the file: soon again
  }
}

bool Writer::Implementation::run_due_tasks() {
  std::deque<Task*> due;
  {
    const std::scoped_lock lock(mutex_);
    while (!tasks_.empty() && tasks_.front()->after <= committed()) {
      due.push_back(tasks_.front());
      tasks_.pop_front();
    }
  }
  for (auto* const task : due) {
    std::exception_ptr error;
    try {
      task->work(*database_);
    } catch (...) {
      error = std::current_exception();
    }
    const std::scoped_lock lock(mutex_);
    finish(*task, std::move(error));
  }
  return !due.empty();
}

// Under the mutex: the task is gone as soon as its caller can see that it is done.
void Writer::Implementation::finish(Task& task, std::exception_ptr error) {
  task.error = std::move(error);
  task.done = true;
  task_done_.notify_all();
}

void Writer::Implementation::fail_tasks() {
  const std::scoped_lock lock(mutex_);
  stopping_ = true;
  const auto why = failed() ? failure() : file_.string() + ": the recording is closed";
  for (auto* const task : tasks_) finish(*task, std::make_exception_ptr(std::runtime_error(why)));
  tasks_.clear();
}

// A task whose events are still being written by their producer is due in a moment.
void Writer::Implementation::rest() {
  std::unique_lock lock(mutex_);
  const auto length = tasks_.empty() ? rest_ : std::chrono::milliseconds(1);
  const auto waiting = tasks_.size();
  wake_.wait_for(lock, length, [&] { return stopping_ || tasks_.size() > waiting; });
}

Writer::Writer(const std::filesystem::path& file, WriterOptions options)
    : implementation_(std::make_unique<Implementation>(file, options)) {}

Writer::~Writer() {
  try {
    close();
  } catch (const std::exception&) {
    // Whoever wants to know calls close(); what is not in the file is still in the rings.
  }
}

Appender& Writer::add_ring() { return implementation_->add_ring(); }
SharedAppender& Writer::shared() { return implementation_->shared(); }

void Writer::flush() {
  implementation_->run([](Database&) {});
}

std::string Writer::checkpoint() { return implementation_->checkpoint(); }

void Writer::close() { implementation_->close(); }

void Writer::on_database(const std::function<void(Database&)>& work) { implementation_->run(work); }

bool Writer::failed() const noexcept { return implementation_->failed(); }
std::string Writer::failure() const { return implementation_->failure(); }
Seq Writer::committed() const noexcept { return implementation_->committed(); }
const std::filesystem::path& Writer::file() const { return implementation_->file(); }

}  // namespace ride::journal
