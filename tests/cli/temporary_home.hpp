// A RIDE_HOME of a test's own, removed at its end.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "cli/paths.hpp"

namespace ride::cli {

class TemporaryHome {
 public:
  TemporaryHome() {
    std::string name = "/tmp/ride-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    home_.root = name;
    create_home(home_);
  }
  ~TemporaryHome() { std::filesystem::remove_all(home_.root); }
  TemporaryHome(const TemporaryHome&) = delete;
  TemporaryHome& operator=(const TemporaryHome&) = delete;

  const Home& home() const { return home_; }

 private:
  Home home_;
};

}  // namespace ride::cli
