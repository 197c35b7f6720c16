// Skips all tests where they are to run in containers and cannot: Catch2 2 has no way to skip one.
#define CATCH_CONFIG_EXTERNAL_INTERFACES

#include <cstdlib>
#include <iostream>

#include "tests/catch.hpp"
#include "tests/lab/engine.hpp"

namespace {

#if __has_include(<catch2/catch_all.hpp>)
using ListenerBase = Catch::EventListenerBase;
#else
using ListenerBase = Catch::TestEventListenerBase;
#endif

struct SkipWithoutEngine : ListenerBase {
  using ListenerBase::ListenerBase;
  void testRunStarting(const Catch::TestRunInfo&) override {
    if (!ride::lab::in_containers()) return;
    const auto why = ride::lab::why_no_containers();
    if (why.empty()) return;
    std::cout << why << std::endl;
    std::exit(0);
  }
};

CATCH_REGISTER_LISTENER(SkipWithoutEngine)

}  // namespace
