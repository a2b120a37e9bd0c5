#include "transport/outbox.h"

#include <string>
#include <string_view>
#include <vector>

#include "tests/doubles/peers.h"

using namespace tine::transport;
using namespace tine::transport::test;

namespace {

constexpr std::string_view before = R"({"message":"m","text":")";
constexpr std::string_view after = R"("})";

/// With its newline; a few of these fill the outbox.
constexpr std::size_t filling_line = limits::outbox_high / 4;

struct Full {
  Loop loop;
  Outbox outbox{loop};

  /// Other lines, answers, up to the limit from which chunks are merged.
  void fill(std::size_t bytes = limits::outbox_high) {
    while (outbox.bytes() < bytes) outbox.push(std::string(filling_line - 1, 'f'), 0, {});
  }
  void chunk(std::string_view text, std::uint64_t stream = 1, std::string_view head = before,
             std::string_view tail = after) {
    const Splice splice{head.size(), head.size() + text.size()};
    outbox.push(std::string(head).append(text).append(tail), stream, splice);
  }
  void other(std::string line, std::uint64_t stream) { outbox.push(std::move(line), stream, {}); }

  /// What is written, less what filled the outbox.
  std::vector<std::string> lines() {
    std::vector<std::string> all;
    while (!outbox.nothing_queued()) {
      for (const std::string_view line : outbox.take_batch()) {
        REQUIRE(line.back() == '\n');
        if (line.front() != 'f') all.emplace_back(line.substr(0, line.size() - 1));
      }
      outbox.done();
    }
    CHECK(outbox.bytes() == 0);
    return all;
  }
};

std::string line(std::string_view text) { return std::string(before).append(text).append(after); }

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("below the limit nothing is merged") {
  Full full;
  full.fill(limits::outbox_high / 2);
  full.chunk("a");
  full.chunk("b");
  CHECK(full.outbox.has_room());
  CHECK(full.lines() == Lines{line("a"), line("b")});
}

TEST_CASE("over the limit chunks of one message become one, and the bytes are counted") {
  Full full;
  full.fill();
  CHECK_FALSE(full.outbox.has_room());
  full.chunk("a");
  const std::size_t one = full.outbox.bytes();
  full.chunk("bc");
  full.chunk("");
  full.chunk("d");
  CHECK(full.outbox.bytes() == one + 3);
  CHECK(full.lines() == Lines{line("abcd")});
}

TEST_CASE("chunks that differ in more than their text stay two") {
  Full full;
  full.fill();
  full.chunk("a");
  full.chunk("b", 1, R"({"message":"n","text":")");
  full.chunk("c", 1, R"({"message":"n","text":")", R"(","more":1})");
  full.chunk("d", 1, R"({"message":"n","text":")", R"(","more":2})");
  // The same length, and the splice where it lies in the other one.
  full.chunk("e", 1, R"({"massage":"n","text":")", R"(","more":2})");
  CHECK(full.lines().size() == 5);
}

TEST_CASE("no chunk goes past another message of its stream or an answer") {
  Full full;
  full.fill();
  full.chunk("a");
  full.other("a message of the stream", 1);
  full.chunk("b");
  full.other("an answer", 0);
  full.chunk("c");
  full.chunk("d");
  CHECK(full.lines() ==
        Lines{line("a"), "a message of the stream", line("b"), "an answer", line("cd")});
}

TEST_CASE("messages of other streams lie between and do not matter") {
  Full full;
  full.fill();
  full.chunk("a", 1);
  full.chunk("x", 2);
  full.other("a message of a third", 3);
  full.chunk("b", 1);
  full.chunk("y", 2);
  CHECK(full.lines() == Lines{line("ab"), line("xy"), "a message of a third"});
}

TEST_CASE("what belongs to no stream is never merged") {
  Full full;
  full.fill();
  full.chunk("a", 0);
  full.chunk("b", 0);
  CHECK(full.lines().size() == 2);
}

TEST_CASE("how far back a chunk looks") {
  for (const std::size_t between : {limits::merge_reach - 1, limits::merge_reach}) {
    Full full;
    full.fill();
    full.chunk("a", 1);
    for (std::size_t i = 0; i < between; ++i) full.other("other", 2);
    full.chunk("b", 1);
    const bool merged = between < limits::merge_reach;
    CHECK(full.lines().size() == between + (merged ? 1 : 2));
  }
}

TEST_CASE("how large a message grows by merging") {
  Full full;
  full.fill();
  // The newline counts.
  const std::string start(limits::max_merged - line("").size() - 1 - 3, 'a');
  full.chunk(start);
  full.chunk("bc");
  full.chunk("d");
  full.chunk("e");
  CHECK((full.lines() == Lines{line(start + "bcd"), line("e")}));
}

TEST_CASE("what is being written is not touched") {
  Full full;
  full.fill(limits::outbox_high * 2);
  full.chunk("a");
  const auto& batch = full.outbox.take_batch();
  const std::string_view last = batch.back();
  CHECK(last == line("a") + "\n");
  full.chunk("b");
  full.chunk("c");
  CHECK(last == line("a") + "\n");
  CHECK_FALSE(full.outbox.nothing_queued());
  full.outbox.done();
  CHECK(full.lines() == Lines{line("bc")});
}

