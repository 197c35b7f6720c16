#include "cli/file_order.hpp"

#include <map>

#include "journal/fields.hpp"

namespace ride::cli {
namespace {

using journal::Field;
using journal::Kind;

std::string name_in(const journal::Event& event) {
  return std::string(journal::Fields(event.body).get_bytes(Field::name));
}

}  // namespace

FilePlace place_of(const std::filesystem::path& file, journal::Reader& reader) {
  FilePlace out{file, {}, {}, {}};
  for (const auto& event : reader.all({.attempt = {},
                           .kinds = {Kind::run_began, Kind::continues, Kind::continued},
                           .after = 0})) {
    if (event.kind == Kind::run_began) out.name = name_in(event) + ".ride";
    if (event.kind == Kind::continues) out.before = name_in(event);
    if (event.kind == Kind::continued) out.behind.push_back(name_in(event));
  }
  return out;
}

FileOrder order_of(const std::vector<FilePlace>& places) {
  std::map<std::string, const FilePlace*> here;
  for (const auto& place : places)
    if (!place.name.empty()) here.emplace(place.name, &place);
  FileOrder out;
  std::map<std::string, std::string> named;  // file that must be here → who says so
  for (const auto& place : places) {
    for (const auto& name : place.behind) {
      named.emplace(name, place.name);
      const auto found = here.find(name);
      if (found == here.end()) {
        out.missing.push_back(name + " is missing: " + place.name + " goes on in it");
      } else if (found->second->before != place.name) {
        out.missing.push_back(name + " does not go on from " + place.name +
                              ", which says that it does");
      }
    }
  }
  for (const auto& place : places) {
    if (place.before.empty()) continue;
    const auto found = here.find(place.before);
    if (found == here.end()) {
      if (named.contains(place.before))
        out.missing.push_back(place.before + " is missing: " + place.name + " goes on from it");
      else
        out.begins.push_back(place.name + " goes on from " + place.before +
                             ", which is not here: pruned, kept elsewhere, or taken out");
    }
  }
  return out;
}

}  // namespace ride::cli
