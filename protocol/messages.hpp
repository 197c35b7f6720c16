// All messages that are looked into: start-up packets, the client's and the server's.
#pragma once

#include "protocol/backend.hpp"   // IWYU pragma: export
#include "protocol/frontend.hpp"  // IWYU pragma: export
#include "protocol/startup.hpp"   // IWYU pragma: export
