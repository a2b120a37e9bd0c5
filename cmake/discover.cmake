# Tells ctest the test cases of a Catch2 program, whatever characters their names hold (Catch2's own
# module stumbles over semicolons, brackets and backslashes). Run after each link of the program.
# Needs PROGRAM, PREFIX, OUTPUT, DIRECTORY (to run in) and TINE (the program that tests may start).

cmake_minimum_required(VERSION 3.24)

execute_process(
  COMMAND "${PROGRAM}" --list-test-names-only
  WORKING_DIRECTORY "${DIRECTORY}" OUTPUT_VARIABLE names ERROR_VARIABLE errors RESULT_VARIABLE count)
# The status is the number of test cases, as far as it fits; a signal is a word.
if(NOT names OR NOT count MATCHES "^[0-9]+$")
  message(FATAL_ERROR "${PROGRAM} does not list its tests (${count}):\n${errors}")
endif()

# A process takes up to `together` cases: one for each would take longer to start, sanitized, than most
# cases do.
set(together 16)
set(script "")
set(patterns "")
set(first 1)
set(number 0)
macro(add_cases)
  string(APPEND script
    "add_test([==[${PREFIX}/${first}-${number}]==] [==[${PROGRAM}]==] [==[${patterns}]==] --warn NoTests)\n"
    "set_tests_properties([==[${PREFIX}/${first}-${number}]==] PROPERTIES\n"
    "  TIMEOUT 600 WORKING_DIRECTORY [==[${DIRECTORY}]==] ENVIRONMENT [==[TINE=${TINE}]==])\n")
  set(patterns "")
endmacro()
while(names MATCHES "^([^\n]*)\n")
  set(name "${CMAKE_MATCH_1}")
  string(LENGTH "${name}\n" length)
  string(SUBSTRING "${names}" ${length} -1 names)
  if(name STREQUAL "")
    continue()
  endif()
  string(REGEX REPLACE "([],[\\\\])" "\\\\\\1" pattern "${name}")
  if(patterns)
    string(APPEND patterns ",")
  else()
    math(EXPR first "${number} + 1")
  endif()
  string(APPEND patterns "${pattern}")
  math(EXPR number "${number} + 1")
  math(EXPR place "${number} % ${together}")
  if(place EQUAL 0)
    add_cases()
  endif()
endwhile()
if(patterns)
  add_cases()
endif()
file(WRITE "${OUTPUT}" "${script}")
