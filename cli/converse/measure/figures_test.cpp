#include "cli/converse/measure/figures.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"

using namespace tine;
using namespace tine::cli;

namespace {

Sample sample(std::uint64_t fresh, std::uint64_t read, std::uint64_t written, double dollars,
              int milliseconds) {
  return {.tokens = {.input = fresh, .cache_read = read, .cache_write = written, .output = 10},
          .dollars = dollars,
          .time = std::chrono::milliseconds(milliseconds)};
}

Figures figures() {
  Figures out;
  out.backend = "cl\x1b[2Jaude";
  out.model = "m";
  out.ways = {{.name = "cold", .samples = {sample(100, 0, 300, 0.5, 1200)}, .reason = {}},
              {.name = "pty", .samples = {}, .reason = "not trusted"}};
  out.delegations = {
      .name = "five delegations", .samples = {sample(1000, 0, 1000, 1, 5000)}, .reason = {}};
  out.replies = {.name = "one session with replies",
                 .samples = {sample(100, 1900, 400, 0.35, 6000)},
                 .reason = {}};
  return out;
}

}  // namespace

TEST_CASE("measure: the median of each number is of those that are known") {
  std::vector<Sample> all{sample(10, 5, 1, 1, 30), sample(20, 1, 2, 3, 10),
                          sample(30, 9, 3, 2, 20)};
  Sample typical = median(all);
  CHECK(typical.tokens.input == 20);
  CHECK(typical.tokens.cache_read == 5);
  CHECK(typical.dollars == 2.0);
  CHECK(typical.time.count() == 20);
  all.pop_back();
  typical = median(all);
  CHECK(typical.tokens.input == 15);
  CHECK(typical.dollars == 2.0);
  all.back().tokens.input.reset();
  all.front().dollars.reset();
  CHECK(median(all).tokens.input == 10);
  CHECK(median(all).dollars == 3.0);
  CHECK_FALSE(median({}).tokens.input);
  CHECK_FALSE(median({Sample()}).dollars);
}

TEST_CASE("measure: what replies save is a part of what delegations took") {
  const auto part = saved(figures());
  REQUIRE(part);
  CHECK(part->prompt == Approx(1 - 2400.0 / 2000));
  CHECK(part->uncached == Approx(0.75));
  CHECK(part->dollars == Approx(0.65));
  CHECK(part->time == Approx(-0.2));
  Figures without = figures();
  without.replies.samples.clear();
  CHECK_FALSE(saved(without));
  Figures unknown = figures();
  unknown.delegations.samples.front().tokens = {};
  unknown.delegations.samples.front().dollars.reset();
  const auto little = saved(unknown);
  REQUIRE(little);
  CHECK_FALSE(little->prompt);
  CHECK_FALSE(little->uncached);
  CHECK_FALSE(little->dollars);
  CHECK(little->time);
}

TEST_CASE("measure: the table says what was not measured, and why") {
  CHECK(figures_text(figures()) ==
        "cl\\u001b[2Jaude, m\n"
        "way                       prompt  fresh  cached  written  output  hits  money    time\n"
        "cold                      400     100    0       300      10      0 %   $0.5000  1.2 s\n"
        "pty                       -\n"
        "five delegations          2,000   1,000  0       1,000    10      0 %   $1.0000  5.0 s\n"
        "one session with replies  2,400   100    1,900   400      10      79 %  $0.3500  6.0 s\n"
        "pty: not measured: not trusted\n"
        "One session with replies beside five delegations: 75 % less read outside the cache, "
        "20 % more read in all, 65 % less money, 20 % more time.\n");
}

TEST_CASE("measure: the same as JSON, with each sample") {
  const json::Document out = figures_document(figures());
  CHECK(out["ways"][0]["samples"].size() == 1);
  CHECK(out["ways"][0]["median"]["tokens"]["cacheWrite"] == 300);
  CHECK(out["ways"][1]["median"].is_null());
  CHECK(out["ways"][1]["reason"] == "not trusted");
  CHECK(out["questions"]["saved"]["uncached"] == 0.75);
  CHECK_FALSE(out.contains("error"));
}
