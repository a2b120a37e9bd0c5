#include "transport/text_tail.h"

#include "tests/catch.h"

using tine::transport::TextTail;

TEST_CASE("a text tail keeps a text that is no longer than its size") {
  TextTail tail(8);
  CHECK(tail.text().empty());
  tail.append("one\n");
  tail.append("two\n");
  CHECK(tail.text() == "one\ntwo\n");
}

TEST_CASE("a text tail that was cut begins with a whole line") {
  TextTail tail(8);
  tail.append("one\ntwo\n");
  tail.append("3");
  CHECK(tail.text() == "two\n3");
  tail.append("456");
  CHECK(tail.text() == "two\n3456");
}

TEST_CASE("a text tail shows no end of a line that was cut") {
  TextTail tail(16);
  tail.append("the token is k7Qz9wLm2XcV\n");
  tail.append("all\n");
  CHECK(tail.text() == "all\n");
}

TEST_CASE("a text tail of one long line begins with a whole word, or is empty") {
  TextTail tail(16);
  tail.append("k7Qz9wLm2XcV4bNtR8sYpG3hJ6dF");
  CHECK(tail.text().empty());
  tail.append(" at end\n");
  CHECK(tail.text() == "at end\n");
}
