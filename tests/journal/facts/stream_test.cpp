#include "journal/facts/stream.hpp"

#include "tests/catch.hpp"
#include "tests/journal/facts/story.hpp"

// That the rows are those of derive() is checked in every other test of this folder, by Story.
namespace ride::journal::facts::test {
namespace {

// Tells a story event by event and notes who was handed on, as "n outcome".
class Listener {
 public:
  Listener() : stream_(analyser_, [this](const StreamedStatement& one) { hear(one); }) {}

  std::vector<std::string> next(const Story& story) {
    heard_.clear();
    for (; told_ < story.events().size(); ++told_) stream_.add(story.events()[told_]);
    return heard_;
  }
  std::vector<std::string> finish() {
    heard_.clear();
    stream_.finish();
    return heard_;
  }
  std::size_t waiting() const { return stream_.waiting(); }
  std::vector<Seq> answers;

 private:
  void hear(const StreamedStatement& one) {
    heard_.push_back(std::to_string(one.stmt.row.n) + " " + one.stmt.row.outcome);
    answers = one.answers;
  }

  sql::Analyser analyser_;
  StatementStream stream_;
  std::vector<std::string> heard_;
  std::size_t told_ = 0;
};

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a statement is handed on when its transaction has ended, not before",
          "[facts][stream]") {
  Story story;
  Listener listener;
  story.connect(1, 100);
  story.run(1, "BEGIN", "BEGIN", 'T');
  const auto insert = story.run(1, "INSERT INTO t VALUES (1)", "INSERT 0 1", 'T');
  CHECK(listener.next(story).empty());
  story.run(1, "ROLLBACK", "ROLLBACK");
  CHECK(listener.next(story) == Words{"1 rolled back", "2 rolled back", "3 rolled back"});
  CHECK(listener.waiting() == 0);
  story.run(1, "SELECT 1", "SELECT 1");
  CHECK(listener.next(story) == Words{"4 committed"});
  CHECK(listener.answers == std::vector<Seq>{insert + 7});
}

TEST_CASE("an open transaction holds nobody else's statements up", "[facts][stream]") {
  Story story;
  Listener listener;
  story.connect(1, 100).connect(2, 101);
  story.run(1, "BEGIN", "BEGIN", 'T');
  story.run(2, "SELECT 1", "SELECT 1");
  CHECK(listener.next(story) == Words{"2 committed"});
  story.run(1, "COMMIT", "COMMIT");
  CHECK(listener.next(story) == Words{"1 committed", "3 committed"});
}

TEST_CASE("a statement under way keeps the numbers behind it open", "[facts][stream]") {
  Story story;
  Listener listener;
  story.connect(1, 100).connect(2, 101);
  const auto slow = story.query(1, "SELECT pg_sleep(60); SELECT 2");
  story.run(2, "SELECT 1", "SELECT 1");
  CHECK(listener.next(story).empty());
  story.done(slow, "SELECT 1").done(slow, "SELECT 1", 1).ready(1, slow);
  CHECK(listener.next(story) == Words{"1 committed", "2 committed", "3 committed"});
}

TEST_CASE("a prepared transaction waits for who resolves it", "[facts][stream]") {
  Story story;
  Listener listener;
  story.connect(1, 100).connect(2, 101);
  story.run(1, "BEGIN", "BEGIN", 'T');
  story.run(1, "PREPARE TRANSACTION 'a'", "PREPARE TRANSACTION");
  story.run(1, "SELECT 1", "SELECT 1");
  CHECK(listener.next(story) == Words{"3 committed"});
  story.run(2, "COMMIT PREPARED 'a'", "COMMIT PREPARED");
  CHECK(listener.next(story) == Words{"1 committed", "2 committed", "4 committed"});
}

TEST_CASE("what is open at the end of the record is told as unknown", "[facts][stream]") {
  Story story;
  Listener listener;
  story.connect(1, 100).connect(2, 101);
  story.query(1, "SELECT pg_sleep(60)");
  story.run(2, "BEGIN", "BEGIN", 'T');
  story.run(2, "PREPARE TRANSACTION 'never'", "PREPARE TRANSACTION");
  CHECK(listener.next(story).empty());
  CHECK(listener.finish() == Words{"1 unknown", "2 unknown", "3 unknown"});
}

TEST_CASE("nothing is kept of what was handed on, however long the session", "[facts][stream]") {
  Story story;
  Listener listener;
  story.connect(1, 100);
  for (int i = 0; i < 100; ++i) {
    story.run(1, "SELECT 1", "SELECT 1");
    CHECK(listener.next(story) == Words{std::to_string(i + 1) + " committed"});
    CHECK(listener.waiting() == 0);
  }
}

TEST_CASE("a pipeline that never rests is told batch by batch", "[facts][stream]") {
  Story story;
  Listener listener;
  story.connect(1, 100);
  auto ahead = story.query(1, "SELECT 0");
  for (int i = 1; i < 20; ++i) {
    const auto next = story.query(1, "SELECT " + std::to_string(i));
    story.done(ahead, "SELECT 1").ready(1, ahead);
    CHECK(listener.next(story) == Words{std::to_string(i) + " committed"});
    ahead = next;
  }
  CHECK(listener.finish() == Words{"20 unknown"});
}

}  // namespace ride::journal::facts::test
