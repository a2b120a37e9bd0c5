#include "tests/mock/breakpoint_cache.h"

#include "tests/catch.h"

using namespace tine::mock;
using std::chrono::seconds;

namespace {

const BreakpointCache::Time start{};

/// A block of so many tokens, all of its letter; `lifetime` makes it a breakpoint.
PromptBlock block(char letter, std::size_t tokens, seconds lifetime = seconds(0)) {
  return {.text = std::string(tokens * 4, letter), .lifetime = lifetime};
}

PromptBlock breakpoint(char letter, std::size_t tokens) {
  return block(letter, tokens, BreakpointCache::five_minutes);
}

/// Counts the request and keeps what it writes.
CacheUse ask(BreakpointCache& cache, const BreakpointCache::Prompt& prompt, seconds at = seconds(0),
             const std::string& model = "m") {
  const CacheUse use = cache.count(model, prompt, start + at);
  cache.keep(model, prompt, start + at);
  return use;
}

bool same(const CacheUse& use, const CacheUse& expected) {
  return use.input == expected.input && use.read == expected.read &&
         use.written_5m == expected.written_5m && use.written_1h == expected.written_1h;
}

}  // namespace

TEST_CASE("mock cache: what lies before the last breakpoint is written, the rest is input") {
  BreakpointCache cache;
  CHECK(same(ask(cache, {breakpoint('a', 2000), block('b', 7)}), {.input = 7, .written_5m = 2000}));
}

TEST_CASE("mock cache: an extension reads what was written, and writes what follows") {
  BreakpointCache cache;
  ask(cache, {block('a', 2000), breakpoint('b', 10)});
  CHECK(same(ask(cache, {block('a', 2000), block('b', 10), breakpoint('c', 5), block('d', 3)}),
             {.input = 3, .read = 2010, .written_5m = 5}));
}

TEST_CASE("mock cache: what had no breakpoint cannot be read, however equal it is") {
  BreakpointCache cache;
  ask(cache, {breakpoint('a', 2000), block('b', 2000)});
  CHECK(same(ask(cache, {block('a', 2000), block('b', 2000), breakpoint('c', 1)}),
             {.read = 2000, .written_5m = 2001}));
  BreakpointCache without;
  ask(without, {block('a', 2000)});
  CHECK(ask(without, {breakpoint('a', 2000)}).read == 0);
}

TEST_CASE("mock cache: one other byte before a breakpoint, or another model, reads nothing") {
  BreakpointCache cache;
  ask(cache, {block('a', 2000), breakpoint('b', 10)});
  CHECK(cache.count("m", {block('x', 2000), breakpoint('b', 10)}, start).read == 0);
  CHECK(cache.count("n", {block('a', 2000), breakpoint('b', 10)}, start).read == 0);
  CHECK(cache.count("m", {block('a', 2000), breakpoint('b', 10)}, start).read == 2010);
  PromptBlock joined = block('a', 2000, BreakpointCache::five_minutes);
  joined.text += block('b', 10).text;
  CHECK(cache.count("m", {joined}, start).read == 0);
}

TEST_CASE("mock cache: an entry is found twenty blocks before a breakpoint, not further") {
  const std::size_t far = BreakpointCache::lookback - 1;
  for (const std::size_t between : {far - 1, far, far + 1}) {
    BreakpointCache cache;
    ask(cache, {breakpoint('a', 2000)});
    BreakpointCache::Prompt prompt(1, block('a', 2000));
    prompt.insert(prompt.end(), between, block('b', 1));
    prompt.back().lifetime = BreakpointCache::five_minutes;
    CHECK(cache.count("m", prompt, start).read == (between <= far ? 2000U : 0U));
  }
}

TEST_CASE("mock cache: a prefix of less than 1024 tokens is not written") {
  const auto written = [](std::size_t tokens) {
    BreakpointCache cache;
    return ask(cache, {breakpoint('a', tokens)}).written_5m;
  };
  CHECK(written(1023) == 0);
  CHECK(written(1024) == 1024);
  CHECK(written(1025) == 1025);
}

TEST_CASE("mock cache: an entry lives from its last reading on") {
  BreakpointCache cache;
  const BreakpointCache::Prompt prompt{breakpoint('a', 2000)};
  ask(cache, prompt);
  CHECK(ask(cache, prompt, seconds(299)).read == 2000);
  CHECK(ask(cache, prompt, seconds(299 + 299)).read == 2000);
  CHECK(ask(cache, prompt, seconds(299 + 299 + 300)).read == 0);
  // A request that has its breakpoint elsewhere reads it, too.
  BreakpointCache other;
  ask(other, prompt);
  ask(other, {block('a', 2000), breakpoint('b', 1)}, seconds(299));
  CHECK(ask(other, prompt, seconds(299 + 299)).read == 2000);
}

TEST_CASE("mock cache: an hour's breakpoint is counted by itself and lives for an hour") {
  BreakpointCache cache;
  const BreakpointCache::Prompt prompt{block('a', 2000, BreakpointCache::hour),
                                       breakpoint('b', 100)};
  CHECK(same(ask(cache, prompt), {.written_5m = 100, .written_1h = 2000}));
  CHECK(same(ask(cache, prompt, seconds(301)), {.read = 2000, .written_5m = 100}));
  CHECK(ask(cache, prompt, seconds(301 + 3601)).read == 0);
}

TEST_CASE("mock cache: what was only counted cannot be read") {
  BreakpointCache cache;
  const BreakpointCache::Prompt prompt{breakpoint('a', 2000)};
  cache.count("m", prompt, start);
  CHECK(cache.count("m", prompt, start).read == 0);
}
