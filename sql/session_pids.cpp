#include "sql/session_pids.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <exception>
#include <system_error>
#include <utility>

#include "sql/split.hpp"
#include "sql/token.hpp"
#include "sql/tree.hpp"

namespace ride::sql {
namespace {

constexpr std::array<std::string_view, 3> functions{"pg_terminate_backend", "pg_cancel_backend",
                                                    "pg_blocking_pids"};
constexpr std::size_t nested_text_max = 4;  // literals inside literals of a DO block

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

bool takes_pid(std::string_view function) {
  return std::find(functions.begin(), functions.end(), function) != functions.end();
}

bool compares(std::string_view op) {
  constexpr std::array<std::string_view, 6> operators{"=", "<>", "<", ">", "<=", ">="};
  return std::find(operators.begin(), operators.end(), op) != operators.end();
}

std::optional<PidPlace> number_at(std::string_view text, std::size_t offset) {
  PidPlace place;
  place.offset = offset;
  const char* const begin = text.data() + offset;
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), place.pid);
  if (error != std::errc() || end == begin) return std::nullopt;
  place.length = static_cast<std::size_t>(end - begin);
  return place;
}

// A number, or a literal of nothing but numbers: '4711', '{4711,4712}'.
void add_numbers(std::string_view text, const Token& token, std::vector<PidPlace>& out) {
  constexpr std::string_view between = "'{}, ";
  const auto whole = token.text;
  const bool only = std::all_of(whole.begin(), whole.end(), [&](char c) {
    return is_digit(c) || between.find(c) != std::string_view::npos;
  });
  if (!only) return;
  for (std::size_t at = token.start; at < token.end;) {
    const auto place = is_digit(text[at]) ? number_at(text, at) : std::nullopt;
    if (place) out.push_back(*place);
    at += place ? place->length : 1;
  }
}

bool is_pid_column(const Json& value) {
  const Node node = node_of(value);
  if (node.is("TypeCast"))
    if (const Json* inner = find(*node.fields, "arg")) return is_pid_column(*inner);
  if (!node.is("ColumnRef")) return false;
  const auto& names = list_at(*node.fields, "fields");
  return !names.empty() && string_of(names.back()) == "pid";
}

class Finder {
 public:
  explicit Finder(std::string_view text) : text_(text) {
    if (auto tokens = scan_words(text)) tokens_ = std::move(*tokens);
  }

  SessionPids find_all(const Json& tree) {
    visit(tree);
    std::sort(out_.places.begin(), out_.places.end(), [](const auto& a, const auto& b) {
      return std::pair(a.parameter, a.offset) < std::pair(b.parameter, b.offset);
    });
    out_.places.erase(std::unique(out_.places.begin(), out_.places.end()), out_.places.end());
    return std::move(out_);
  }

 private:
  void visit(const Json& value) {
    if (const auto* items = value.if_array()) {
      for (const Json& item : *items) visit(item);
    } else if (const Node node = node_of(value)) {
      visit_node(node);
    } else if (const Fields* fields = value.if_object()) {
      visit_fields(*fields);
    }
  }

  void visit_fields(const Fields& fields) {
    for (const auto& [key, child] : fields) visit(child);
  }

  void visit_node(const Node& node) {
    if (node.is("FuncCall")) visit_call(*node.fields);
    if (node.is("A_Expr")) visit_comparison(*node.fields);
    if (node.is("PrepareStmt")) return visit_prepare(*node.fields);
    if (node.is("ExecuteStmt")) visit_execute(*node.fields);
    if (node.is("DoStmt")) visit_do();
    visit_fields(*node.fields);
  }

  void visit_call(const Fields& call) {
    const Json* name = find(call, "funcname");
    const auto& arguments = list_at(call, "args");
    if (name != nullptr && !arguments.empty() && takes_pid(any_name(*name).name))
      add(arguments.front(), out_.places);
  }

  void visit_comparison(const Fields& expression) {
    const Json* left = find(expression, "lexpr");
    const Json* right = find(expression, "rexpr");
    const auto& name = list_at(expression, "name");
    if (left == nullptr || right == nullptr || name.empty() || !compares(string_of(name.back())))
      return;
    if (is_pid_column(*left)) add(*right, out_.places);
    if (is_pid_column(*right)) add(*left, out_.places);
  }

  // Its parameters are not those of the protocol.
  void visit_prepare(const Fields& prepare) {
    auto outer = std::move(out_.places);
    out_.places.clear();
    visit_fields(prepare);
    SessionPids::Prepared prepared{text_at(prepare, "name"), {}};
    for (const auto& place : out_.places) {
      if (place.parameter > 0)
        prepared.parameters.push_back(place.parameter);
      else
        outer.push_back(place);
    }
    out_.places = std::move(outer);
    if (!prepared.parameters.empty()) out_.prepared.push_back(std::move(prepared));
  }

