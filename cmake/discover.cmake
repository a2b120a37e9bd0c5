# Tells ctest each test case of a Catch2 program, whatever characters its name holds (Catch2's own
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

set(script "")
while(names MATCHES "^([^\n]*)\n")
  set(name "${CMAKE_MATCH_1}")
  string(LENGTH "${name}\n" length)
  string(SUBSTRING "${names}" ${length} -1 names)
  if(name STREQUAL "")
    continue()
  endif()
  string(REGEX REPLACE "([],[\\\\])" "\\\\\\1" pattern "${name}")
  # NoTests: a name that Catch2 still reads as another pattern must fail, not pass.
  string(APPEND script
    "add_test([==[${PREFIX}/${name}]==] [==[${PROGRAM}]==] [==[${pattern}]==] --warn NoTests)\n"
    "set_tests_properties([==[${PREFIX}/${name}]==] PROPERTIES\n"
    "  TIMEOUT 300 WORKING_DIRECTORY [==[${DIRECTORY}]==] ENVIRONMENT [==[TINE=${TINE}]==])\n")
endwhile()
file(WRITE "${OUTPUT}" "${script}")
