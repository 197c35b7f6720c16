// What people see besides results: progress on standard error, only where that is a terminal, and
// colour only where nobody asked for none.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "cli/control.hpp"

namespace ride::cli {

// Prints `  line` on standard error while it is a terminal, dim unless NO_COLOR is set; quiet in a
// pipe.
Progress terminal_progress();

// One line on standard error, `ride: …`, whatever it is connected to.
void tell(std::string_view line);

// Of standard output: colour only on a terminal, and where neither NO_COLOR nor TERM=dumb is set;
// the terminal's width, between 40 and 100 columns, and 80 in a pipe.
bool output_is_colored();
std::size_t output_columns();

// The name of the operating system's user who runs this.
std::string operating_system_user();

// One line of JSON on standard output.
void print_json(const boost::json::object& object);

}  // namespace ride::cli
