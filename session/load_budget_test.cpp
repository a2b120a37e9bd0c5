#include "session/load_budget.h"

#include <initializer_list>
#include <string>

#include "tests/catch.h"

using namespace tine::session;

namespace {

using Choice = LoadBudget::Choice;
constexpr unsigned content = 1;
constexpr unsigned raw_output = 4;

Weight message(std::uint64_t bytes) {
  Weight weight;
  weight.whole = bytes;
  return weight;
}

/// A tool's output of that many bytes; `parts` are the members that it stands in.
Weight output(std::string call, std::uint64_t bytes, bool ends = false, unsigned parts = content) {
  Weight weight;
  weight.removable = bytes;
  weight.call = std::move(call);
  weight.says = parts;
  weight.removes = bytes > 0 ? parts : 0;
  weight.ends_call = ends;
  return weight;
}

/// What becomes of each record, the first of which has the number 1.
std::string chosen(std::uint64_t most, std::initializer_list<Weight> records) {
  LoadBudget budget(0, most);
  std::uint64_t seq = 0;
  for (const Weight& each : records) budget.see(++seq, each);
  budget.settle();
  std::string out;
  for (std::uint64_t i = 1; i <= seq; ++i) {
    const Choice choice = budget.choice(i);
    out += choice == Choice::whole ? 'w' : choice == Choice::marked ? 'm' : 'a';
  }
  return out;
}

}  // namespace

TEST_CASE("load budget: the oldest outputs are left out until the rest fits") {
  const auto left = [](std::uint64_t most) {
    return chosen(most, {message(10), output("a", 100, true), message(10), output("b", 50, true)});
  };
  CHECK(left(171) == "wwww");
  CHECK(left(170) == "wwww");
  CHECK(left(169) == "mmww");
  CHECK(left(70) == "mmww");
  CHECK(left(69) == "mmmm");
}

TEST_CASE("load budget: messages that are more than it leave no room for outputs") {
  CHECK(chosen(50, {output("a", 1, true), message(100), output("b", 1, true), message(1)}) ==
        "mmmw");
}

TEST_CASE("load budget: what comes later is whole") {
  LoadBudget budget(7, 1);
  budget.see(8, output("a", 100, true));
  budget.settle();
  CHECK(budget.choice(8) == Choice::marked);
  CHECK(budget.choice(9) == Choice::whole);
}

TEST_CASE("load budget: of an output that grew only the last goes, and it alone counts") {
  CHECK(chosen(100, {output("a", 60), output("b", 40), output("a", 60), output("a", 60, true)}) ==
        "awaw");
  // It does not fit: that is said once.
  CHECK(chosen(99, {output("a", 60), output("a", 60), output("a", 100, true), message(1)}) ==
        "aamw");
}

TEST_CASE("load budget: a record of a call that says no output leaves the one before") {
  CHECK(chosen(100, {output("a", 60), output("a", 0, true, 0)}) == "ww");
}

TEST_CASE("load budget: an output is said anew only when all of its members are") {
  CHECK(chosen(1000, {output("a", 60, false, content | raw_output), output("a", 60)}) == "ww");
  CHECK(chosen(1000, {output("a", 60), output("a", 60, true, content | raw_output)}) == "aw");
}

TEST_CASE("load budget: a call of another turn is another call") {
  Weight end;
  end.ends_turn = true;
  CHECK(chosen(1000, {output("a", 60), end, output("a", 60, true)}) == "www");
}
