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

#include "base/clock.hpp"
#include "journal/database.hpp"
#include "journal/disk.hpp"
#include "journal/fields.hpp"
#include "journal/liveness.hpp"
#include "journal/merge.hpp"
#include "journal/prepared.hpp"
#include "journal/rest.hpp"
#include "journal/store.hpp"

namespace ride::journal {
namespace {

// How often a writer without room on the disk looks whether there is some.
constexpr std::chrono::milliseconds look_for_room_every{500};

// Work for the writer's thread, due once everything up to `after` is committed. It stands on the
// stack of the caller, who waits for `done`.
struct Task {
  const std::function<void(Database&)>& work;
  Seq after = 0;
  std::exception_ptr error = nullptr;
  bool done = false;
};

std::int64_t steady_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
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
  std::chrono::microseconds lag() const noexcept {
    if (committed() == sequence_.last()) return {};
    return std::chrono::microseconds(steady_us() - caught_up_us_.load());
  }
  const std::filesystem::path& file() const { return file_; }

 private:
  Ring make_ring();
  void watch(Ring& ring) { new_rings_.push_back(&ring); }
  void thread_main();
  bool work();
  void work_until_stopped();
  bool wait_for_room();
  bool try_again();
  void record_gap();
  bool waits_now() const;
  Merge::Drained drain_some();
  Checkpoint sign(std::string_view mark);
  void sign_what_rests();
  bool run_due_tasks();
  void finish(Task& task, std::exception_ptr error);
  void fail_tasks(bool for_good);
  void rest();
  void stop();

  const std::filesystem::path file_;
  const WriterOptions options_;
  const Clock clock_;
  std::optional<WriterLock> lock_;
  std::optional<Database> database_;  // these two are gone once closed
  std::optional<EventStore> store_;
  Sequence sequence_;
  DrainState drain_;
  std::uint64_t file_id_;
  std::atomic<Seq> committed_;
  std::atomic<std::int64_t> caught_up_us_;  // what was appended before then is committed
  Merge merge_;                             // the writer thread's own, as is the next
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

  std::optional<Durability> durability_;  // behind the rings it reads: it ends before them
  std::thread thread_;
};

Writer::Implementation::Implementation(const std::filesystem::path& file, WriterOptions options)
    : file_(file),
      options_(std::move(options)),
      lock_(lock_of(file)),
      database_(prepared_database(file, options_)),
      store_(std::in_place, *database_, options_.key),
      sequence_(store_->last_seq()),
      file_id_(std::stoull("0" + get_meta(*database_, "file_id"), nullptr, 16)),
      committed_(store_->last_seq()),
      caught_up_us_(steady_us()),
      merge_({.events_max = options_.transaction_events_max, .bytes_max = options_.ring_bytes / 4}),
      rest_(options_.rest_min) {
  if (options_.level == Level::power) durability_.emplace(drain_);
  try {
    if (!options_.extend) {
      sign({});
      journal::checkpoint(*database_);  // whatever the machine does, it opens and can be verified
    }
    shared_.emplace(make_ring(), sequence_, drain_);
  } catch (...) {
    if (!options_.extend) Database::remove(file);
    throw;
  }
  watch(shared_->ring());
  thread_ = std::thread([this] { thread_main(); });
}

Writer::Implementation::~Implementation() { stop(); }

Ring Writer::Implementation::make_ring() {
  const auto id = rings_made_++;
  auto ring = Ring::create(ring_path(file_, id), id, options_.ring_bytes, file_id_);
  if (durability_) {
    ring.sync();
    sync_folder(file_);
  }
  return ring;
}

Appender& Writer::Implementation::add_ring() {
  const std::scoped_lock lock(mutex_);
  auto& appender = appenders_.emplace_back(make_ring(), sequence_);
  if (durability_) appender.set_durability(durability_->add(appender.ring()));
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

// Whether it failed, and may still go on.
bool Writer::Implementation::waits_now() const {
  return options_.waits_for_room && failed() && !drain_.failed_for_good();
}

void Writer::Implementation::close() {
  {
    const std::scoped_lock lock(mutex_);
    if (closed_) return;
    if (waits_now()) throw std::runtime_error(failure());
    closed_ = true;
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
  while (work() && wait_for_room()) {
  }
  fail_tasks(true);
}

// True: it stopped for want of room, and may go on once there is some.
bool Writer::Implementation::work() {
  try {
    work_until_stopped();
  } catch (const DiskFullError& error) {
    drain_.fail(std::string(error.what()) + "; recording has stopped, nothing recorded is lost");
    return options_.waits_for_room;
  } catch (const std::exception& error) {
    drain_.fail_for_good(std::string(error.what()) +
                         "; recording has stopped, nothing recorded is lost");
  }
  return false;
}

// False: the end came first, or another failure.
bool Writer::Implementation::wait_for_room() {
  while (true) {
    fail_tasks(false);
    {
      std::unique_lock lock(mutex_);
      if (wake_.wait_for(lock, look_for_room_every, [&] { return stopping_; })) return false;
    }
    try {
      if (try_again()) return true;
    } catch (const DiskFullError&) {
      continue;
    } catch (const std::exception& error) {
      drain_.fail_for_good(std::string(error.what()) +
                           "; recording has stopped, nothing recorded is lost");
      return false;
    }
  }
}

// Empties the rings into the file as it stands, which must be as the last commit left it.
bool Writer::Implementation::try_again() {
  store_.emplace(*database_, options_.key);
  if (store_->last_seq() != committed())
    throw std::runtime_error(file_.string() + ": ends with event " +
                             std::to_string(store_->last_seq()) + " where " +
                             std::to_string(committed()) + " was stored last");
  merge_.begin_again();
  while (drain_some().cut_off) {
  }
  record_gap();
  drain_.resume();
  return true;
}

// Those who would have been recorded were sent away.
void Writer::Implementation::record_gap() {
  std::string body;
  FieldWriter(body).put(
      Field::message,
      "the disk was full: sessions were ended and clients refused until there was room again");
  shared_->append(Kind::gap, 0, clock_.now_us(), body);
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
  const auto began_us = steady_us();
  const auto drained = merge_.drain(*database_, *store_, committed());
  const bool all = drained.bytes > 0 || committed() == sequence_.last();
  if (all && !drained.cut_off) caught_up_us_ = began_us;
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

void Writer::Implementation::fail_tasks(bool for_good) {
  const std::scoped_lock lock(mutex_);
  stopping_ = stopping_ || for_good;
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
    : implementation_(std::make_unique<Implementation>(file, std::move(options))) {}

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
std::chrono::microseconds Writer::lag() const noexcept { return implementation_->lag(); }
Seq Writer::committed() const noexcept { return implementation_->committed(); }
const std::filesystem::path& Writer::file() const { return implementation_->file(); }

}  // namespace ride::journal
