// Boost.JSON for the whole program: header-only, compiled once in json.cpp. Include it in .cpp
// files; headers name `boost::json::value` through <boost/json/fwd.hpp> where they must.
#pragma once

#include <boost/json.hpp>
