// The statements that carry a secret: `~` is where it stands. See planted_in().
#pragma once

#include <string>
#include <vector>

namespace ride::lab {

// With the secret in the text, as a string for a simple query; most fail, and are recorded all the
// same.
std::vector<std::string> secret_statements();

// With the secret in $1.
std::vector<std::string> secret_parameter_statements();

// Which show what others said or stored; no secret is in their own text.
std::vector<std::string> onlooking_statements();

}  // namespace ride::lab
