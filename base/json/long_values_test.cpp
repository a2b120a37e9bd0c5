#include "base/json/long_values.h"

#include <string>

#include "base/handled.h"
#include "base/json/view.h"
#include "tests/catch.h"

using tine::json::LongValues;
using tine::json::View;

namespace {

std::uint64_t handled_by(const auto& work) {
  const std::uint64_t before = tine::bytes_handled();
  work();
  return tine::bytes_handled() - before;
}

}  // namespace

TEST_CASE("long values: what is found is the same, and is passed over at once") {
  const std::string filler(LongValues::shortest, 'x');
  const std::string text = R"({"type":"a","long":")" + filler + R"(\"]}","inner":{"deep":[")" +
                           filler + R"("],"after":1},"short":"s"})";
  const View view(text);
  const LongValues values(text);
  const std::uint64_t without = handled_by([&] { CHECK(view.find("short").equals("s")); });
  CHECK(without > 2 * filler.size());
  const LongValues::Use use(values);
  const std::uint64_t with = handled_by([&] {
    CHECK(view.find("short").equals("s"));
    CHECK(view.find("type").equals("a"));
    CHECK(view.find("inner").find("after").integer() == 1);
    CHECK(view.find("long").escaped().size() == filler.size() + 4);
  });
  CHECK(with < 1000);
}

TEST_CASE("long values: only those of the shortest length on are kept, of the text in use alone") {
  const auto passed = [](std::size_t length) {
    const std::string text = R"({"long":")" + std::string(length - 2, 'x') + R"(","short":1})";
    const LongValues values(text);
    const LongValues::Use use(values);
    return handled_by([&] { CHECK(View(text).find("short").integer() == 1); });
  };
  CHECK(passed(LongValues::shortest - 1) > LongValues::shortest - 1);
  CHECK(passed(LongValues::shortest) < 100);
  CHECK(passed(LongValues::shortest + 1) < 100);

  const std::string one = R"({"long":")" + std::string(LongValues::shortest, 'x') + R"("})";
  const std::string other = R"({"long":")" + std::string(LongValues::shortest, 'y') + R"("})";
  const LongValues values(one);
  {
    const LongValues::Use use(values);
    const LongValues none;
    const LongValues::Use inner(none);
    CHECK(handled_by([&] { View(one).find("long"); }) > LongValues::shortest);
  }
  const LongValues::Use use(values);
  CHECK(handled_by([&] { View(other).find("long"); }) > LongValues::shortest);
  CHECK(handled_by([&] { View(one).find("long"); }) < 100);
}
