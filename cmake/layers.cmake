# How a folder becomes a layer: its sources a library, its *_test.cpp one Catch2 program, each
# *_bench.cpp and *_fuzz.cpp a program of its own. New files are found by the next build.

function(tine_glob result folder pattern)
  file(GLOB_RECURSE found CONFIGURE_DEPENDS "${folder}/${pattern}")
  set(${result} ${found} PARENT_SCOPE)
endfunction()

set(TINE_COMMON_HEADERS "${PROJECT_SOURCE_DIR}/cmake/common_headers.h")

# What each byte of a message passes through, and each line of the index where all are read: a release
# optimises these folders and sources for speed, and all else for size.
set(TINE_FAST_PATHS base/json base/redact base/tokens transport session/record
  session/store/glance session/store/line session/store/sessions)

# What the fuzz targets read their texts with: only there is the coverage counted by which the fuzzer
# finds its way, as that takes up to a quarter of the time to compile in the sanitized tree. These options
# do what -fsanitize=fuzzer-no-link does, and fit the precompiled headers of other sources.
set(TINE_FUZZED_FOLDERS base transport protocol session/store cli/config)
set(TINE_COVERAGE -fsanitize-coverage=edge,inline-8bit-counters,indirect-calls,trace-cmp,pc-table)

function(tine_lies_in result path)
  set(${result} FALSE PARENT_SCOPE)
  foreach(place IN LISTS ARGN)  # a folder, or a source without its ending
    if(path MATCHES "^${place}[/.]")
      set(${result} TRUE PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

# The headers of others, for the targets of transport and of what comes after it. Precompiled headers
# fit only sources of the same optimisation: those of tine_asio are for the fast folders. A layer that
# names headers of the layers before it, which most of its sources read, has a set of its own.
function(tine_precompile target)
  if(NOT TINE_PCH OR NOT TARGET tine_asio)
    return()
  endif()
  if(ARGN)
    list(TRANSFORM ARGN PREPEND "${PROJECT_SOURCE_DIR}/" OUTPUT_VARIABLE own)
    target_precompile_headers(${target} PRIVATE ${TINE_COMMON_HEADERS} ${own})
    return()
  endif()
  set(donor tine_asio)
  if(TINE_FAST_OPTIONS AND NOT target STREQUAL "tine_transport")
    set(donor tine_asio_headers)
    if(NOT TARGET ${donor})
      add_library(${donor} OBJECT "${PROJECT_SOURCE_DIR}/tests/headers.cpp")
      target_link_libraries(${donor} PRIVATE tine_asio)
      set_target_properties(${donor} PROPERTIES CXX_CLANG_TIDY "")
      target_precompile_headers(${donor} PRIVATE ${TINE_COMMON_HEADERS})
    endif()
  endif()
  target_precompile_headers(${target} REUSE_FROM ${donor})
endfunction()

# Options of single sources, by where they lie.
function(tine_source_options)
  foreach(source IN LISTS ARGN)
    file(RELATIVE_PATH path "${PROJECT_SOURCE_DIR}" "${source}")
    if(TINE_FAST_OPTIONS)
      tine_lies_in(fast "${path}" ${TINE_FAST_PATHS})
      if(fast)
        set_property(SOURCE "${source}" APPEND PROPERTY COMPILE_OPTIONS ${TINE_FAST_OPTIONS})
        if(NOT path MATCHES "^transport/")
          set_property(SOURCE "${source}" PROPERTY SKIP_PRECOMPILE_HEADERS ON)
        endif()
      endif()
    endif()
    if(TINE_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
      tine_lies_in(fuzzed "${path}" ${TINE_FUZZED_FOLDERS})
      if(fuzzed)
        set_property(SOURCE "${source}" APPEND PROPERTY COMPILE_OPTIONS ${TINE_COVERAGE})
      endif()
    endif()
  endforeach()
endfunction()

# What all test programs read before anything else, in two sorts: with Asio and without. Tests are not
# optimised: what they test is, and they take half the time to compile.
function(tine_precompile_tests target)
  target_compile_options(${target} PRIVATE -O0)
  if(NOT TINE_PCH)
    return()
  endif()
  set(donor tine_test_headers)
  set(headers "${PROJECT_SOURCE_DIR}/tests/catch.h")
  set(link Catch2::Catch2)
  if(TARGET tine_asio)
    set(donor tine_test_headers_asio)
    list(APPEND headers ${TINE_COMMON_HEADERS})
    list(APPEND link tine_asio)
  endif()
  if(NOT TARGET ${donor})
    add_library(${donor} OBJECT "${PROJECT_SOURCE_DIR}/tests/headers.cpp")
    target_link_libraries(${donor} PRIVATE ${link})
    target_compile_options(${donor} PRIVATE -O0)
    set_target_properties(${donor} PROPERTIES CXX_CLANG_TIDY "")
    target_precompile_headers(${donor} PRIVATE ${headers})
  endif()
  target_precompile_headers(${target} REUSE_FROM ${donor})
endfunction()

# tine_layer(NAME [FOLDER f] [WITHOUT file...] [PRECOMPILE header...] LINK library...)
# Makes the library tine_NAME and, where there are such sources, NAME_tests, fuzz_X and X_bench.
function(tine_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FOLDER" "LINK;WITHOUT;PRECOMPILE")
  set(folder "${CMAKE_CURRENT_SOURCE_DIR}")
  if(arg_FOLDER)
    set(folder "${folder}/${arg_FOLDER}")
  endif()

  tine_glob(sources "${folder}" "*.cpp")
  list(FILTER sources EXCLUDE REGEX "_(test|bench|fuzz)\\.cpp$")
  foreach(file IN LISTS arg_WITHOUT)
    list(REMOVE_ITEM sources "${folder}/${file}")
  endforeach()

  if(sources)
    add_library(tine_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(tine_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(tine_${name} ${scope} "${PROJECT_SOURCE_DIR}")
  target_link_libraries(tine_${name} ${scope} ${arg_LINK})
  if(sources)
    tine_precompile(tine_${name} ${arg_PRECOMPILE})
    tine_source_options(${sources})
  endif()

  tine_glob(tests "${folder}" "*_test.cpp")
  tine_tests(${name} "${tests}" tine_${name})
  tine_benches("${folder}" tine_${name})
  tine_fuzzers("${folder}" tine_${name})
endfunction()

function(tine_tests name sources library)
  if(sources)
    add_executable(${name}_tests ${sources})
    target_link_libraries(${name}_tests PRIVATE ${library} tine_catch)
    # The macros of the framework would double the time of ./run lint.
    set_target_properties(${name}_tests PROPERTIES CXX_CLANG_TIDY "")
    if(TARGET tine_schema_check)
      target_link_libraries(${name}_tests PRIVATE tine_schema_check)
    endif()
    tine_precompile_tests(${name}_tests)
    set(list "${CMAKE_CURRENT_BINARY_DIR}/${name}_tests.cmake")
    add_custom_command(TARGET ${name}_tests POST_BUILD
      COMMAND "${CMAKE_COMMAND}" "-DPROGRAM=$<TARGET_FILE:${name}_tests>" "-DPREFIX=${name}"
              "-DOUTPUT=${list}" "-DDIRECTORY=${PROJECT_SOURCE_DIR}" "-DTINE=${CMAKE_BINARY_DIR}/tine"
              -P "${PROJECT_SOURCE_DIR}/cmake/discover.cmake"
      BYPRODUCTS "${list}" VERBATIM)
    file(CONFIGURE OUTPUT "${list}.include" @ONLY CONTENT
      "if(EXISTS [==[@list@]==])
  include([==[@list@]==])
else()
  add_test(@name@_tests_NOT_BUILT @name@_tests_NOT_BUILT)
endif()\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${list}.include")
  endif()
endfunction()

function(tine_benches folder library)
  tine_glob(sources "${folder}" "*_bench.cpp")
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    foreach(source IN LISTS sources)
      get_filename_component(program "${source}" NAME_WE)
      add_executable(${program} EXCLUDE_FROM_ALL "${source}")
      target_link_libraries(${program} PRIVATE ${library})
      add_dependencies(benches ${program})
    endforeach()
  endif()
endfunction()

function(tine_fuzzers folder library)
  tine_glob(sources "${folder}" "*_fuzz.cpp")
  if(TINE_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    foreach(source IN LISTS sources)
      get_filename_component(stem "${source}" NAME_WE)
      string(REGEX REPLACE "_fuzz$" "" subject "${stem}")
      add_executable(fuzz_${subject} "${source}")
      target_compile_options(fuzz_${subject} PRIVATE ${TINE_COVERAGE})
      target_link_libraries(fuzz_${subject} PRIVATE ${library})
      target_link_options(fuzz_${subject} PRIVATE -fsanitize=fuzzer)
      set_target_properties(fuzz_${subject} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/fuzz")
      add_dependencies(fuzz fuzz_${subject})
    endforeach()
  endif()
endfunction()
