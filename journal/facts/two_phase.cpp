#include "journal/facts/two_phase.hpp"

#include <algorithm>

namespace ride::journal::facts {
namespace {

constexpr std::size_t strange_names_max = 1'000;

template <typename List, typename One>
void insert_by_answer(List& list, One one) {
  const auto later = std::find_if(list.begin(), list.end(), [&](const auto& other) {
    return other.times.answered > one.times.answered;
  });
  list.insert(later, std::move(one));
}

}  // namespace

void TwoPhase::prepared(Id id, const std::string& gid, Times times) {
  auto& name = names_[gid];
  insert_by_answer(times.answered != 0 ? name.answered : name.unanswered, Prepared{id, times});
  changed_.insert(gid);
}

void TwoPhase::resolved(const std::string& gid, Times times, bool committed) {
  insert_by_answer(names_[gid].resolutions, Resolution{times, committed});
  changed_.insert(gid);
}

std::vector<std::pair<TwoPhase::Id, bool>> TwoPhase::settle() {
  std::vector<std::pair<Id, bool>> known;
  for (const auto& gid : changed_) {
    auto& name = names_[gid];
    settle(name, known);
    if (!name.resolutions.empty())
      strange_.push_back(gid);
    else if (name.nobody())
      names_.erase(gid);
  }
  changed_.clear();
  for (; strange_.size() > strange_names_max; strange_.pop_front()) {
    const auto oldest = names_.find(strange_.front());
    if (oldest != names_.end() && oldest->second.nobody()) names_.erase(oldest);
  }
  return known;
}

// A name is taken until it is resolved, so that what was prepared and what resolved it take turns.
// Answers of two sessions may be recorded in another order than the server gave them; requests say
// what came later for certain.
void TwoPhase::settle(Name& name, std::vector<std::pair<Id, bool>>& known) {
  for (auto one = name.answered.begin(); one != name.answered.end();) {
    const auto next = std::next(one);
    const auto found = std::find_if(
        name.resolutions.begin(), name.resolutions.end(), [&](const Resolution& resolution) {
          return resolution.times.answered > one->times.asked &&
                 (next == name.answered.end() || resolution.times.asked < next->times.answered);
        });
    if (found == name.resolutions.end()) {
      one = next;
      continue;
    }
    known.emplace_back(one->id, found->committed);
    name.resolutions.erase(found);
    one = name.answered.erase(one);
  }
  for (auto one = name.resolutions.begin(); one != name.resolutions.end();) {
    const auto found = unanswered_before(name, *one);
    if (found == name.unanswered.end()) {
      ++one;
      continue;
    }
    known.emplace_back(found->id, one->committed);
    name.unanswered.erase(found);
    one = name.resolutions.erase(one);
  }
}

// Something was there to be resolved: the one PREPARE TRANSACTION of that name that got no answer.
std::vector<TwoPhase::Prepared>::iterator TwoPhase::unanswered_before(Name& name,
                                                                      const Resolution& one) {
  const auto none = name.unanswered.end();
  auto only = none;
  for (auto other = name.unanswered.begin(); other != none; ++other) {
    if (other->times.asked > one.times.answered) continue;
    if (only != none) return none;
    only = other;
  }
  // Where another took the name since, it was free again by then.
  const bool gone =
      only != none &&
      std::any_of(name.answered.begin(), name.answered.end(), [&](const Prepared& other) {
        return other.times.asked > only->times.asked && other.times.asked < one.times.answered;
      });
  return gone ? none : only;
}

}  // namespace ride::journal::facts
