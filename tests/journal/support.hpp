// What the journal tests share: a folder of their own, errors as text, events with a number in
// them.
#pragma once

#include <stdlib.h>

#include <cerrno>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "journal/event.hpp"
#include "journal/fields.hpp"

namespace ride::journal {

// A private folder for one test, gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "ride-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw std::system_error(errno, std::system_category(), "mkdtemp");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The message of what `work` throws; "" if it throws nothing.
template <typename Work>
std::string error_of(Work&& work) {
  try {
    work();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline std::string load(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void save(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

inline std::string text_body(const std::string& text) {
  std::string body;
  FieldWriter(body).put(Field::text, text);
  return body;
}

inline std::string number_body(std::uint64_t number) {
  std::string body;
  FieldWriter(body).put(Field::number, number);
  return body;
}

}  // namespace ride::journal
