# Writes the header that names the commit being built; run at every build, it touches the file
# only when the commit has changed. Needs SOURCE (the project root), OUTPUT and VERSION.

cmake_minimum_required(VERSION 3.24)

set(commit "")
find_program(git git)
if(git AND EXISTS "${SOURCE}/.git")
  set(ENV{GIT_OPTIONAL_LOCKS} 0)
  execute_process(
    COMMAND "${git}" -C "${SOURCE}" describe --always --dirty --abbrev=12 --exclude=*
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT commit)
  set(commit "unknown")
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" @ONLY CONTENT
  "#pragma once\n#define TINE_VERSION \"@VERSION@\"\n#define TINE_COMMIT \"@commit@\"\n")
