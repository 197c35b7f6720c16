// A driver's program: what it prints when it is run at the server itself, and through ride.
#pragma once

#include <string>
#include <vector>

#include "tests/proxy/recording.hpp"

namespace ride::test {

enum class Tls { off, on };

// Runs a program with the arguments host, port and sslmode, as user oncall of database postgres, at
// a server of its own and then through ride, and requires that it prints the same both times, that
// the record bears out every statement it says it ran, that all its connections were through TLS or
// none, and that all are closed. `words`: the program and its first arguments.
void require_same_through_ride(const std::vector<std::string>& words, Tls tls);

std::string driver_source(const std::string& name);  // a file of this folder
std::string driver_build(const std::string& name);   // one that the build made

}  // namespace ride::test
