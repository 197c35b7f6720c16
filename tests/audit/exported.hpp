// A whole file, exported, line by line.
#pragma once

#include <string>
#include <vector>

#include "audit/export.hpp"
#include "base/json.hpp"
#include "sql/worker.hpp"

namespace ride::audit {

inline std::vector<std::string> exported(const std::filesystem::path& file,
                                         const ExportOptions& options) {
  std::vector<std::string> lines;
  sql::Analyser analyser;
  Exporter exporter(file, "1.2.3", options, analyser,
                    [&](const std::string& line) { lines.push_back(line); });
  exporter.advance();
  exporter.finish();
  return lines;
}

inline std::vector<boost::json::object> exported_objects(const std::filesystem::path& file,
                                                         Format format) {
  std::vector<boost::json::object> out;
  for (const auto& line : exported(file, {.format = format}))
    out.push_back(boost::json::parse(line).as_object());
  return out;
}

}  // namespace ride::audit
