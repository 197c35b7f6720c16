// What a scenario leaves to be drawn, and the one notation for it: {{name}} in a text stands for
// the value that was drawn. A value is a plain name or a whole number without a sign and nothing
// else, so that it cannot end the string, identifier or number in which it stands. How values are
// drawn is sandbox/parameters.hpp's to know: an attempt's file carries them, and is graded by them.
//
// Pure; any thread.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scorer/rules.hpp"

namespace ride::scorer {

// By the parameter's name.
using Values = std::map<std::string, std::string>;

// A {{name}} that nothing stands for; the text is one line.
class NoValue : public std::runtime_error {
 public:
  NoValue(const std::string& what, std::string name, std::size_t at)
      : std::runtime_error(what), name_(std::move(name)), at_(at) {}
  const std::string& name() const { return name_; }
  std::size_t at() const { return at_; }  // offset in the text

 private:
  std::string name_;
  std::size_t at_;
};

// Lower-case letters, digits and _, at most 63 bytes, no digit first.
bool is_parameter_name(std::string_view name);
// A name like that, or up to 18 digits without leading zeros.
bool is_plain_value(std::string_view value);

// The names in braces, in order, each as often as it stands there; {{ so }} included, which
// with_values() refuses.
std::vector<std::string> parameters_in(std::string_view text);

// The text with each {{name}} replaced. Throws NoValue.
std::string with_values(std::string_view text, const Values& values);
// All texts of the rules, likewise.
Rules with_values(const Rules& rules, const Values& values);
// For people, before anything is drawn: {{order}} becomes <order>.
Rules with_names(const Rules& rules);

// {"order":"118","tenant":"tenant_c"}, as it stands in attempt_began; "" for none.
std::string to_json(const Values& values);
// Throws std::runtime_error, one line, for what cannot have been drawn: a file may come from
// anybody, and these values are written into SQL.
Values values_from_json(std::string_view text);

}  // namespace ride::scorer
