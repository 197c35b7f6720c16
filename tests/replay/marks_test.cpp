#include "replay/marks.hpp"

#include "journal/reader.hpp"
#include "replay/story.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

using namespace ride;
using namespace ride::replay;
using ride::journal::TemporaryFolder;
using ride::scorer::Recording;
using ride::scorer::sample_rules;

namespace {

// What is told of statements and marks, in order.
std::vector<std::string> told(const std::filesystem::path& file, Marks more = {}) {
  journal::Reader reader(file);
  auto marks = read_marks(reader, 1);
  for (auto& [n, notes] : more) marks[n].insert(marks[n].end(), notes.begin(), notes.end());
  std::vector<std::string> lines;
  Marked marked(std::move(marks), [&](const Moment& moment) {
    if (const auto* answer = std::get_if<StatementEnded>(&moment.what))
      lines.push_back("#" + std::to_string(answer->n));
    const auto* note = std::get_if<Note>(&moment.what);
    if (note == nullptr) return;
    if (note->kind == "harm" && note->n == 0) {
      lines.push_back("harm of all: " + note->text);
    } else if (note->n != 0 || note->kind == "trap") {
      lines.push_back(note->kind + " " + note->subject);
    }
  });
  tell(reader, 1, [&](const Moment& moment) { marked.hear(moment); });
  marked.finish();
  return lines;
}

}  // namespace

TEST_CASE("evidence and traps stand behind the statement that made them", "[replay][marks]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.select("SELECT 1", {"x"});
  recording.select("SELECT 2", {"blocker"});
  recording.select("SELECT 3", {"blocker"});
  recording.select("ALTER TABLE t DROP COLUMN c", {"x"});
  recording.submit();
  recording.close();
  CHECK(told(folder / "a.ride") ==
        std::vector<std::string>{"#1", "#2", "evidence blocker", "#3", "#4", "trap dropped"});
}

TEST_CASE("an attempt without a submit has no evidence and no traps", "[replay][marks]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.select("SELECT 1", {"blocker"});
  recording.close();
  CHECK(told(folder / "a.ride") == std::vector<std::string>{"#1"});
}

TEST_CASE("whom a statement kept waiting stands behind it, and the sum at the end",
          "[replay][marks]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  record_wait(recording);
  recording.close();
  CHECK(told(folder / "a.ride") ==
        std::vector<std::string>{
            "#1", "#2", "harm writer", "#3",
            "harm of all: waited 1.8 s for locks, 1.2 s of it for statements of this attempt"});
}

TEST_CASE("a mark of a statement that nobody told is told at the end", "[replay][marks]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.select("SELECT 1", {"x"});
  recording.close();
  Marks marks;
  marks[9].push_back({"comment", "ana", "late", Weight::plain, 9});
  CHECK(told(folder / "a.ride", marks) == std::vector<std::string>{"#1", "comment ana"});
}
