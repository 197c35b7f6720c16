// What every server of ride's is started with, local or in a container.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace ride::sandbox {

// "-c name=value" arguments that protect the sandbox: no TCP, the log where ride reads it. They
// stand on the command line, so neither a scenario's settings nor ALTER SYSTEM can change them.
std::vector<std::string> protected_arguments(const std::string& data, const std::string& socket,
                                             const std::string& log);

// What goes to the end of postgresql.conf: ride's defaults, then the scenario's settings over them.
std::string configuration(const std::map<std::string, std::string>& scenario_settings);

// Such lines, of these alone.
std::string setting_lines(const std::map<std::string, std::string>& settings);

// Whether a scenario may set it; protected settings and malformed names may not be set.
bool may_be_set(const std::string& name);

// The whole pg_hba.conf: the learner's role without a password, everyone else by SCRAM, only
// through the socket. `standby_role` ("": none) may replicate.
std::string host_based_authentication(const std::string& learner_role,
                                      const std::string& standby_role = "");

}  // namespace ride::sandbox
