// What `learner.grants` may say. Each is run by the superuser, so it must be one GRANT and nothing
// else, and must not open a way out of the sandbox: no role that runs programs or reads and writes
// the server's files, no function that does, no setting that is ride's own. Pure.
#pragma once

#include <string>

namespace ride::sandbox {

// What is wrong with it, or "".
std::string trouble_with_grant(const std::string& grant);

// A setting that a scenario may give to a server: none that is ride's own, none that names a
// program or a library.
bool may_be_set_by_scenario(const std::string& name);

}  // namespace ride::sandbox
