// The canonical JSON of rules. Each struct names its fields once, in fields(); Writer and Reader
// walk the same list, so that what is written can be read and nothing is forgotten on one side.
#include <cassert>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <type_traits>

#include "base/json.hpp"
#include "journal/event_json.hpp"
#include "journal/sha256.hpp"
#include "scorer/rules.hpp"

namespace ride::scorer {
namespace {

namespace json = boost::json;

void fields(auto& io, auto& weights) requires
    std::is_same_v<std::remove_cvref_t<decltype(weights)>, Weights> {
  io("detect", weights.detect);
  io("fix", weights.fix);
  io("trap", weights.trap);
}

void fields(auto& io,
            auto& brief) requires std::is_same_v<std::remove_cvref_t<decltype(brief)>, Brief> {
  io("alert", brief.alert);
  io("done", brief.done);
  io("impact", brief.impact);
}

void fields(auto& io,
            auto& item) requires std::is_same_v<std::remove_cvref_t<decltype(item)>, DetectItem> {
  io("id", item.id);
  io("missing", item.missing);
  io.unless_empty("nudge", item.nudge);
  io("points", item.points);
  io("seen", item.seen);
  io("title", item.title);
  io("unknown", item.unknown);
  io("why", item.why);
}

void fields(auto& io,
            auto& fix) requires std::is_same_v<std::remove_cvref_t<decltype(fix)>, FixCheck> {
  io("database", fix.database);
  io("expect", fix.expect);
  io("facts", fix.facts);
  io("id", fix.id);
  io("missing", fix.missing);
  io("points", fix.points);
  io("sql", fix.sql);
  io("tables", fix.tables);
  io("title", fix.title);
  io("why", fix.why);
  io("workload", fix.workload);
}

void fields(auto& io,
            auto& trap) requires std::is_same_v<std::remove_cvref_t<decltype(trap)>, Trap> {
  io("cap", trap.cap);
  io("grave", trap.grave);
  io("id", trap.id);
  io("points", trap.points);
  io("sprung", trap.sprung);
  io("title", trap.title);
  io("unknown", trap.unknown);
  io("why", trap.why);
}

void fields(auto& io, auto& postmortem) requires
    std::is_same_v<std::remove_cvref_t<decltype(postmortem)>, Postmortem> {
  io("cause", postmortem.cause);
  io("fix", postmortem.fix);
  io("lesson", postmortem.lesson);
  io("seen", postmortem.seen);
  io("worse", postmortem.worse);
}

void fields(auto& io,
            auto& box) requires std::is_same_v<std::remove_cvref_t<decltype(box)>, ChecklistBox> {
  io("checks", box.checks);
  io("title", box.title);
}

void fields(auto& io,
            auto& rules) requires std::is_same_v<std::remove_cvref_t<decltype(rules)>, Rules> {
  io("brief", rules.brief);
  io("checklist", rules.checklist);
  io("detect", rules.detect);
  io("fix", rules.fix);
  io("hints", rules.hints);
  io("id", rules.id);
  io("level", rules.level);
  io("minutes", rules.minutes);
  io("postmortem", rules.postmortem);
  io("title", rules.title);
  io("topic", rules.topic);
  io("traps", rules.traps);
  io("version", rules.version);
  io("weights", rules.weights);
}

// fields() lists keys in alphabetical order, and Boost.JSON keeps the order of insertion.
class Writer {
 public:
  void operator()(std::string_view key, const auto& value) {
    assert(object_.empty() || std::prev(object_.end())->key() < key);
    object_.emplace(key, write(value));
  }

  // A key that came later: where it says nothing, the form is what it was before.
  void unless_empty(std::string_view key, const std::string& text) {
    if (!text.empty()) (*this)(key, text);
  }

  static json::value write(const std::string& text) { return json::value(text); }
  static json::value write(bool yes) { return json::value(yes); }
  static json::value write(int number) { return json::value(number); }
  static json::value write(const std::optional<int>& number) {
    return number ? json::value(*number) : json::value(nullptr);
  }
  template <typename Entry>
  static json::value write(const std::vector<Entry>& entries) {
    json::array array;
    for (const auto& entry : entries) array.push_back(write(entry));
    return array;
  }
  template <typename Struct>
  static json::value write(const Struct& value) {
    Writer writer;
    fields(writer, value);
    return std::move(writer.object_);
  }

 private:
  json::object object_;
};

[[noreturn]] void refuse(std::string_view key, const char* what) {
  throw std::runtime_error("scenario snapshot: \"" + std::string(key) + "\" " + what +
                           "; the file was written by another version of ride, or is damaged");
}

class Reader {
 public:
  explicit Reader(const json::object& object) : object_(object) {}

  void operator()(std::string_view key, auto& value) {
    const auto* found = object_.if_contains(key);
    if (found == nullptr) refuse(key, "is missing");
    read(key, *found, value);
    ++taken_;
  }
  void unless_empty(std::string_view key, std::string& text) {
    text.clear();
    if (object_.contains(key)) (*this)(key, text);
  }
  void finish(std::string_view key) const {
    if (taken_ != object_.size()) refuse(key, "has a key unknown to this version");
  }

  static void read(std::string_view key, const json::value& from, std::string& to) {
    if (!from.is_string()) refuse(key, "is not a string");
    to = json::value_to<std::string>(from);
  }
  static void read(std::string_view key, const json::value& from, bool& to) {
    if (!from.is_bool()) refuse(key, "is not true or false");
    to = from.get_bool();
  }
  static void read(std::string_view key, const json::value& from, int& to) {
    boost::system::error_code error;
    to = from.to_number<int>(error);
    if (error) refuse(key, "is not a whole number");
  }
  static void read(std::string_view key, const json::value& from, std::optional<int>& to) {
    to.reset();
    if (!from.is_null()) read(key, from, to.emplace());
  }
  template <typename Entry>
  static void read(std::string_view key, const json::value& from, std::vector<Entry>& to) {
    if (!from.is_array()) refuse(key, "is not a list");
    to.clear();
    for (const auto& entry : from.get_array()) read(key, entry, to.emplace_back());
  }
  template <typename Struct>
  static void read(std::string_view key, const json::value& from, Struct& to) {
    if (!from.is_object()) refuse(key, "is not an object");
    Reader reader(from.get_object());
    fields(reader, to);
    reader.finish(key);
  }

 private:
  const json::object& object_;
  std::size_t taken_ = 0;
};

}  // namespace

std::string to_json(const Rules& rules) { return json::serialize(Writer::write(rules)); }

Rules from_json(std::string_view text) {
  boost::system::error_code error;
  const auto value = json::parse(json::string_view(text.data(), text.size()), error);
  if (error) refuse("", "is not JSON");
  Rules rules;
  Reader::read("scenario", value, rules);
  return rules;
}

std::string hash(const Rules& rules) {
  return journal::to_hex(journal::as_bytes(journal::sha256(to_json(rules))));
}

}  // namespace ride::scorer
