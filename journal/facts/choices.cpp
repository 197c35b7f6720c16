#include "journal/facts/choices.hpp"

#include <algorithm>

namespace ride::journal::facts {
namespace {

bool used_up(const Capacity& capacity, std::size_t candidate) {
  return capacity[candidate].has_value() && *capacity[candidate] <= 0;
}

constexpr int steps_max = 200'000;  // of one search, which is exponential at its worst

class Distribution {
 public:
  Distribution(const std::vector<Death>& group, Capacity capacity, bool bounded, std::size_t most)
      : group_(group), capacity_(std::move(capacity)), bounded_(bounded), most_(most) {}

  std::vector<Alternative> run() {
    descend(0);
    return std::move(found_);
  }

 private:
  void descend(std::size_t at) {
    if (found_.size() >= most_ || ++steps_ > steps_max) return;
    if (at == group_.size()) {
      found_.push_back(so_far_);
      return;
    }
    for (const auto candidate : group_[at].candidates) {
      if (bounded_ && used_up(capacity_, candidate)) continue;
      if (capacity_[candidate]) --*capacity_[candidate];
      so_far_.push_back({group_[at].victim, candidate});
      descend(at + 1);
      so_far_.pop_back();
      if (capacity_[candidate]) ++*capacity_[candidate];
    }
  }

  const std::vector<Death>& group_;
  Capacity capacity_;
  bool bounded_;
  std::size_t most_;
  int steps_ = 0;
  Alternative so_far_;
  std::vector<Alternative> found_;
};

bool share(const Death& a, const Death& b) {
  return std::any_of(a.candidates.begin(), a.candidates.end(), [&](std::size_t candidate) {
    return std::find(b.candidates.begin(), b.candidates.end(), candidate) != b.candidates.end();
  });
}

// Deaths that share candidates, directly or through others, in the order of their first.
std::vector<std::vector<Death>> group(const std::vector<Death>& deaths) {
  std::vector<bool> taken(deaths.size(), false);
  std::vector<std::vector<Death>> groups;
  for (std::size_t first = 0; first < deaths.size(); ++first) {
    if (taken[first]) continue;
    taken[first] = true;
    std::vector<Death> members{deaths[first]};
    for (std::size_t m = 0; m < members.size(); ++m) {
      for (std::size_t i = first + 1; i < deaths.size(); ++i) {
        if (taken[i] || !share(members[m], deaths[i])) continue;
        taken[i] = true;
        members.push_back(deaths[i]);
      }
    }
    groups.push_back(std::move(members));
  }
  return groups;
}

}  // namespace

std::vector<Link> settle_certain(std::vector<Death>& deaths, Capacity& capacity) {
  std::vector<Link> links;
  for (bool moved = true; moved;) {
    moved = false;
    for (auto death = deaths.begin(); death != deaths.end();) {
      std::vector<std::size_t> left;
      std::copy_if(death->candidates.begin(), death->candidates.end(), std::back_inserter(left),
                   [&](std::size_t candidate) { return !used_up(capacity, candidate); });
      if (!left.empty()) death->candidates = left;
      if (death->candidates.size() != 1) {
        ++death;
        continue;
      }
      const auto candidate = death->candidates.front();
      links.push_back({death->victim, candidate});
      if (capacity[candidate]) --*capacity[candidate];
      death = deaths.erase(death);
      moved = true;
    }
  }
  return links;
}

std::vector<std::vector<Alternative>> make_choices(const std::vector<Death>& deaths,
                                                   const Capacity& capacity,
                                                   std::size_t alternatives_max) {
  std::vector<std::vector<Alternative>> choices;
  for (const auto& members : group(deaths)) {
    auto alternatives = Distribution(members, capacity, true, alternatives_max).run();
    if (alternatives.empty())
      alternatives = Distribution(members, capacity, false, alternatives_max).run();
    choices.push_back(std::move(alternatives));
  }
  return choices;
}

}  // namespace ride::journal::facts
