// The dashboard in words: the lines that `ride postgres status` and its --watch show of what the
// supervisor said. Pure; the objects are those of the control socket.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "sandbox/dashboard.hpp"

namespace ride::cli {

boost::json::object to_json(const sandbox::Dashboard& dashboard);

// Of {"service": …, "probes": […]}: a line for each figure and each probe, without indentation.
std::vector<std::string> service_lines(const boost::json::object& service);
std::vector<std::string> probe_lines(const boost::json::array& probes);

// All of it as one line, for a log.
std::string one_line(const boost::json::object& status);

}  // namespace ride::cli
