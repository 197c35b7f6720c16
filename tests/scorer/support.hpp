// What the scorer's tests share: a small set of rules, and fact tables filled by hand.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/facts/schema.hpp"
#include "scorer/grade.hpp"
#include "scorer/rules.hpp"
#include "scorer/sqlite.hpp"
#include "scorer/views.hpp"

namespace ride::scorer {

// Valid: two detect items, three fix checks, two traps.
inline Rules sample_rules() {
  Rules rules;
  rules.id = "test/sample";
  rules.title = "Sample";
  rules.topic = "Testing";
  rules.level = "L1";
  rules.minutes = "5-10";
  rules.brief = {"It hangs.", "Nobody can work.", {"It works again."}};
  rules.detect = {
      {"blocker", "Found the blocker", 30, "SELECT statement FROM saw WHERE value = 'blocker'",
       "SELECT statement FROM saw WHERE value = 'perhaps'", "saw the blocker", "nobody looked"},
      {"writer", "Saw the writer", 10, "SELECT statement FROM saw WHERE value = 'writer'", "",
       "saw the writer wait", "the writer was not seen"}};
  rules.fix = {{"filled",
                "All filled",
                20,
                "app",
                {"public.t"},
                "SELECT 1",
                "1",
                {},
                "",
                "everything is filled",
                "something is empty"},
               {"writes",
                "Writes pass",
                10,
                "",
                {},
                "",
                "",
                {"writer"},
                "",
                "writes pass",
                "writes do not pass"},
               {"clean",
                "No leftovers",
                10,
                "",
                {},
                "",
                "",
                {},
                "SELECT actor FROM actors WHERE ended IS NULL",
                "nothing is left",
                "{actor} is still there"}};
  rules.traps = {{"writer-first",
                  "Ended the writer first",
                  8,
                  false,
                  {},
                  "SELECT w.statement, w.actor, w.died AS sqlstate, w.victim_pid AS pid"
                  " FROM terminations w WHERE w.actor = 'writer' AND NOT EXISTS (SELECT 1 FROM"
                  " terminations b WHERE b.actor = 'blocker' AND b.statement < w.statement)",
                  "",
                  "ended {actor} (#{statement}) before the blocker"},
                 {"dropped", "Dropped the column", 15, true, 50,
                  "SELECT statement, outcome, object FROM ddl WHERE action = 'drop column'", "",
                  "#{statement} dropped {object} ({outcome})"}};
  rules.hints = {"look", "look closer", "think"};
  rules.postmortem = {"cause", "seen", "fix", "worse", "lesson"};
  rules.checklist = {{"Fixed", {"filled", "writes"}}, {"Safe", {"writer-first", "dropped"}}};
  return rules;
}

// Fact tables of one attempt (number 1) in memory, filled by the words of the vocabulary.
class HandMade {
 public:
  HandMade() {
    sqlite3* connection = nullptr;
    sqlite3_open(":memory:", &connection);
    connection_.reset(connection);
    run(std::string(journal::facts::schema_sql()));
  }

  sqlite3* get() const { return connection_.get(); }
  void run(const std::string& sql) { execute(connection_.get(), sql); }

  // A row of a fact table: its columns and its values as SQL.
  void add(const std::string& table, const std::string& columns, const std::string& values) {
    run("INSERT INTO fact_" + table + " (attempt, position, " + columns + ") VALUES (1, " +
        std::to_string(++position_) + ", " + values + ")");
  }
  void saw(int statement, const std::string& value) {
    add("saw", "statement, row, ordinal, value",
        std::to_string(statement) + ", 0, 0, '" + value + "'");
  }
  void ended(int statement, const std::string& actor) {
    add("terminations", "statement, actor, server, victim_pid, died, tier",
        std::to_string(statement) + ", '" + actor + "', 'main', 11031, '57P01', 'wire'");
  }
  // One possibility among several.
  void perhaps_ended(int statement, const std::string& actor, int choice, int alternative) {
    add("terminations", "statement, actor, server, died, tier, choice, alternative",
        std::to_string(statement) + ", '" + actor + "', 'main', '57P01', 'log', " +
            std::to_string(choice) + ", " + std::to_string(alternative));
  }
  void check(const std::string& id, const std::string& before, const std::string& after) {
    add("checks", "id, moment, state", "'" + id + "', 'before', '" + before + "'");
    add("checks", "id, moment, state", "'" + id + "', 'after', '" + after + "'");
  }
  void workload(const std::string& actor, int done, int asked) {
    add("workloads", "actor, done, asked",
        "'" + actor + "', " + std::to_string(done) + ", " + std::to_string(asked));
  }
  void gap(int n, const std::string& kind = "gap") {
    add("gaps", "n, reason, kind", std::to_string(n) + ", 'lost: pid 11031', '" + kind + "'");
  }

  // Everything right: Detect 40, Fix 40, Trap 20.
  void all_right() {
    saw(3, "blocker");
    saw(4, "writer");
    ended(5, "blocker");
    check("filled", "pass", "pass");
    workload("writer", 20, 20);
  }

  Verdict grade(const Rules& rules = sample_rules(), bool submitted = true) const {
    Vocabulary vocabulary(connection_.get(), 1);
    return scorer::grade(vocabulary, {1, submitted}, rules);
  }

 private:
  ConnectionHandle connection_;
  int position_ = 0;
};

inline const RuleVerdict& rule_of(const Verdict& verdict, std::string_view id) {
  for (const auto& check : verdict.checks)
    if (check.id == id) return check;
  throw std::runtime_error("no such rule");
}

}  // namespace ride::scorer
