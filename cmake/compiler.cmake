# Which compilers build tine, and with which flags.

option(TINE_STATIC "Link the program statically" OFF)
option(TINE_SANITIZE "Build with the address and undefined-behaviour sanitizers" OFF)
option(TINE_PCH "Precompile the headers of others; halves the time of a build" ON)
option(TINE_UNITE "Compile the sources of a room as one; halves the time of a build once more" OFF)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR
    "g++ ${CMAKE_CXX_COMPILER_VERSION} cannot build tine: g++ before 13 miscompiles many co_await "
    "expressions without a warning (objects in them are destroyed twice), so the program would "
    "crash at run time. Use clang++ 16 (what the presets do) or g++ 13 or later.")
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 16)
  message(FATAL_ERROR
    "clang++ ${CMAKE_CXX_COMPILER_VERSION} is too old for tine: use clang++ 16 or later.")
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)

# ccache takes precompiled headers only with these two: no time stamps in them, and leave to look at
# their contents instead.
find_program(TINE_CCACHE ccache)
if(TINE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    "${TINE_CCACHE}")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
else()
  set(TINE_PCH OFF)  # 240 MB a piece with g++
endif()

# Nearly all of the memory that the program holds is its own file pages, so size is memory. Where the
# time counts, layers.cmake says -O2.
set(CMAKE_CXX_FLAGS_RELEASE "-Os -DNDEBUG")
set(TINE_FAST_OPTIONS "")
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(TINE_FAST_OPTIONS -O2)
endif()
add_compile_options(
  -Wall -Wextra -Wpedantic -Werror
  -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wold-style-cast -Wcast-qual -Wextra-semi -Wundef -Wimplicit-fallthrough)
if(NOT TINE_UNITE)
  add_compile_options(-Wshadow)  # what a source has for itself is seen by the next one
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-mismatched-new-delete)  # false alarms on coroutine frames
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  string(REGEX MATCH "^[0-9]+" TINE_CLANG_MAJOR "${CMAKE_CXX_COMPILER_VERSION}")
  find_program(TINE_LLD NAMES ld.lld-${TINE_CLANG_MAJOR} ld.lld)
  if(TINE_LLD)
    add_link_options("--ld-path=${TINE_LLD}")
  endif()
endif()

if(TINE_SANITIZE)
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
  # Inlining makes code larger, and the sanitizers make it larger again. With little inlining a build
  # takes a quarter less processor time, and the tests take as long as before.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    add_compile_options("SHELL:-mllvm -inline-threshold=25")
  endif()
  # Of what is checked for undefined behaviour, accesses beyond an object are left to the address
  # sanitizer, which finds them as well: a fifth of the time of a build.
  set(sanitizers -fsanitize=address,undefined -fno-sanitize=object-size -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  add_compile_options(${sanitizers})
  add_link_options(${sanitizers})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # Templates of others that only read options and judge messages: half the time of a build.
    add_compile_options("-fsanitize-ignorelist=${CMAKE_CURRENT_LIST_DIR}/unsanitized.txt")
  endif()
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-ffunction-sections -fdata-sections)
  add_link_options(-Wl,--gc-sections)
  if(TINE_LLD)
    add_link_options(-Wl,--icf=safe)
  endif()
endif()

if(TINE_STATIC)
  add_compile_options(-fno-pie)
  add_link_options(-static)
endif()
