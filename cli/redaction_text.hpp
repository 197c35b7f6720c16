// What a file says was taken out of it, for people and for programs.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "journal/redacted_copy.hpp"

namespace ride::cli {

// Lines indented by two, labelled as those of `ride audit verify`.
std::string to_text(const journal::Redaction& redaction);
boost::json::object to_json(const journal::Redaction& redaction);

}  // namespace ride::cli
