#include "session/store/writer.h"

#include <algorithm>
#include <cerrno>

#include "base/crc32c.h"
#include "protocol/v1/build_update.h"
#include "session/store/limits.h"
#include "session/store/reader.h"
#include "tests/catch.h"
#include "tests/doubles/faulty_files.h"
#include "tests/doubles/still_clock.h"
#include "tests/doubles/store_folder.h"

using namespace tine;
using namespace tine::session::store;

namespace {

/// The numbers of the lines that are in the file, all of them whole.
std::vector<std::uint64_t> numbers(const Folder& folder) {
  std::vector<std::uint64_t> out;
  auto reader = Reader::open(folder, Damage::report);
  REQUIRE(reader);
  for (auto line = reader->next();; line = reader->next()) {
    REQUIRE(line);
    if (!*line) break;
    out.push_back((*line)->seq);
  }
  CHECK(reader->tail().empty());
  return out;
}

}  // namespace

TEST_CASE("a write that is cut short or interrupted is gone on with") {
  test::StillClock clock;
  const test::TemporaryFolder place;
  test::FaultyFiles files;
  const auto folder = Folder::root(files, place.path(), false);
  REQUIRE(folder);
  int calls = 0;
  files.on_write = [&calls](std::size_t wanted) -> ssize_t {
    ++calls;
    if (calls % 3 == 0) return -EINTR;
    return static_cast<ssize_t>(std::min<std::size_t>(wanted, 7));
  };
  Writer writer(clock, {});
  for (int i = 0; i < 20; ++i) writer.add("note", R"({"some":"text"})");
  REQUIRE(writer.flush(*folder));
  CHECK(calls > 100);
  CHECK(numbers(*folder).size() == 20);
}

TEST_CASE("a full disk loses no line: not one that is there, not one that waits") {
  test::StillClock clock;
  const test::TemporaryFolder place;
  test::FaultyFiles files;
  const auto folder = Folder::root(files, place.path(), false);
  REQUIRE(folder);
  // First less is written than was asked for, only then comes the reason: as a real disk does it.
  for (std::size_t room = 0; room < 400; room += 13) {
    INFO("room for " << room << " bytes");
    REQUIRE(folder->remove_file(transcript_name));
    files.on_write = nullptr;
    Writer writer(clock, {});
    writer.add("header", "{}");
    REQUIRE(writer.flush(*folder));
    std::size_t left = room;
    files.on_write = [&left](std::size_t wanted) -> ssize_t {
      if (left == 0) return -ENOSPC;
      const std::size_t n = std::min(wanted, left);
      left -= n;
      return static_cast<ssize_t>(n);
    };
    for (int i = 0; i < 5; ++i) writer.add("note", R"({"some":"text"})");
    const auto full = writer.flush(*folder);
    REQUIRE_FALSE(full);
    CHECK(full.error().kind == ErrorKind::storage_full);
    // What is in the file is whole lines in order.
    const auto before = numbers(*folder);
    for (std::size_t i = 0; i < before.size(); ++i) REQUIRE(before[i] == i);

    files.on_write = nullptr;
    writer.add("note", "{}");
    REQUIRE(writer.flush(*folder));
    const auto after = numbers(*folder);
    REQUIRE(after.size() == 7);
    for (std::size_t i = 0; i < after.size(); ++i) REQUIRE(after[i] == i);
  }
}

