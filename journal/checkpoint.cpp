#include "journal/checkpoint.hpp"

#include <algorithm>
#include <charconv>

#include "journal/base64.hpp"

namespace ride::journal {
namespace {

constexpr std::string_view dash = "\xe2\x80\x94 ";  // "— "
constexpr std::string_view receipt_word = "ride-receipt:1";

// The text up to `end` of what is left, and `end` itself, taken away; nullopt where it has none.
std::optional<std::string_view> take(std::string_view& rest, char end) {
  const auto at = rest.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const auto out = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  return out;
}

std::optional<Seq> number(std::string_view digits) {
  Seq out = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  const bool plain = digits == "0" || (!digits.empty() && digits.front() != '0');
  if (error != std::errc() || end != digits.data() + digits.size() || !plain) return std::nullopt;
  return out;
}

std::optional<Digest> digest(std::string_view base64) {
  const auto bytes = from_base64(base64);
  Digest out{};
  if (!bytes || bytes->size() != out.size()) return std::nullopt;
  std::ranges::transform(*bytes, out.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return out;
}

std::string text_of(const Checkpoint& checkpoint) {
  std::string text = checkpoint.origin + "\n" + std::to_string(checkpoint.state.size) + "\n" +
                     to_base64(as_bytes(checkpoint.state.head)) + "\n";
  if (!checkpoint.mark.empty()) text += checkpoint.mark + "\n";
  return text;
}

std::optional<Checkpoint> parse_text(std::string_view text) {
  const auto origin = take(text, '\n');
  const auto size = take(text, '\n');
  const auto head = take(text, '\n');
  if (!origin || origin->empty() || !head) return std::nullopt;
  const auto size_number = number(*size);
  const auto head_digest = digest(*head);
  if (!size_number || !head_digest) return std::nullopt;
  Checkpoint out{std::string(*origin), {*size_number, *head_digest}, {}};
  if (const auto mark = take(text, '\n')) out.mark = *mark;  // more lines are of a newer ride
  return out;
}

std::optional<std::vector<Signature>> parse_signatures(std::string_view lines) {
  std::vector<Signature> out;
  while (!lines.empty()) {
    auto line = take(lines, '\n');
    if (!line || !line->starts_with(dash)) return std::nullopt;
    line->remove_prefix(dash.size());
    const auto name = take(*line, ' ');
    const auto bytes = from_base64(*line);
    if (!name || name->empty() || !bytes || bytes->size() <= KeyId().size()) return std::nullopt;
    out.push_back({std::string(*name), *bytes});
  }
  if (out.empty()) return std::nullopt;
  return out;
}

}  // namespace

std::string origin_of(std::string_view file_id) { return "ride/" + std::string(file_id); }

std::string sign(const Checkpoint& checkpoint, const SigningKey& key) {
  const auto text = text_of(checkpoint);
  const auto& id = key.public_key().id();
  return text + "\n" + std::string(dash) + key.public_key().name() + " " +
         to_base64(std::string(id.data(), id.size()) + key.sign(text)) + "\n";
}

bool Note::is_signed_by(const PublicKey& key) const {
  const std::string_view id(key.id().data(), key.id().size());
  return std::ranges::any_of(signatures, [&](const Signature& one) {
    const std::string_view bytes = one.id_and_signature;
    return one.name == key.name() && bytes.starts_with(id) &&
           key.verifies(text, bytes.substr(id.size()));
  });
}

std::optional<Note> parse_note(std::string_view note) {
  const auto end = note.rfind("\n\n");
  if (end == std::string_view::npos) return std::nullopt;
  const auto text = note.substr(0, end + 1);
  auto checkpoint = parse_text(text);
  auto signatures = parse_signatures(note.substr(end + 2));
  if (!checkpoint || !signatures) return std::nullopt;
  return Note{std::move(*checkpoint), std::string(text), std::move(*signatures)};
}

std::string receipt(const Checkpoint& checkpoint) {
  return std::string(receipt_word) + " " + checkpoint.origin + " " +
         std::to_string(checkpoint.state.size) + " " + to_base64(as_bytes(checkpoint.state.head));
}

std::optional<Checkpoint> parse_receipt(std::string_view line) {
  constexpr std::string_view spaces = " \t\r\n";
  const auto first = line.find_first_not_of(spaces);
  if (first == std::string_view::npos) return std::nullopt;
  line = line.substr(first, line.find_last_not_of(spaces) + 1 - first);
  const auto word = take(line, ' ');
  const auto origin = take(line, ' ');
  const auto size = take(line, ' ');
  if (word != receipt_word || !origin || origin->empty() || !size) return std::nullopt;
  const auto size_number = number(*size);
  const auto head = digest(line);
  if (!size_number || !head) return std::nullopt;
  return Checkpoint{std::string(*origin), {*size_number, *head}, {}};
}

}  // namespace ride::journal
