#include "replay/comments.hpp"

#include <fstream>

#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride;
using namespace ride::replay;
using ride::journal::contains;
using ride::journal::error_of;
using ride::journal::load;
using ride::journal::save;
using ride::journal::TemporaryFolder;

namespace {

const Comment first{1, 5, "ana", "2026-11-25T03:20:15Z", "why \"so\" early?\nsecond line"};
const Comment second{2, 1, "ben", "2026-11-25T03:21:00Z", "fine"};

std::vector<std::string> texts(const std::vector<Comment>& comments) {
  std::vector<std::string> out;
  for (const auto& comment : comments)
    out.push_back(std::to_string(comment.attempt) + "/" + std::to_string(comment.n) + " " +
                  comment.author + ": " + comment.text);
  return out;
}

}  // namespace

TEST_CASE("comments are kept beside the file, one a line, in their order", "[replay][comments]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.ride";
  CHECK(read_comments(file).all.empty());
  add_comment(file, first);
  add_comment(file, second);
  CHECK(load(folder / "a.ride.comments.ndjson") ==
        "{\"attempt\":1,\"n\":5,\"author\":\"ana\",\"written\":\"2026-11-25T03:20:15Z\","
        "\"text\":\"why \\\"so\\\" early?\\nsecond line\"}\n"
        "{\"attempt\":2,\"n\":1,\"author\":\"ben\",\"written\":\"2026-11-25T03:21:00Z\","
        "\"text\":\"fine\"}\n");
  const auto read = read_comments(file);
  CHECK(texts(read.all) == texts({first, second}));
  CHECK(read.faults.empty());
  Marks marks;
  add_to(marks, read.all, 1);
  REQUIRE(marks.size() == 1);
  CHECK(marks.at(5).at(0).text == first.text);
}

TEST_CASE("a line that is no comment is named, and the others are read", "[replay][comments]") {
  const TemporaryFolder folder;
  const auto path = folder / "a.ride.comments.ndjson";
  save(path,
       "nonsense\n[1]\n\n{\"attempt\":1,\"n\":0,\"text\":\"x\"}\n{\"attempt\":-1,\"n\":1,\"text\":"
       "\"x\"}\n{\"attempt\":1,\"n\":1}\n" +
           to_json(second) + "\n\xff\xfe\n");
  const auto read = read_comments(folder / "a.ride");
  CHECK(texts(read.all) == texts({second}));
  REQUIRE(read.faults.size() == 6);
  CHECK(read.faults[0] == path.string() + ":1: is no comment: no JSON object; it was left out");
  CHECK(contains(read.faults[2], ":4: is no comment: n is no statement's number"));
  CHECK(contains(read.faults[3], "attempt is no number"));
  CHECK(contains(read.faults[4], "text is missing"));
}

TEST_CASE("a comment behind a line that was cut off is a line of its own", "[replay][comments]") {
  const TemporaryFolder folder;
  save(folder / "a.ride.comments.ndjson", to_json(first).substr(0, 30));
  add_comment(folder / "a.ride", second);
  const auto read = read_comments(folder / "a.ride");
  CHECK(texts(read.all) == texts({second}));
  CHECK(read.faults.size() == 1);
}

TEST_CASE("what is too long, or cannot be kept, is refused in one line", "[replay][comments]") {
  const TemporaryFolder folder;
  Comment huge = first;
  huge.text = std::string(comment_bytes_max + 1, 'x');
  CHECK(contains(error_of([&] { add_comment(folder / "a.ride", huge); }), "1 to 8192 bytes"));
  huge.text.clear();
  CHECK(contains(error_of([&] { add_comment(folder / "a.ride", huge); }), "1 to 8192 bytes"));
  CHECK(contains(error_of([&] { add_comment(folder / "no" / "a.ride", first); }),
                 "cannot keep the comment"));
  std::filesystem::create_directory(folder / "b.ride.comments.ndjson");
  CHECK_FALSE(error_of([&] { read_comments(folder / "b.ride"); }).empty());
}

TEST_CASE("a comment that is no UTF-8 is kept as text that is", "[replay][comments]") {
  const TemporaryFolder folder;
  Comment odd = first;
  odd.text = "caf\xe9";
  add_comment(folder / "a.ride", odd);
  CHECK(read_comments(folder / "a.ride").all.at(0).text == "caf\xef\xbf\xbd");
}