TEST_CASE("a long record is written in pieces, in its place and with its checksum") {
  test::StillClock clock;
  const test::TemporaryFolder place;
  test::FaultyFiles files;
  const auto folder = Folder::root(files, place.path(), false);
  REQUIRE(folder);
  const std::string content = "[\"" + std::string(1000, 'x') + "\"]";
  Writer writer(clock, {});
  writer.add("header", "{}");
  const auto added =
      writer.add_long("prompt", R"({"content":)", content, crc32c(content), R"(,"turn":1})");
  writer.add("note", "{}");
  CHECK(writer.next_seq() == 3);
  CHECK(writer.written_seq() == 0);
  std::size_t most = 0;
  files.on_write = [&most](std::size_t wanted) -> ssize_t {
    most = std::max(most, wanted);
    return static_cast<ssize_t>(wanted);
  };
  for (std::size_t pieces = 1;; ++pieces) {
    const auto done = writer.flush_some(*folder, 100);
    REQUIRE(done);
    if (pieces == 3) writer.add("note", "{}");
    if (*done) break;
  }
  CHECK(most <= 100);
  CHECK(writer.written_seq() == 3);
  CHECK_FALSE(writer.pending());
  CHECK(numbers(*folder).size() == 4);
  const auto text = folder->read_whole(transcript_name, 10'000);
  REQUIRE(text);
  CHECK(writer.offset() == static_cast<std::int64_t>(text->size()));
  const auto line = read_line(
      std::string_view(*text).substr(static_cast<std::size_t>(added.begin),
                                     static_cast<std::size_t>(added.end - added.begin) - 1));
  REQUIRE(line);
  CHECK(line->seq == 1);
  CHECK(line->data.raw() == R"({"content":)" + content + R"(,"turn":1})");
}

TEST_CASE("a disk that is full in the middle of a long record loses no line") {
  test::StillClock clock;
  const test::TemporaryFolder place;
  test::FaultyFiles files;
  const auto folder = Folder::root(files, place.path(), false);
  REQUIRE(folder);
  const std::string content = "[\"" + std::string(300, 'x') + "\"]";
  for (std::size_t room = 0; room < 600; room += 13) {
    INFO("room for " << room << " bytes");
    REQUIRE(folder->remove_file(transcript_name));
    std::size_t left = room;
    files.on_write = [&left](std::size_t wanted) -> ssize_t {
      if (left == 0) return -ENOSPC;
      const std::size_t n = std::min(wanted, left);
      left -= n;
      return static_cast<ssize_t>(n);
    };
    Writer writer(clock, {});
    writer.add("header", "{}");
    writer.add_long("prompt", R"({"content":)", content, crc32c(content), "}");
    for (int i = 0; i < 5; ++i) writer.add("note", R"({"some":"text"})");
    Result<bool> done = false;
    while (done && !*done) done = writer.flush_some(*folder, 50);
    REQUIRE_FALSE(done);
    CHECK(done.error().kind == ErrorKind::storage_full);
    const auto before = numbers(*folder);
    for (std::size_t i = 0; i < before.size(); ++i) REQUIRE(before[i] == i);

    files.on_write = nullptr;
    CHECK(writer.written_seq() == (before.empty() ? 0 : before.size() - 1));
    REQUIRE(writer.flush(*folder));
    CHECK(writer.written_seq() == 6);
    const auto after = numbers(*folder);
    REQUIRE(after.size() == 7);
    for (std::size_t i = 0; i < after.size(); ++i) REQUIRE(after[i] == i);
  }
}

TEST_CASE("a disk that fails on sync or rename says so and keeps what was there") {
  test::StillClock clock;
  const test::TemporaryFolder place;
  test::FaultyFiles files;
  const auto folder = Folder::root(files, place.path(), false);
  REQUIRE(folder);
  REQUIRE(folder->replace("state.toml", "old", true));
  files.sync_error = EIO;
  const auto unsynced = folder->replace("state.toml", "new", true);
  REQUIRE_FALSE(unsynced);
  CHECK(unsynced.error().kind == ErrorKind::storage_failed);
  CHECK(folder->read_whole("state.toml", 100) == "old");
  Writer writer(clock, {});
  writer.add("header", "{}");
  REQUIRE(writer.flush(*folder));
  CHECK_FALSE(writer.sync(*folder));
  files.sync_error = 0;
  files.rename_error = EACCES;
  CHECK_FALSE(folder->replace("state.toml", "new", true));
  CHECK(folder->read_whole("state.toml", 100) == "old");
  const auto left = folder->names();
  REQUIRE(left);
  CHECK(left->size() == 2);  // no temporary file stays behind
  files.rename_error = 0;
  REQUIRE(folder->replace("state.toml", "new", true));
  CHECK(folder->read_whole("state.toml", 100) == "new");
}

TEST_CASE("chunks are merged only while they are chunks of one message in a row") {
  test::StillClock clock;
  const test::TemporaryFolder place;
  const Folder folder = test::store_folder(place);
  Writer writer(clock, {});
  const auto say = [&](const char* text, const char* message) {
    writer.add_update(v1::text_chunk(v1::UpdateKind::agent_message_chunk, text, message));
  };
  say("a", "1");
  say("b", "1");
  CHECK(writer.next_seq() == 1);
  say("c", "2");
  writer.add("note", "{}");
  say("d", "2");
  REQUIRE(writer.flush(folder));
  CHECK(numbers(folder).size() == 4);
  CHECK(writer.next_seq() == 4);
}

TEST_CASE("a chunk does not go on with the one of a message that is written") {
  test::StillClock clock;
  const test::TemporaryFolder place;
  const Folder folder = test::store_folder(place);
  Writer writer(clock, {});
  const auto say = [&](std::string_view text) {
    writer.add_update(v1::text_chunk(v1::UpdateKind::agent_message_chunk, text, "1"));
  };
  say(std::string(session::store::limits::write_buffer, 'a'));
  CHECK(writer.waiting() > session::store::limits::write_buffer);
  REQUIRE(writer.flush(folder));
  CHECK(writer.waiting() == 0);
  CHECK_FALSE(writer.pending());
  say("b");
  say("c");
  REQUIRE(writer.flush(folder));
  CHECK(numbers(folder).size() == 2);
  const std::string all = folder.read_whole("transcript.jsonl", 1 << 20).value();
  CHECK(all.find(R"("text":"bc")") != std::string::npos);
  CHECK(all.find("aabc") == std::string::npos);
}
