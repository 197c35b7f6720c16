#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "sql/condition.hpp"
#include "sql/token.hpp"

namespace ride::sql {
namespace {

using Kind = Condition::Kind;

constexpr std::size_t name_bytes_max = 63;  // of PostgreSQL's type name

struct Value {
  enum class State { unknown, null, known };
  State state = State::unknown;
  std::string text;
  bool integer = false;
};

Value known(std::string text, bool integer = false) {
  return {Value::State::known, std::move(text), integer};
}

Value from(const std::optional<std::string>& text) { return text ? known(*text) : Value{}; }

Truth truth(bool yes) { return yes ? Truth::yes : Truth::no; }

Truth negated(Truth value) {
  if (value == Truth::yes) return Truth::no;
  if (value == Truth::no) return Truth::yes;
  return value;
}

std::optional<std::int64_t> integer(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::optional<bool> ordered(int order, std::string_view op) {
  if (op == "=") return order == 0;
  if (op == "<>") return order != 0;
  if (op == "<") return order < 0;
  if (op == ">") return order > 0;
  if (op == "<=") return order <= 0;
  if (op == ">=") return order >= 0;
  return std::nullopt;
}

// Text is compared for equality alone: its order is the database's collation's.
Truth compare(const Value& left, const Value& right, std::string_view op) {
  if (left.state == Value::State::null || right.state == Value::State::null) return Truth::null;
  if (left.state != Value::State::known || right.state != Value::State::known)
    return Truth::cannot_tell;
  int order = left.text == right.text ? 0 : 1;
  if (left.integer || right.integer) {
    const auto a = integer(left.text);
    const auto b = integer(right.text);
    if (!a || !b) return Truth::cannot_tell;
    order = *a < *b ? -1 : static_cast<int>(*a > *b);
  } else if (order != 0 && op != "=" && op != "<>") {
    return Truth::cannot_tell;
  }
  const auto result = ordered(order, op);
  return result ? truth(*result) : Truth::cannot_tell;
}

Truth match(const Value& left, const Value& right, std::string_view op) {
  if (left.state == Value::State::null || right.state == Value::State::null) return Truth::null;
  if (left.state != Value::State::known || right.state != Value::State::known)
    return Truth::cannot_tell;
  const bool ignore_case = op.ends_with('*');
  if (ignore_case && !(is_ascii(left.text) && is_ascii(right.text))) return Truth::cannot_tell;
  std::optional<bool> result;
  if (op.starts_with("~~"))
    result = ignore_case ? like(lower(left.text), lower(right.text)) : like(left.text, right.text);
  else
    result = regex_matches(left.text, right.text, ignore_case);
  return result ? truth(*result) : Truth::cannot_tell;
}

class Evaluator {
 public:
  Evaluator(const Session& session, const Context& context)
      : session_(session), context_(context) {}

  Truth truth_of(const Condition& condition) const {
    switch (condition.kind) {
      case Kind::all_of:
        return combined(condition, Truth::no, Truth::yes);
      case Kind::any_of:
        return combined(condition, Truth::yes, Truth::no);
      case Kind::negation:
        return negated(truth_of(condition.children.front()));
      case Kind::compare:
        return compare(value_of(condition.children[0]), value_of(condition.children[1]),
                       condition.text);
      case Kind::match:
        return match(value_of(condition.children[0]), value_of(condition.children[1]),
                     condition.text);
      case Kind::is_null:
        return is_null(condition.children.front());
      case Kind::is_true:
      case Kind::is_false: {
        const Truth inner = truth_of(condition.children.front());
        if (inner == Truth::cannot_tell) return inner;
        return truth(inner == (condition.kind == Kind::is_true ? Truth::yes : Truth::no));
      }
      case Kind::distinct:
        return distinct(value_of(condition.children[0]), value_of(condition.children[1]));
      case Kind::any_element:
      case Kind::all_elements:
        return over_elements(condition);
      case Kind::constant:
        if (condition.is_null) return Truth::null;
        if (condition.text == "true" || condition.text == "false")
          return truth(condition.text == "true");
        return Truth::cannot_tell;
      case Kind::parameter:
      case Kind::column:
      case Kind::own_pid:
      case Kind::current_user:
      case Kind::session_user:
      case Kind::current_database:
      case Kind::as_integer:
      case Kind::as_text:
      case Kind::lower_case:
      case Kind::upper_case:
      case Kind::first_not_null:
      case Kind::not_understood:
        break;
    }
    return Truth::cannot_tell;
  }

 private:
  // AND and OR: `decisive` decides whatever the others are, `neutral` changes nothing.
  Truth combined(const Condition& condition, Truth decisive, Truth neutral) const {
    Truth result = neutral;
    for (const Condition& child : condition.children) {
      const Truth part = truth_of(child);
      if (part == decisive) return decisive;
      if (part == Truth::cannot_tell || (part == Truth::null && result == neutral)) result = part;
    }
    return result;
  }

  Truth is_null(const Condition& child) const {
    const Value value = value_of(child);
    if (value.state == Value::State::unknown) return Truth::cannot_tell;
    return truth(value.state == Value::State::null);
  }

  static Truth distinct(const Value& left, const Value& right) {
    if (left.state == Value::State::unknown || right.state == Value::State::unknown)
      return Truth::cannot_tell;
    if (left.state == Value::State::null || right.state == Value::State::null)
      return truth(left.state != right.state);
    return compare(left, right, "<>");
  }

  Truth over_elements(const Condition& condition) const {
    const bool any = condition.kind == Kind::any_element;
    const Value left = value_of(condition.children[0]);
    const Value array = value_of(condition.children[1]);
    if (array.state == Value::State::null) return Truth::null;
    const auto elements = array_elements(array.text);
    if (array.state != Value::State::known || !elements) return Truth::cannot_tell;
    Truth result = truth(!any);
    for (const std::string& element : *elements) {
      const bool compares = ordered(0, condition.text).has_value();
      const Truth part = compares ? compare(left, known(element), condition.text)
                                  : match(left, known(element), condition.text);
      if (part == truth(any)) return part;
      if (part == Truth::cannot_tell || (part == Truth::null && result == truth(!any)))
        result = part;
    }
    return result;
  }

  Value value_of(const Condition& condition) const {
    switch (condition.kind) {
      case Kind::constant:
        if (condition.is_null) return {Value::State::null, {}, false};
        return known(condition.text, condition.integer);
      case Kind::parameter:
        return parameter(condition.number);
      case Kind::column:
        return column(condition.text);
      case Kind::own_pid:
        return context_.own_pid ? known(std::to_string(*context_.own_pid), true) : Value{};
      case Kind::current_user:
        return from(context_.current_user);
      case Kind::session_user:
        return from(context_.session_user);
      case Kind::current_database:
        return from(context_.current_database);
      case Kind::as_integer:
        return cast(condition.children.front(), true);
      case Kind::as_text:
        return cast(condition.children.front(), false);
      case Kind::lower_case:
      case Kind::upper_case:
        return folded(condition);
      case Kind::first_not_null:
        for (const Condition& child : condition.children)
          if (Value value = value_of(child); value.state != Value::State::null) return value;
        return {Value::State::null, {}, false};
      case Kind::all_of:
      case Kind::any_of:
      case Kind::negation:
      case Kind::compare:
      case Kind::match:
      case Kind::is_null:
      case Kind::is_true:
      case Kind::is_false:
      case Kind::distinct:
      case Kind::any_element:
      case Kind::all_elements:
      case Kind::not_understood:
        break;
    }
    return {};
  }

  Value parameter(std::uint32_t number) const {
    if (number == 0 || number > context_.parameters.size()) return {};
    const auto& text = context_.parameters[number - 1];
    return text ? known(*text) : Value{Value::State::null, {}, false};
  }

  Value column(const std::string& name) const {
    if (name == "pid") return known(std::to_string(session_.pid), true);
    const auto at = session_.columns.find(name);
    if (at == session_.columns.end()) return {};
    if (!at->second) return {Value::State::null, {}, false};
    const bool number = name == "usesysid" || name == "datid" || name == "leader_pid";
    const bool plain = name == "application_name" || name == "usename" || name == "datname" ||
                       name == "state" || name == "wait_event_type" || name == "wait_event" ||
                       name == "query" || name == "backend_type" || name == "client_hostname";
    return number || plain ? known(*at->second, number) : Value{};  // times, addresses …
  }

  Value cast(const Condition& child, bool to_integer) const {
    Value value = value_of(child);
    if (!to_integer && value.text.size() > name_bytes_max) return {};
    if (to_integer && value.state == Value::State::known && !integer(value.text)) return {};
    value.integer = to_integer;
    return value;
  }

  Value folded(const Condition& condition) const {
    Value value = value_of(condition.children.front());
    if (!is_ascii(value.text)) return {};
    value.text = lower(value.text);
    if (condition.kind == Kind::upper_case)
      for (char& c : value.text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return value;
  }

  const Session& session_;
  const Context& context_;
};

}  // namespace

Truth evaluate(const Condition& condition, const Session& session, const Context& context) {
  return Evaluator(session, context).truth_of(condition);
}

}  // namespace ride::sql
