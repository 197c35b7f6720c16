#include "journal/checkpoint.hpp"

#include "journal/base64.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride::journal;

namespace {

// Of the package documentation of Go's golang.org/x/mod/sumdb/note.
constexpr const char* known_key =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr const char* known_text =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
constexpr const char* known_signature =
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";

Checkpoint some_checkpoint() { return {"ride/8c1f0d3a5b6e7f80", {1234, sha256("x")}, "closed"}; }

constexpr const char* head = "LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=";  // SHA-256 of "x"

}  // namespace

TEST_CASE("a checkpoint is a note of the C2SP layout", "[journal][checkpoint]") {
  const auto key = SigningKey::generate();
  const auto note = sign(some_checkpoint(), key);
  const auto text = "ride/8c1f0d3a5b6e7f80\n1234\n" + std::string(head) + "\nclosed\n";
  CHECK(note.starts_with(text + "\n\xe2\x80\x94 ride "));
  CHECK(note.ends_with("\n"));
  const auto read = parse_note(note);
  REQUIRE(read);
  CHECK(read->text == text);
  CHECK(read->checkpoint.origin == "ride/8c1f0d3a5b6e7f80");
  CHECK(read->checkpoint.state == some_checkpoint().state);
  CHECK(read->checkpoint.mark == "closed");
  CHECK(read->is_signed_by(key.public_key()));
  CHECK_FALSE(read->is_signed_by(SigningKey::generate().public_key()));
}

TEST_CASE("signatures are those of other programs that sign notes", "[journal][checkpoint]") {
  const auto key = PublicKey::parse(known_key);
  auto note = parse_note(sign(some_checkpoint(), SigningKey::generate()));
  REQUIRE(note);
  const auto bytes = from_base64(known_signature);
  REQUIRE(bytes);
  note->text = known_text;
  note->signatures.push_back({"PeterNeumann", *bytes});
  CHECK(note->is_signed_by(*key));
  note->text += " ";
  CHECK_FALSE(note->is_signed_by(*key));
}

TEST_CASE("a changed byte of a checkpoint makes it unreadable or unsigned",
          "[journal][checkpoint]") {
  const auto key = SigningKey::generate();
  const auto note = sign(some_checkpoint(), key);
  for (std::size_t i = 0; i < note.size(); ++i) {
    auto changed = note;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto read = parse_note(changed);
    INFO(i);
    CHECK((!read || !read->is_signed_by(key.public_key())));
  }
}

TEST_CASE("what is no checkpoint is refused", "[journal][checkpoint]") {
  const auto note = sign(some_checkpoint(), SigningKey::generate());
  CHECK_FALSE(parse_note("").has_value());
  CHECK_FALSE(parse_note("\n\n").has_value());
  CHECK_FALSE(parse_note(note.substr(0, note.size() - 1)).has_value());
  CHECK_FALSE(parse_note(note.substr(note.find("1234"))).has_value());
  auto zero = note;
  zero.replace(zero.find("1234"), 4, "0123");
  CHECK_FALSE(parse_note(zero).has_value());
}

TEST_CASE("a receipt is one short line that gives the checkpoint back", "[journal][checkpoint]") {
  const auto line = receipt(some_checkpoint());
  CHECK(line == "ride-receipt:1 ride/8c1f0d3a5b6e7f80 1234 " + std::string(head));
  const auto read = parse_receipt("  " + line + "\r\n");
  REQUIRE(read);
  CHECK(read->origin == some_checkpoint().origin);
  CHECK(read->state == some_checkpoint().state);
  for (const std::string& bad :
       {std::string(), std::string("ride-receipt:1"), line.substr(1),
        line.substr(0, line.size() - 1), line + " more", "ride-receipt:2" + line.substr(14)})
    CHECK_FALSE(parse_receipt(bad).has_value());
}
