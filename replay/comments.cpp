#include "replay/comments.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "base/json.hpp"
#include "scorer/text.hpp"

namespace ride::replay {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

[[noreturn]] void fail(const fs::path& path, const std::string& doing) {
  throw std::runtime_error(path.string() + ": cannot " + doing + ": " +
                           std::generic_category().message(errno));
}

// The comment on this line, or why it is none.
std::optional<Comment> parse(const std::string& line, std::string& why) {
  boost::system::error_code error;
  const auto value = json::parse(line, error);
  if (error || !value.is_object()) {
    why = "no JSON object";
    return std::nullopt;
  }
  const auto& object = value.as_object();
  const auto text_of = [&](const char* key) {
    const auto* found = object.if_contains(key);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
  };
  const auto number_of = [&](const char* key) -> std::int64_t {
    const auto* found = object.if_contains(key);
    return found != nullptr && found->is_int64() ? found->as_int64() : -1;
  };
  const auto attempt = number_of("attempt");
  const Comment out{static_cast<std::uint32_t>(attempt), number_of("n"), text_of("author"),
                    text_of("written"), text_of("text")};
  if (attempt < 0 || attempt > UINT32_MAX) why = "attempt is no number";
  if (out.n < 1) why = "n is no statement's number";
  if (out.text.empty()) why = "text is missing";
  return why.empty() ? std::optional(out) : std::nullopt;
}

// A line that was cut off must not swallow the next one.
bool ends_in_a_line(int file) {
  const auto size = ::lseek(file, 0, SEEK_END);
  char last = '\n';
  return size <= 0 || ::pread(file, &last, 1, size - 1) != 1 || last == '\n';
}

}  // namespace

fs::path comments_path(const fs::path& attempt_file) {
  return attempt_file.string() + ".comments.ndjson";
}

Comments read_comments(const fs::path& attempt_file) {
  const auto path = comments_path(attempt_file);
  Comments out;
  if (!fs::exists(path)) return out;
  if (fs::file_size(path) > comments_file_bytes_max)
    throw std::runtime_error(path.string() +
                             ": is larger than 16 MiB; that is no file of comments");
  std::ifstream in(path, std::ios::binary);
  if (!in) fail(path, "read the comments");
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty()) continue;
    std::string why;
    if (auto comment = parse(line, why))
      out.all.push_back(std::move(*comment));
    else
      out.faults.push_back(path.string() + ":" + std::to_string(number) +
                           ": is no comment: " + why + "; it was left out");
  }
  return out;
}

void add_comment(const fs::path& attempt_file, const Comment& comment) {
  if (comment.text.empty() || comment.text.size() > comment_bytes_max)
    throw std::runtime_error("a comment has 1 to 8192 bytes");
  const auto path = comments_path(attempt_file);
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) fail(path, "keep the comment");
  const auto line = (ends_in_a_line(file) ? "" : "\n") + to_json(comment) + "\n";
  const auto written = ::write(file, line.data(), line.size());
  const int error = errno;
  ::close(file);
  errno = written < 0 ? error : ENOSPC;
  if (written != static_cast<ssize_t>(line.size())) fail(path, "keep the comment");
}

std::string to_json(const Comment& comment) {
  return scorer::printable_json(json::serialize(json::object{{"attempt", comment.attempt},
                                                             {"n", comment.n},
                                                             {"author", comment.author},
                                                             {"written", comment.written},
                                                             {"text", comment.text}}));
}

Note note_of(const Comment& comment) {
  return {"comment", comment.author, comment.text, Weight::plain, comment.n};
}

void add_to(Marks& marks, const std::vector<Comment>& comments, std::uint32_t attempt) {
  for (const auto& comment : comments)
    if (comment.attempt == attempt) marks[comment.n].push_back(note_of(comment));
}

}  // namespace ride::replay
