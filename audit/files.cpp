#include "audit/files.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <system_error>

#include "base/json.hpp"
#include "journal/fields.hpp"
#include "journal/reader.hpp"

namespace ride::audit {

namespace fs = std::filesystem;

std::vector<fs::path> attempt_files(const std::vector<std::string>& paths) {
  std::vector<fs::path> out;
  std::set<fs::path> seen;
  const auto add = [&](const fs::path& file) {
    if (seen.insert(fs::absolute(file).lexically_normal()).second) out.push_back(file);
  };
  for (const auto& path : paths) {
    std::error_code error;
    if (!fs::exists(path, error)) throw std::runtime_error("there is no file or folder " + path);
    if (!fs::is_directory(path)) {
      add(path);
      continue;
    }
    std::vector<fs::path> inside;
    for (const auto& entry : fs::directory_iterator(path))
      if (entry.path().extension() == ".ride" && !entry.is_directory())
        inside.push_back(entry.path());
    std::sort(inside.begin(), inside.end());
    for (const auto& file : inside) add(file);
  }
  return out;
}

std::uintmax_t bytes_on_disk(const fs::path& file) {
  std::uintmax_t bytes = 0;
  for (const auto* const suffix : {"", "-wal"}) {
    std::error_code error;
    const auto size = fs::file_size(file.string() + suffix, error);
    if (!error) bytes += size;
  }
  return bytes;
}

Origin origin_of(journal::Reader& reader) {
  Origin out;
  journal::Event began;
  auto cursor = reader.events({.attempt = {}, .kinds = {journal::Kind::run_began}, .after = 0});
  if (!cursor.next(began)) return out;
  const journal::Fields fields(began.body);
  out.run = fields.get_bytes(journal::Field::name);
  out.learner = fields.get_bytes(journal::Field::learner);
  const auto snapshot = fields.get_bytes(journal::Field::text);
  boost::system::error_code error;
  const auto scenario =
      boost::json::parse(boost::json::string_view(snapshot.data(), snapshot.size()), error);
  if (error || !scenario.is_object()) return out;
  const auto* const id = scenario.get_object().if_contains("id");
  if (id != nullptr && id->is_string()) out.scenario = id->get_string();
  return out;
}

}  // namespace ride::audit
