// A secret in each kind of statement that can carry one, quoted, spaced and surrounded as the input
// says, whole and cut off anywhere: none of it is left. And no text at all upsets the redaction.
#include "proxy/redaction.hpp"

#include <array>
#include <string>

#include "fuzz/input.hpp"
#include "protocol/backend.hpp"
#include "sql/redact.hpp"

namespace ride::fuzz {
namespace {

constexpr Bytes secret = "Zq7Xv9Kp";
constexpr std::size_t leak_bytes = 5;  // a part of the secret that is as long as this is a leak

template <std::size_t size>
Bytes pick(const std::array<Bytes, size>& choices, std::uint8_t choice) {
  return choices[choice % size];
}

// '~' is white space or a comment, '@' a literal with the secret in it.
constexpr auto statements = std::to_array<Bytes>({
    "ALTER~ROLE~a~PASSWORD~@",
    "create~user~a~with~encrypted~password~@~login",
    "ALTER~USER~MAPPING~FOR~a~SERVER~s~OPTIONS~(SET~password~@)",
    "CREATE~USER~MAPPING~FOR~a~SERVER~s~OPTIONS~(user~'u',~password~@)",
    "SELECT~set_config('app.password',~@,~false)",
    "CREATE~SERVER~s~FOREIGN~DATA~WRAPPER~f~OPTIONS~(password~@)",
});
constexpr auto fillers = std::to_array<Bytes>({" ", "\n", "\t ", "/* c */", " --x\n", "/*'*/"});
constexpr auto around = std::to_array<Bytes>({"", "SELECT 1;", "select 'it''s';", "-- ' \n", ";"});

std::string literal(std::uint8_t choice) {
  const std::string inside = (choice & 8U) != 0 ? "x " + std::string(secret) : std::string(secret);
  switch (choice % 5) {
    case 0:
      return "'" + inside + "'";
    case 1:
      return "E'\\'" + inside + "\\n'";
    case 2:
      return "$$" + inside + "$$";
    case 3:
      return "$t$'" + inside + "$t$";
    default:
      return "'it''s " + inside + "'";
  }
}

std::string statement(Input& input) {
  std::string out;
  for (const char c : pick(statements, input.u8())) {
    if (c == '~')
      out += pick(fillers, input.u8());
    else if (c == '@')
      out += literal(input.u8());
    else
      out += c;
  }
  return out;
}

void must_not_leak(Bytes text, const char* what) {
  for (std::size_t at = 0; at + leak_bytes <= secret.size(); ++at)
    must(text.find(secret.substr(at, leak_bytes)) == Bytes::npos, what);
}

void check_planted(Input& input) {
  std::string text(pick(around, input.u8()));
  const auto nested = input.u8() % 3 == 0;
  if (nested) text += "DO $body$ BEGIN ";
  text += statement(input);
  if (nested) text += "; END $body$";
  text += ";";
  text += pick(around, input.u8());
  const std::size_t cut = input.u8();
  if (cut % 2 != 0) text.resize(std::min(text.size(), cut));
  const auto redacted = sql::redact(text);
  must_not_leak(redacted ? redacted->text : text, "no secret is left of a statement");
  const auto message = sql::redact_message(text);
  must_not_leak(message ? message->text : text, "no secret is left of a message");
}

void check_any(Bytes text) {
  const auto redacted = sql::redact(text);
  must(!redacted || !redacted->summary().empty(), "what is changed is counted");
  must(!redacted || sql::mentions_secret(text), "the first test passes no secret by");
  sql::carries_secret(text);
  sql::redact_message(text);
  proxy::redact_error(text, false);
  proxy::redact_error(text, true);
  proxy::redact_row(text, proxy::secret_columns(text));
  sql::redact_log_line(text);
  sql::redact_copy(text);
  sql::find_secrets(text, {sql::TextKind::statement, true});
  proxy::redact_parameters(text);
}

}  // namespace
}  // namespace ride::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ride::fuzz;
  Input input(data, size);
  if (input.u8() % 2 == 0)
    check_planted(input);
  else
    check_any(input.rest());
  return 0;
}
