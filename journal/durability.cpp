#include "journal/durability.hpp"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "journal/appender.hpp"

namespace ride::journal {

void Durability::Ticket::ask(std::uint64_t position) {
  {
    const std::scoped_lock lock(owner_.mutex_);
    asked_ = std::max(asked_, position);
  }
  owner_.wake_.notify_one();
}

void Durability::Ticket::tell(std::function<void()> told) {
  const std::scoped_lock lock(owner_.mutex_);
  told_ = std::move(told);
}

Durability::Durability(DrainState& drain) : drain_(drain) {
  thread_ = std::thread([this] { thread_main(); });
}

Durability::~Durability() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

Durability::Ticket& Durability::add(Ring& ring) {
  const std::scoped_lock lock(mutex_);
  return tickets_.emplace_back(*this, ring);
}

void Durability::thread_main() {
  ::pthread_setname_np(::pthread_self(), "ride fsync");
  while (true) {
    const auto work = wait_for_work();
    if (work.empty()) return;
    for (const auto& due : work) sync(due);
  }
}

// The tickets with something to bring to the disk; none: it is the end.
std::vector<Durability::Due> Durability::wait_for_work() {
  std::vector<Due> out;
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [&] {
    for (auto& ticket : tickets_)
      if (ticket.asked_ > ticket.synced_.load(std::memory_order_relaxed))
        out.push_back({&ticket, ticket.asked_});
    return stopping_ || !out.empty();
  });
  if (stopping_) out.clear();
  return out;
}

void Durability::sync(const Due& due) {
  bool failed = drain_.failed_for_good();
  try {
    if (!failed) {
      due.ticket->ring_.sync();
      due.ticket->synced_.store(due.position, std::memory_order_release);
    }
  } catch (const std::exception& error) {
    failed = true;
    drain_.fail_for_good(std::string(error.what()) +
                         "; recording has stopped, what was answered before is on disk");
  }
  syncs_.fetch_add(1, std::memory_order_relaxed);
  const std::scoped_lock lock(mutex_);
  if (failed) due.ticket->asked_ = 0;
  if (due.ticket->told_) due.ticket->told_();
}

}  // namespace ride::journal
