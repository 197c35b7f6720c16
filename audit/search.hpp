// Finds statements by words of their text, parameters, results and errors, and by what is known of
// them. One thread; throws one line, as audit/index.hpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace ride::audit {

struct SearchOptions {
  // Words that must all be there, in any order and any field; "quoted words" stand together, and a
  // word that ends in * is the beginning of one. Empty: the filters alone.
  std::string query = {};
  // Empty: any.
  std::string learner = {}, scenario = {}, database = {}, outcome = {}, sqlstate = {},
              relation = {}, function = {}, role = {}, application = {};
  std::optional<std::uint32_t> attempt = {};
  std::optional<std::int64_t> since_us = {}, until_us = {};
};

struct Hit {
  std::filesystem::path file;
  std::uint32_t attempt = 0;
  std::int64_t n = 0, connection = 0, at_us = 0;
  std::string outcome, sqlstate, database, role, application;
  std::string field;  // text | parameters | result | error: where the words are
  // A piece of it; each match stands between \x01 and \x02.
  std::string context;
};

// False where `query` has not one letter or digit in it and is not empty.
bool is_searchable(const std::string& query);

// Calls `found` for each hit in the order of the record; the number of hits. `folder` keeps the
// indexes; `building` is told before one is made.
std::size_t search(const std::filesystem::path& file, const SearchOptions& options,
                   const std::filesystem::path& folder,
                   const std::function<void(const std::filesystem::path&)>& building,
                   const std::function<void(const Hit&)>& found);

// Lines for people: harmless, the match marked by colour, or by »…« without.
std::string hit_text(const Hit& hit, bool color);
std::string hit_json(const Hit& hit);  // one line, with its line feed

}  // namespace ride::audit
