#include "journal/shared_text.hpp"

#include "journal/fields.hpp"

namespace ride::journal {

bool may_share_text(Kind kind) { return kind == Kind::query || kind == Kind::parse; }

CutBody cut_at(Bytes body, Field field) {
  FieldReader reader(body);
  std::size_t read_bytes = 0;
  while (const auto pair = reader.next()) {
    if (pair->is_bytes && pair->number == static_cast<std::uint64_t>(field))
      return {true, body.substr(0, read_bytes), pair->bytes, reader.rest()};
    read_bytes = body.size() - reader.rest().size();
  }
  return {};
}

void join(const CutBody& cut, Field field, Bytes value, std::string& out) {
  out.assign(cut.before);
  FieldWriter(out).put(field, value);
  out.append(cut.behind);
}

}  // namespace ride::journal
