// What the C++ drivers' programs print, as transcript.hpp reads it.
#pragma once

#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>

namespace ride::drivers {

inline void show(std::string_view label, std::string_view value) {
  std::cout << label << ": " << value << std::endl;
}
inline void show(std::string_view label, std::uint64_t value) {
  show(label, std::to_string(value));
}

inline void ran(int pid, std::string_view outcome, std::string_view text) {
  constexpr std::size_t text_bytes_max = 200;
  std::string line;
  for (const char byte : text.substr(0, text_bytes_max))
    line += byte == '\n' ? std::string("\\n") : std::string(1, byte);
  if (text.size() > text_bytes_max) line += "…";
  std::cout << "ran pid=" << pid << " " << outcome << " " << line << std::endl;
}

// FNV-1a: enough to tell that what came back is what was sent.
inline std::string digest(std::string_view value) {
  std::uint64_t sum = 14695981039346656037U;
  for (const char byte : value) sum = (sum ^ static_cast<unsigned char>(byte)) * 1099511628211U;
  return std::to_string(value.size()) + " bytes, " + std::to_string(sum);
}

}  // namespace ride::drivers
