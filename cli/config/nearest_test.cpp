#include "cli/config/nearest.h"

#include <array>
#include <string>

#include "tests/catch.h"

namespace tine::cli {

TEST_CASE("nearest: the distance counts letters added, left out, replaced and swapped") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("abc", "abc") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("abc", "abcd") == 1);
  CHECK(edit_distance("abc", "ac") == 1);
  CHECK(edit_distance("abc", "axc") == 1);
  CHECK(edit_distance("abc", "acb") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("ca", "abc") == 3);
}

TEST_CASE("nearest: the best of those that are near enough") {
  constexpr std::array<std::string_view, 4> known = {"model", "mode", "effort", "log_level"};
  CHECK(nearest("modle", known) == "model");
  CHECK(nearest("mod", known) == "mode");
  CHECK(nearest("Model", known) == "model");
  CHECK(nearest("loglevel", known) == "log_level");
  CHECK(nearest("colour", known).empty());
  CHECK(nearest("x", known).empty());
  CHECK(nearest("", known).empty());
  CHECK(nearest("model", {}).empty());
  CHECK(nearest(std::string(100'000, 'm'), known).empty());
}

TEST_CASE("nearest: as a question") {
  constexpr std::array<std::string_view, 1> known = {"model"};
  CHECK(suggestion("modell", known) == "; did you mean \"model\"?");
  CHECK(suggestion("other", known).empty());
}

}  // namespace tine::cli
