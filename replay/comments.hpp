// What reviewers say about statements: kept beside the attempt file, which is never written to, as
// FILE.comments.ndjson. One JSON object a line: attempt, n (the statement's number), author,
// written (UTC), text. The file may come from anybody; text in it is as it was written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "replay/marks.hpp"

namespace ride::replay {

inline constexpr std::size_t comment_bytes_max = 8'192;
inline constexpr std::uintmax_t comments_file_bytes_max = 16U << 20U;

struct Comment {
  std::uint32_t attempt = 0;
  std::int64_t n = 0;
  std::string author;
  std::string written;  // "2026-11-25T03:20:15Z"
  std::string text;
};

struct Comments {
  std::vector<Comment> all;         // in the order in which they were written
  std::vector<std::string> faults;  // "FILE:3: …", one for each line that is no comment
};

std::filesystem::path comments_path(const std::filesystem::path& attempt_file);

// None where there is no file. Throws std::runtime_error, one line, where it cannot be read.
Comments read_comments(const std::filesystem::path& attempt_file);

// Appends one. Throws std::runtime_error, one line.
void add_comment(const std::filesystem::path& attempt_file, const Comment& comment);

std::string to_json(const Comment& comment);  // a line without line feed

Note note_of(const Comment& comment);
void add_to(Marks& marks, const std::vector<Comment>& comments, std::uint32_t attempt);

}  // namespace ride::replay