TEST_CASE("a batch has its limit") {
  Full full;
  for (std::size_t i = 0; i < limits::write_batch + 1; ++i) full.other("line", 0);
  CHECK(full.outbox.take_batch().size() == limits::write_batch);
  full.outbox.done();
  CHECK(full.outbox.bytes() == 5);
  CHECK(full.outbox.take_batch().size() == 1);
  full.outbox.done();
  CHECK(full.outbox.empty());
}

TEST_CASE("waiters look for their own limits each time something has left") {
  Full full;
  std::string log;
  for (int i = 0; i < 3; ++i) full.other(std::string(99, 'x'), 0);
  const auto wait = [&](char name, std::size_t limit) {
    start(full.loop, [&full, &log, name, limit]() -> Task<void> {
      co_await full.outbox.below(limit);
      log += name;
    });
  };
  wait('a', 1);
  wait('b', 301);
  wait('c', 300);
  full.loop.run_ready();
  CHECK(log == "b");
  static_cast<void>(full.outbox.take_batch());
  full.loop.run_ready();
  CHECK(log == "b");
  full.other("y", 0);
  full.outbox.done();
  full.loop.run_ready();
  CHECK(log == "bc");
  static_cast<void>(full.lines());
  full.loop.run_ready();
  CHECK(log == "bca");
  wait('d', 1);
  full.loop.run_ready();
  CHECK(log == "bcad");
}

TEST_CASE("filled wakes for the first line and not for none") {
  Full full;
  int woken = 0;
  const auto wait = [&] {
    start(full.loop, [&]() -> Task<void> {
      co_await full.outbox.filled();
      ++woken;
    });
    full.loop.run_ready();
  };
  wait();
  CHECK(woken == 0);
  full.other("a", 0);
  full.loop.run_ready();
  CHECK(woken == 1);
  static_cast<void>(full.lines());
  wait();
  CHECK(woken == 1);
  full.outbox.break_off();
  full.loop.run_ready();
  CHECK(woken == 2);
}

TEST_CASE("breaking off wakes everybody and drops what is queued and what comes") {
  Full full;
  int woken = 0;
  full.fill(limits::outbox_full);
  const auto& batch = full.outbox.take_batch();
  const std::string_view first = batch.front();
  for (const std::size_t limit : {std::size_t{1}, limits::outbox_high, limits::outbox_full}) {
    start(full.loop, [&full, &woken, limit]() -> Task<void> {
      co_await full.outbox.below(limit);
      ++woken;
    });
  }
  start(full.loop, [&]() -> Task<void> {
    const bool empty = co_await full.outbox.below_within(1, hung);
    CHECK(empty);
    ++woken;
  });
  full.loop.run_ready();
  CHECK(woken == 0);
  full.outbox.break_off();
  full.loop.run_ready();
  CHECK(woken == 4);
  CHECK(full.outbox.has_room());
  // The writer has not come back yet: its pieces are still there.
  CHECK(first.size() == filling_line);
  CHECK(first.front() == 'f');
  full.outbox.done();
  full.other("late", 0);
  CHECK(full.outbox.bytes() == 0);
  CHECK(full.outbox.nothing_queued());
}

TEST_CASE("below_within gives up at its deadline") {
  Full full;
  full.other("x", 0);
  run(full.loop, [&]() -> Task<void> {
    const bool empty = co_await full.outbox.below_within(1, Milliseconds(2));
    CHECK_FALSE(empty);
    const bool at_once = co_await full.outbox.below_within(1, Milliseconds(0));
    CHECK_FALSE(at_once);
    static_cast<void>(full.lines());
    const bool later = co_await full.outbox.below_within(1, Milliseconds(0));
    CHECK(later);
  });
}

TEST_CASE("a long line leaves in its order and in pieces, and its text is not copied") {
  Loop loop;
  Outbox outbox(loop);
  const auto text = std::make_shared<const std::string>("a long text");
  outbox.push("first", 1, {});
  outbox.push(LongLine{.before = "(", .owner = text, .part = *text, .after = ")"}, 1);
  outbox.push("last", 1, {});
  CHECK(outbox.bytes() == std::string_view("first\n(a long text)\nlast\n").size());
  std::string all;
  bool is_copied = true;
  for (const std::string_view piece : outbox.take_batch()) {
    all += piece;
    if (piece.data() == text->data()) is_copied = false;
  }
  CHECK(all == "first\n(a long text)\nlast\n");
  CHECK_FALSE(is_copied);
  CHECK(text.use_count() == 2);
  outbox.done();
  CHECK(outbox.empty());
  CHECK(text.use_count() == 1);
}

TEST_CASE("no chunk goes past a long line of its stream") {
  const auto text = std::make_shared<const std::string>("long");
  Full whole;
  whole.fill();
  whole.chunk("one");
  whole.outbox.push(LongLine{.before = {}, .owner = text, .part = *text, .after = {}}, 1);
  whole.chunk("two");
  std::string all;
  while (!whole.outbox.nothing_queued()) {
    for (const std::string_view piece : whole.outbox.take_batch()) all += piece;
    whole.outbox.done();
  }
  CHECK(
      all.ends_with("\n{\"message\":\"m\",\"text\":\"one\"}\nlong\n"
                    "{\"message\":\"m\",\"text\":\"two\"}\n"));
}
