# Writes the source that holds the files of conformance/ which are part of the program. Needs FOLDER,
# OUTPUT and FILES (paths below FOLDER, separated by colons).

cmake_minimum_required(VERSION 3.24)

string(REPLACE ":" ";" files "${FILES}")
list(SORT files)
file(WRITE "${OUTPUT}.new" "#include <array>\n\n#include \"conformance/embedded.h\"\n\n"
  "namespace tine::conformance {\nnamespace {\n\n")
list(LENGTH files count)
set(table "constexpr std::array<EmbeddedFile, ${count}> all = {{\n")
set(number 0)
foreach(name IN LISTS files)
  file(READ "${FOLDER}/${name}" text)
  file(APPEND "${OUTPUT}.new" "constexpr char text_${number}[] = R\"=====(" "${text}" ")=====\";\n")
  string(APPEND table "{\"${name}\", {text_${number}, sizeof text_${number} - 1}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(APPEND "${OUTPUT}.new" "${table}")
file(APPEND "${OUTPUT}.new" "}};\n\n}  // namespace\n\n"
  "std::span<const EmbeddedFile> embedded_files() { return all; }\n\n"
  "std::string_view embedded_file(std::string_view name) {\n"
  "  for (const EmbeddedFile& each : all) {\n    if (each.name == name) return each.text;\n  }\n"
  "  return {};\n}\n\n}  // namespace tine::conformance\n")
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
