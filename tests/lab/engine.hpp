// The container engine that tests may use. Where none answers, or the image is not at hand, tests
// that need it say so in one line and pass for skipped.
#pragma once

#include <string>
#include <vector>

#include "tests/lab/program.hpp"

namespace ride::lab {

// RIDE_TEST_IMAGE, by default postgres:17.
std::string test_image();

// Empty where containers of the image can be run, else the line to skip with: "SKIPPED: …".
std::string why_no_containers();
// The same as a warning of the test that asks; whether it has to leave.
bool skipped_without_containers();
// What `start` is told for a container of the test's image.
std::vector<std::string> in_container();

// The `docker` command; does not mind a failure.
Outcome docker(std::vector<std::string> words);
bool container_exists(const std::string& name);

// What `start` is told: {"--sandbox", "local"}, or the container where RIDE_TEST_SANDBOX=docker. A
// whole test program that is told so and has no engine skips all of its tests.
bool in_containers();
std::vector<std::string> sandbox_words();

}  // namespace ride::lab
