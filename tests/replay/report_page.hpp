// A report in a browser, for the tests of its page.
#pragma once

#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "replay/report.hpp"
#include "tests/catch.hpp"
#include "tests/support/browser.hpp"
#include "tests/support/child.hpp"
#include "tests/support/temporary_directory.hpp"

namespace ride::replay {

// Catch2 2 cannot skip: a test begins with this, and ends where it is true.
inline bool no_browser() {
  if (!test::browser_program().empty()) return false;
  std::cout << "SKIPPED: there is no Chromium; tools/setup check installs it" << std::endl;
  return true;
}

inline std::filesystem::path page_of(const std::filesystem::path& file) {
  auto page = file;
  page += ".html";
  const auto made = test::run({RIDE_PROGRAM, "replay", file.string(), "--html", page.string()});
  INFO(made.output);
  REQUIRE(made.status == 0);
  return page;
}

// The stored attempt at release-fallout, with two comments, by the program.
inline std::filesystem::path page_of_attempt(const test::TemporaryDirectory& folder) {
  const auto file = folder / "attempt.ride";
  std::filesystem::copy_file(RIDE_JOURNALS "/2-release-fallout.ride", file);
  for (const auto* words : {"2", "17"}) {
    const auto kept = test::run({RIDE_PROGRAM, "replay", file.string(), "--comment", words,
                                 "well done: <b>locks</b> first"});
    REQUIRE(kept.status == 0);
  }
  return page_of(file);
}

inline std::filesystem::path page_of(const Report& report, const test::TemporaryDirectory& folder) {
  const auto page = folder / "page.html";
  std::ofstream out(page, std::ios::binary);
  write_report(report, out);
  REQUIRE(out.flush());
  return page;
}

inline void check_quiet(const test::Browser& browser) {
  CHECK(browser.complaints() == std::vector<std::string>{});
  CHECK(browser.requests() == std::vector<std::string>{});
  CHECK(browser.dialogs() == std::vector<std::string>{});
}

}  // namespace ride::replay
