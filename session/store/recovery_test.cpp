#include "session/store/recovery.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "base/handled.h"
#include "protocol/v1/build_update.h"
#include "session/store/limits.h"
#include "tests/catch.h"
#include "tests/doubles/still_clock.h"
#include "tests/doubles/store_folder.h"

using namespace tine;
using namespace tine::session::store;

namespace {

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_all(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

/// A small transcript as the writer makes it: a header, a prompt, an answer in chunks, the end of
/// the turn.
void real_transcript(const Folder& folder, test::StillClock& clock) {
  Writer writer(clock, {});
  writer.add("header", R"({"session":"01J00000000000000000000000"})");
  writer.add("prompt", R"({"blocks":[{"type":"text","text":"hi"}]})");
  for (const char* piece : {"one ", "two ", "three"}) {
    writer.add_update(v1::text_chunk(v1::UpdateKind::agent_message_chunk, piece, "m1"));
  }
  writer.add("turn_end", R"({"turn":1,"stop":"end_turn"})");
  REQUIRE(writer.flush(folder));
}

struct Seen {
  Result<Recovered> outcome = fail(ErrorKind::internal, "not run");
  std::vector<std::uint64_t> numbers;
};

Seen recover_now(const Folder& folder) {
  transport::Loop loop;
  Seen seen;
  loop.spawn(
      [](transport::Loop& the_loop, const Folder& where, Seen& out) -> transport::Task<void> {
        const auto see = [&out](const Line& line, std::int64_t, std::int64_t) {
          out.numbers.push_back(line.seq);
        };
        const WritePoint beginning;
        out.outcome = co_await recover(the_loop, where, beginning, see);
      }(loop, folder, seen));
  loop.run();
  return seen;
}

}  // namespace

TEST_CASE("chunks of one message become one line, in their place") {
  test::StillClock clock;
  const test::TemporaryFolder place;
  const Folder folder = test::store_folder(place);
  real_transcript(folder, clock);
  auto reader = Reader::open(folder, Damage::report);
  REQUIRE(reader);
  std::vector<std::string> types;
  std::string text;
  for (auto line = reader->next(); line && *line; line = reader->next()) {
    types.emplace_back((*line)->type);
    if ((*line)->type == "update")
      text = (*line)->data.find("content").find("text").string().value_or("");
  }
  CHECK(types == std::vector<std::string>{"header", "prompt", "update", "turn_end"});
  CHECK(text == "one two three");
}

TEST_CASE("a transcript cut at any byte opens, goes on, and opens again") {
  test::StillClock clock;
  const test::TemporaryFolder place;
  const Folder folder = test::store_folder(place);
  real_transcript(folder, clock);
  const std::string path = place.path() + "/" + transcript_name;
  const std::string whole = read_all(path);
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    INFO("cut to " << length << " bytes");
    write_all(path, std::string_view(whole).substr(0, length));
    const Seen first = recover_now(folder);
    REQUIRE(first.outcome);
    // Every line that is whole is there, in order; the rest is kept aside.
    const auto newlines = static_cast<std::size_t>(
        std::count(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length), '\n'));
    const bool only_newline_missing =
        length < whole.size() && whole[length] == '\n' && length > 0 && whole[length - 1] != '\n';
    REQUIRE(first.numbers.size() == newlines + (only_newline_missing ? 1 : 0));
    REQUIRE(first.outcome->newline_added == only_newline_missing);
    const std::string kept = first.outcome->torn_tail_file;
    const std::size_t begin = length == 0 ? 0 : whole.rfind('\n', length - 1) + 1;
    const bool torn = begin < length && !only_newline_missing;
    REQUIRE(kept.empty() == !torn);
    if (torn) REQUIRE(read_all(place.path() + "/" + kept) == whole.substr(begin, length - begin));

