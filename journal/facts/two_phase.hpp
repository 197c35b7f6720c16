// Two-phase commits of all connections: what one of them prepared, any may resolve. Knows neither
// statements nor sessions: who prepared is a number of the caller's.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "journal/event.hpp"

namespace ride::journal::facts {

class TwoPhase {
 public:
  using Id = std::size_t;
  struct Times {
    Seq asked = 0;     // the request
    Seq answered = 0;  // 0: never
  };

  // A PREPARE TRANSACTION that succeeded, or was not answered.
  void prepared(Id id, const std::string& gid, Times times);
  // A COMMIT PREPARED or ROLLBACK PREPARED that succeeded.
  void resolved(const std::string& gid, Times times, bool committed);

  // Those that have become known since the last call: whether they were committed.
  std::vector<std::pair<Id, bool>> settle();

 private:
  struct Prepared {
    Id id = 0;
    Times times;
  };
  struct Resolution {
    Times times;
    bool committed = false;
  };
  // What is not known yet, of one name; in the order of their answers.
  struct Name {
    std::vector<Prepared> answered;
    std::vector<Prepared> unanswered;
    std::vector<Resolution> resolutions;
    bool nobody() const { return answered.empty() && unanswered.empty(); }
  };

  void settle(Name& name, std::vector<std::pair<Id, bool>>& known);
  static std::vector<Prepared>::iterator unanswered_before(Name& name, const Resolution& one);

  std::map<std::string, Name> names_;
  std::set<std::string> changed_;
  std::deque<std::string> strange_;  // resolved, and prepared where the record does not reach
};

}  // namespace ride::journal::facts
