# What every target shares: dependencies by package, warnings, sanitizers, ccache. Nothing is downloaded.

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Catch2 REQUIRED)

find_library(PG_QUERY_LIBRARY pg_query REQUIRED)
find_path(PG_QUERY_INCLUDE_DIR pg_query.h REQUIRED)
add_library(pg_query INTERFACE)
target_include_directories(pg_query SYSTEM INTERFACE ${PG_QUERY_INCLUDE_DIR})
target_link_libraries(pg_query INTERFACE ${PG_QUERY_LIBRARY})

find_library(NCURSESW_LIBRARY ncursesw REQUIRED)
find_library(TINFO_LIBRARY tinfo)  # apart from ncursesw on Debian
add_library(ncursesw INTERFACE)
target_link_libraries(ncursesw INTERFACE ${NCURSESW_LIBRARY} $<$<BOOL:${TINFO_LIBRARY}>:${TINFO_LIBRARY}>)

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without these two it would store nothing that uses a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()

set(RIDE_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize takes them")

# Warnings are errors where people change the code, in Debug. An optimised build, which newcomers make
# with compilers that nobody has tried yet, is not stopped by a warning; and GCC 12's optimiser sees
# uninitialised variables where a std::variant holds none.
add_library(ride_flags INTERFACE)
target_include_directories(ride_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(ride_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor
  -Wswitch-enum -Wimplicit-fallthrough
  $<IF:$<CONFIG:Debug>,-Werror,$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>>)
target_compile_definitions(ride_flags INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
if(RIDE_SANITIZE)
  target_compile_options(ride_flags INTERFACE -fsanitize=${RIDE_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(ride_flags INTERFACE -fsanitize=${RIDE_SANITIZE})
  if(RIDE_SANITIZE MATCHES "undefined")
    target_compile_options(ride_flags INTERFACE -fno-sanitize-recover=all)
  endif()
  if(RIDE_SANITIZE MATCHES "thread")
    target_compile_options(ride_flags INTERFACE -Wno-tsan)
  endif()
endif()

# ride_library(NAME SOURCES a.cpp … [PUBLIC libs …] [PRIVATE libs …])
function(ride_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC ride_flags ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  ride_precompiled(${name} ride_base)
endfunction()

# Reuses the precompiled header that `owner` has; -Winvalid-pch tells where one does not fit.
function(ride_precompiled name owner)
  if(NOT name STREQUAL owner)
    target_precompile_headers(${name} REUSE_FROM ${owner})
  endif()
endfunction()

# ride_tests(NAME SOURCES a_test.cpp … LIBS … [ENGINE]): one executable, each test case a ctest of its own. A
# test that prints "SKIPPED:" is counted and listed as skipped by ctest. ENGINE: those tagged [docker] need
# a Docker engine and have the label `docker`.
function(ride_tests name)
  cmake_parse_arguments(arg "ENGINE" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ride_catch_main ${arg_LIBS})
  ride_precompiled(${name} ride_catch_main)
  set(properties TIMEOUT 1200 SKIP_REGULAR_EXPRESSION "SKIPPED:")
  if(arg_ENGINE)
    catch_discover_tests(${name} TEST_SPEC "~[docker]" TEST_PREFIX "${name}: " PROPERTIES ${properties})
    catch_discover_tests(${name} TEST_SPEC "[docker]" TEST_PREFIX "${name}: " PROPERTIES ${properties} LABELS docker)
  else()
    catch_discover_tests(${name} TEST_PREFIX "${name}: " PROPERTIES ${properties})
  endif()
endfunction()
