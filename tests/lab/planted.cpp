#include "tests/lab/planted.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace ride::lab {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t context_bytes = 60;

std::string numbered(std::string_view word, int number) {
  const auto digits = std::to_string(number);
  return std::string(word) + std::string(digits.size() < 3 ? 3 - digits.size() : 0, '0') + digits;
}

std::string by_digits(std::string_view before_each, bool upper) {
  const std::string_view digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string out;
  for (const char c : planted_core) {
    const auto byte = static_cast<unsigned char>(c);
    out.append(before_each);
    out.push_back(digits[byte >> 4U]);
    out.push_back(digits[byte & 15U]);
  }
  return out;
}

// Of either order of bytes: what stands between the letters is the same.
std::string utf16() {
  std::string out;
  for (const char c : planted_core) out.append({c, '\0'});
  out.pop_back();
  return out;
}

// A role's verifiers, which log in as well as a password does.
void search_verifiers(std::string_view bytes, std::vector<std::string>& found) {
  constexpr std::string_view scram = "SCRAM-SHA-256$4096:";
  constexpr std::size_t digits = 32;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const auto rest = bytes.substr(at, 3 + digits);
    const bool md5 = rest.size() == 3 + digits && rest.starts_with("md5") &&
                     rest.find_first_not_of("0123456789abcdef", 3) == std::string_view::npos;
    if (md5 || bytes.substr(at).starts_with(scram)) found.push_back("a verifier");
  }
}

// The letters of base64 that depend on the core alone, whatever stands before and behind it.
std::string base64(std::size_t bytes_before) {
  const auto padded = std::string(bytes_before, 'x') + std::string(planted_core);
  std::string out(4 * ((padded.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(padded.data()),
                                   static_cast<int>(padded.size()));
  out.resize(static_cast<std::size_t>(size));
  const auto first = (bytes_before * 8 + 5) / 6;
  const auto last = padded.size() * 8 / 6;
  return out.substr(first, last - first);
}

std::string printable(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out.push_back(c >= ' ' && c <= '~' ? c : '.');
  return out;
}

void search(std::string_view bytes, std::string_view what, std::string_view name,
            std::vector<std::string>& found) {
  for (auto at = bytes.find(what); at != std::string_view::npos; at = bytes.find(what, at + 1)) {
    const auto from = at - std::min(at, context_bytes);
    found.push_back(std::string(name) + ": " +
                    printable(bytes.substr(from, at - from + what.size())));
  }
}

}  // namespace

std::string planted(int number) { return numbered("Sx", number) + std::string(planted_core); }

std::string marker(int number) { return numbered("Mark-", number); }

std::string planted_in(int number, std::string_view text) {
  std::string out = "/*" + marker(number) + "*/ ";
  for (const char c : text) out += c == '~' ? planted(number) : std::string{c};
  return out;
}

std::vector<std::string> leaks(std::string_view bytes) {
  std::vector<std::string> found;
  search(bytes, planted_core, "as it is", found);
  for (const bool upper : {false, true}) {
    search(bytes, by_digits("", upper), "hex", found);
    search(bytes, by_digits("%", upper), "percent", found);
  }
  for (const std::size_t before : {0U, 1U, 2U}) search(bytes, base64(before), "base64", found);
  search(bytes, utf16(), "UTF-16", found);
  search_verifiers(bytes, found);
  return found;
}

std::vector<Content> files_below(const fs::path& folder) {
  std::vector<fs::path> paths;
  if (fs::is_regular_file(folder)) paths.push_back(folder);
  if (fs::is_directory(folder))
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file()) paths.push_back(entry.path());
  std::vector<Content> out;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    out.push_back({path, {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()}});
  }
  return out;
}

}  // namespace ride::lab
