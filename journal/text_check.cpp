#include "journal/text_check.hpp"

#include "journal/shared_text.hpp"

namespace ride::journal {
namespace {

constexpr std::size_t remembered_max = 10'000;
constexpr const char* not_recorded = "its text is not the one that was recorded";

void remember(std::unordered_set<std::string>& all, Bytes digest) {
  if (all.size() >= remembered_max) all.clear();
  all.emplace(digest);
}

}  // namespace

TextCheck::TextCheck(const Database& database)
    : find_(database.prepare("SELECT text FROM texts WHERE sha256 = ?")),
      in_order_(database.prepare("SELECT sha256, text FROM texts ORDER BY id")),
      has_next_(in_order_.step()) {}

std::string TextCheck::check(Kind kind, Bytes stored_body) {
  if (!may_share_text(kind)) return {};
  const auto cut = cut_at(stored_body, Field::digest);
  if (!cut.found) return {};
  const std::string digest(cut.value);
  if (good_.contains(digest) || told_.contains(digest)) return {};
  auto why = look_up(digest);
  remember(why.empty() ? good_ : told_, digest);
  return why;
}

std::string TextCheck::look_up(Bytes digest) {
  if (has_next_ && in_order_.bytes(0) == digest) {
    const bool fits = is(in_order_.bytes(1), digest);
    has_next_ = in_order_.step();
    return fits ? "" : not_recorded;
  }
  find_.bind_blob(1, digest);
  std::string why;
  if (!find_.step())
    why = "its text is missing";
  else if (!is(find_.bytes(0), digest))
    why = not_recorded;
  find_.reset();
  return why;
}

}  // namespace ride::journal
