#include "cli/columns.h"

#include "cli/table.h"
#include "tests/catch.h"

using namespace tine::cli;

TEST_CASE("text is as wide as a terminal shows it") {
  CHECK(width_of("") == 0);
  CHECK(width_of("plain") == 5);
  CHECK(width_of("größe") == 5);
  CHECK(width_of("日本語") == 6);
  CHECK(width_of("e\u0301") == 1);
  CHECK(width_of("🙂!") == 3);
}

TEST_CASE("text that does not fit is cut, and shows that it was") {
  CHECK(fitted("plain", 5) == "plain");
  CHECK(fitted("plain", 4) == "pla…");
  CHECK(fitted("plain", 1) == "…");
  CHECK(fitted("plain", 0).empty());
  // A character of two columns is not cut in two.
  CHECK(fitted("日本語", 6) == "日本語");
  CHECK(fitted("日本語", 5) == "日本…");
  CHECK(fitted("日本語", 4) == "日…");
}

TEST_CASE("a table has its columns under each other, and fits") {
  Table table({"id", "title"});
  table.add({"1", "日本 one"});
  table.add({"22", "two"});
  CHECK(table.text() == "id  title\n1   日本 one\n22  two\n");
  CHECK(table.text(9) == "id  title\n1   日本…\n22  two\n");
  Table plain;
  plain.add({"a", "b"});
  CHECK(plain.text() == "a  b\n");
}
