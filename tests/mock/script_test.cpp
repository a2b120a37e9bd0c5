#include "tests/mock/script.h"

#include "tests/catch.h"

using namespace tine::mock;

namespace {

std::string names(std::string_view prompt, std::size_t results) {
  std::string text;
  for (const Step& step :
       steps_of_answer({.prompt = std::string(prompt), .results = results, .told = "all"}))
    text += step.name + "(" + step.argument + ")";
  return text;
}

}  // namespace

TEST_CASE("mock script: each answer ends with a call, whose results the next one follows") {
  const std::string prompt = "do [[say: a]] [[run: ls]] so [[think: b]] [[run: pwd]] [[say: c]]";
  CHECK(names(prompt, 0) == "say(a)run(ls)");
  CHECK(names(prompt, 1) == "think(b)run(pwd)");
  CHECK(names(prompt, 2) == "say(c)");
  CHECK(names(prompt, 3) == "say(ok)");
}

TEST_CASE("mock script: several calls in one answer have as many results") {
  const std::string prompt = R"([[calls: A {"x":1} | B {}]] [[say: done]])";
  CHECK(names(prompt, 0) == R"(calls(A {"x":1} | B {}))");
  CHECK(names(prompt, 1) == "say(ok)");
  CHECK(names(prompt, 2) == "say(done)");
}

TEST_CASE("mock script: an argument may hold directives") {
  const std::string prompt = R"([[call: Agent {"prompt":"[[run: ls]] [[say: x]]"}]] [[say: y]])";
  CHECK(names(prompt, 0) == R"(call(Agent {"prompt":"[[run: ls]] [[say: x]]"}))");
  CHECK(names(prompt, 1) == "say(y)");
  CHECK(names("[[say: never closed", 0) == "say(ok)");
}

TEST_CASE("mock script: recall says what was told") {
  CHECK(names("[[recall]] [[say: b]]", 0) == "say(all)say(b)");
}