  void visit_execute(const Fields& execute) {
    SessionPids::Executed executed{text_at(execute, "name"), {}};
    for (const Json& argument : list_at(execute, "params")) {
      std::vector<PidPlace> found;
      add(argument, found);
      executed.arguments.push_back(found.size() == 1 ? std::optional(found.front()) : std::nullopt);
    }
    out_.executed.push_back(std::move(executed));
  }

  // All strings of a text that has a DO block: which of them is its body does not matter, for a
  // call of these functions is told by its own words.
  void visit_do() {
    for (const auto& token : tokens_)
      if (token.kind == TokenKind::string) find_calls(token, 0);
  }

  void find_calls(const Token& string, std::size_t depth) {
    const auto quoted = string.text;
    const auto open = quoted.find_first_of("'$");
    if (open == std::string_view::npos) return;
    const auto begin = quoted[open] == '$' ? quoted.find('$', open + 1) : open;
    if (begin == std::string_view::npos) return;
    const auto tail = quoted[open] == '$' ? begin - open + 1 : 1;
    if (quoted.size() < begin + 1 + tail) return;
    const auto body = quoted.substr(begin + 1, quoted.size() - begin - 1 - tail);
    const auto words = scan_words(body);
    if (!words) return;
    const auto base = string.start + begin + 1;
    for (std::size_t i = 0; i < words->size(); ++i) {
      const auto& word = (*words)[i];
      const auto moved = [&](std::size_t at) {
        Token token = (*words)[at];
        token.start += base;
        token.end += base;
        return token;
      };
      if (word.kind == TokenKind::string && depth < nested_text_max)
        find_calls(moved(i), depth + 1);
      if (i + 2 < words->size() && takes_pid(lower(word.text)) && (*words)[i + 1].text == "(")
        add_numbers(text_, moved(i + 2), out_.places);
    }
  }

  void add(const Json& value, std::vector<PidPlace>& out) const {
    const Node node = node_of(value);
    if (node.is("TypeCast") || node.is("NamedArgExpr")) {
      if (const Json* inner = find(*node.fields, "arg")) add(*inner, out);
    } else if (node.is("ParamRef")) {
      PidPlace place;
      place.parameter = static_cast<std::uint32_t>(sql::number_at(*node.fields, "number"));
      out.push_back(place);
    } else if (node.is("A_ArrayExpr") || node.is("List")) {
      for (const Json& item : list_at(*node.fields, node.is("List") ? "items" : "elements"))
        add(item, out);
    } else if (node.is("A_Const")) {
      const auto location = static_cast<std::size_t>(sql::number_at(*node.fields, "location"));
      const auto token = std::find_if(tokens_.begin(), tokens_.end(),
                                      [&](const Token& one) { return one.start == location; });
      if (token != tokens_.end()) add_numbers(text_, *token, out);
    }
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  SessionPids out_;
};

// Whether the text can name a pid at all: one pass over its bytes, which spares most texts the
// parser. EXECUTE is among the words: it names one where its PREPARE did.
bool may_name_pid(std::string_view text) {
  for (const std::string_view word : {"pid", "_backend", "execute"})
    if (find_ignoring_case(text, word) != std::string_view::npos) return true;
  return false;
}

SessionPids parse(std::string_view text) {
  const Tree tree = parse_tree(text);
  if (!tree.error.empty()) return {};
  return Finder(text).find_all(tree.root);
}

// std::thread has no way to say how large the stack is to be.
class Parsing {
 public:
  explicit Parsing(std::string_view text) : text_(text) {
    constexpr std::size_t stack_bytes = 64U << 20U;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    int error = pthread_attr_setstacksize(&attributes, stack_bytes);
    if (error == 0) error = pthread_create(&thread_, &attributes, &Parsing::enter, this);
    pthread_attr_destroy(&attributes);
    if (error != 0)
      throw std::system_error(error, std::generic_category(), "sql: start the parser's thread");
  }

  SessionPids wait() {
    pthread_join(thread_, nullptr);
    if (failure_) std::rethrow_exception(failure_);
    return std::move(found_);
  }

 private:
  static void* enter(void* self) {
    auto& parsing = *static_cast<Parsing*>(self);
    try {
      parsing.found_ = parse(parsing.text_);
    } catch (...) {
      parsing.failure_ = std::current_exception();
    }
    return nullptr;
  }

  std::string_view text_;
  SessionPids found_;
  std::exception_ptr failure_;
  pthread_t thread_{};
};

}  // namespace

SessionPids session_pids(std::string_view text) {
  if (!may_name_pid(text) || text.size() > parse_bytes_max) return {};
  return Parsing(text).wait();
}

}  // namespace ride::sql
