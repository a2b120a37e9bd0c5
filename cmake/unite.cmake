# Writes a source that includes others, so that they are compiled as one: what they share of headers
# and templates is read and made once.
# usage: cmake -DOUTPUT=file -DROOT=folder "-DSOURCES=a.cpp b.cpp" -P unite.cmake, paths below ROOT
#
# Tests open namespaces for the whole of their file, so each gets a namespace of its own. What they
# include stands before it, as it must not be declared in there.
cmake_minimum_required(VERSION 3.24)

set(includes "")
set(bodies "")
separate_arguments(SOURCES)
foreach(source IN LISTS SOURCES)
  file(STRINGS "${ROOT}/${source}" lines REGEX "^#include (<|.*\\.h\")")
  list(APPEND includes ${lines})
  file(STRINGS "${ROOT}/${source}" own REGEX "^(namespace (tine|Catch)|template <>)" LIMIT_COUNT 1)
  if(own)
    string(APPEND bodies "#include \"${source}\"\n")
  else()
    string(MAKE_C_IDENTIFIER "${source}" name)
    string(APPEND bodies "namespace ${name} {\n#include \"${source}\"\n}\n")
  endif()
endforeach()
list(REMOVE_DUPLICATES includes)
list(JOIN includes "\n" includes)
file(WRITE "${OUTPUT}" "${includes}\n\n// NOLINTBEGIN(bugprone-suspicious-include)\n${bodies}// NOLINTEND(bugprone-suspicious-include)\n")