    Writer writer(clock, first.outcome->point);
    const std::uint64_t added = writer.add("note", "{}").seq;
    REQUIRE(writer.flush(folder));
    const Seen second = recover_now(folder);
    REQUIRE(second.outcome);
    REQUIRE(second.numbers.size() == first.numbers.size() + 1);
    REQUIRE(second.numbers.back() == added);
    REQUIRE(second.outcome->torn_tail_file.empty());
    if (torn) std::filesystem::remove(place.path() + "/" + kept);
  }
}

TEST_CASE("every changed byte of a transcript is reported or, at the very end, cut off") {
  test::StillClock clock;
  const test::TemporaryFolder place;
  const Folder folder = test::store_folder(place);
  real_transcript(folder, clock);
  const std::string path = place.path() + "/" + transcript_name;
  const std::string whole = read_all(path);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    INFO("byte " << at);
    std::string broken = whole;
    broken[at] = static_cast<char>(static_cast<unsigned char>(broken[at]) ^ 0x20U);
    write_all(path, broken);
    const Seen seen = recover_now(folder);
    const bool last_newline = at + 1 == whole.size();
    if (last_newline) {
      REQUIRE(seen.outcome);
      CHECK_FALSE(seen.outcome->torn_tail_file.empty());
    } else {
      REQUIRE_FALSE(seen.outcome);
      CHECK(seen.outcome.error().kind == ErrorKind::damaged);
      CHECK(seen.outcome.error().message.find("line ") != std::string::npos);
    }
  }
}

TEST_CASE("damage in the middle is passed over only when that is asked for") {
  test::StillClock clock;
  const test::TemporaryFolder place;
  const Folder folder = test::store_folder(place);
  real_transcript(folder, clock);
  const std::string path = place.path() + "/" + transcript_name;
  std::string broken = read_all(path);
  broken[broken.find('\n') + 20] ^= 1;
  write_all(path, broken);
  auto strict = Reader::open(folder, Damage::report);
  REQUIRE(strict);
  CHECK(strict->next());
  CHECK_FALSE(strict->next());
  auto lenient = Reader::open(folder, Damage::skip);
  REQUIRE(lenient);
  std::size_t lines = 0;
  for (auto line = lenient->next(); line && *line; line = lenient->next()) ++lines;
  CHECK(lines == 3);
  CHECK(lenient->skipped() == 1);
}

TEST_CASE("a transcript that lacks a line in its middle is damaged") {
  test::StillClock clock;
  const test::TemporaryFolder place;
  const Folder folder = test::store_folder(place);
  real_transcript(folder, clock);
  const std::string path = place.path() + "/" + transcript_name;
  std::string text = read_all(path);
  const std::size_t second = text.find('\n') + 1;
  text.erase(second, text.find('\n', second) + 1 - second);
  write_all(path, text);
  const Seen seen = recover_now(folder);
  REQUIRE_FALSE(seen.outcome);
  CHECK(seen.outcome.error().kind == ErrorKind::damaged);
  CHECK(seen.numbers == std::vector<std::uint64_t>{0});
}

TEST_CASE("a line of a transcript that does not end is damage, and not read to its end") {
  const test::TemporaryFolder place;
  const Folder folder = test::store_folder(place);
  const std::string path = place.path() + "/" + transcript_name;
  write_all(path, "");
  std::error_code refused;
  constexpr std::uintmax_t much = std::uintmax_t{1} << 30U;
  std::filesystem::resize_file(path, much, refused);
  if (refused) return;  // a file system without sparse files
  const std::uint64_t most = session::store::limits::transcript_line + 16 * 1024 * 1024;
  const auto read = [&](auto one_line) {
    const std::uint64_t before = bytes_handled();
    const auto line = one_line();
    REQUIRE_FALSE(line);
    CHECK(line.error().kind == ErrorKind::damaged);
    CHECK(bytes_handled() - before < most);
  };
  auto reader = Reader::open(folder, Damage::report);
  REQUIRE(reader);
  read([&] { return reader->next(); });
  const auto file = folder.open_file(transcript_name, Files::Open::read);
  REQUIRE(file);
  std::string text;
  read([&] { return line_at(*file, 0, text); });
}
