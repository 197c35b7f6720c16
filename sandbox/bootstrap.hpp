// What a fresh cluster gets once, when its template is made: roles, event triggers, databases,
// seeds.
#pragma once

#include <functional>
#include <string>

#include "sandbox/scenario.hpp"
#include "sandbox/session.hpp"

namespace ride::sandbox {

// Opens a superuser session on a database.
using OpenSuperuser = std::function<Session(const std::string& database)>;

// Throws SessionError; of a seed's failure it names the file.
void bootstrap(const Scenario& scenario, const OpenSuperuser& open);

// Everything that bootstrap() would do, as one text: what the template's name hashes.
std::string bootstrap_fingerprint(const Scenario& scenario);

}  // namespace ride::sandbox
