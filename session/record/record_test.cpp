#include "session/record/record.h"

#include "protocol/v1/build_update.h"
#include "session/record/archive.h"
#include "session/record/data.h"
#include "tests/catch.h"
#include "tests/doubles/faulty_files.h"
#include "tests/doubles/still_clock.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine;
using namespace tine::session;
using test::FaultyFiles;

namespace {

constexpr const char* session_id = "01J00000000000000000000000";

/// A store on a file system that can be told to fail, and one session in it.
struct Desk {
  explicit Desk(Policy chosen = {}) : policy(chosen) {
    store::State state;
    state.id = session_id;
    state.project = state.cwd = "/project";
    state.backend = "rehearsal";
    state.prompted = false;
    REQUIRE(store.create(state));
    Account account;
    account.history = std::make_shared<History>(store::entry_of(state, 0));
    account.state = std::move(state);
    record = std::make_shared<Record>(library, std::move(account));
  }

  template <class T>
  Result<T> run(transport::Task<Result<T>> task) {
    std::optional<Result<T>> out;
    loop.spawn([](transport::Task<Result<T>> work, std::optional<Result<T>>& result,
                  transport::Loop& the_loop) -> transport::Task<void> {
      result = co_await std::move(work);
      the_loop.stop();
    }(std::move(task), out, loop));
    loop.run_ready();
    if (!out) loop.run();
    return std::move(*out);
  }

  void prompt(const std::string& text) {
    loop.spawn(record->prompt("prompt", content_json({v1::text_block(text)})));
    loop.run_ready();
  }

  /// A turn that says something; gives how its writing went.
  Result<void> turn(const std::string& text) {
    auto claimed = run(record->claim("a test"));
    if (!claimed) return fail(std::move(claimed.error()));
    prompt(text);
    record->update(v1::text_chunk(v1::UpdateKind::agent_message_chunk, text + ".\n", text));
    TurnEnd end;
    end.stop = "end_turn";
    record->end_turn(std::move(end));
    auto written = run(record->write());
    record->release();
    return written;
  }

  /// What each line of the transcript is, as another process reads it.
  std::string told() {
    std::string out;
    const auto entry = store.find(session_id);
    REQUIRE(entry);
    const auto folder = store.open(*entry);
    REQUIRE(folder);
    auto reader = store::Reader::open(*folder, store::Damage::report);
    REQUIRE(reader);
    for (;;) {
      const auto line = reader->next();
      REQUIRE(line);
      if (!*line) return out;
      out += std::string((*line)->type);
      if ((*line)->type == "update")
        out += ":" + (*line)->data.find("content").find("text").string().value_or("");
      out += " ";
    }
  }

  test::TemporaryFolder place;
  test::FaultyFiles files;
  test::StillClock env;
  std::string logged;
  Log log{env, Log::Level::debug, [this](const Log::Message& message) { logged += message.text; }};
  Redactor redactor{Redactor::Key{1}};
  Policy policy;
  transport::Loop loop;
  transport::Worker worker{loop};
  store::Store store{loop, files, env, place.path()};
  store::Syncer syncer{loop, worker, store};
  Prices prices{{}, nullptr};
  WarmFirst warm_first{loop, env};
  executor::Admission admission{loop, log, {}, {}};
  TurnLine turn_line{loop, admission, 0};
  Library library{loop, env, log, redactor, store, syncer, policy, prices, warm_first, turn_line};
  std::shared_ptr<Record> record;
};

constexpr const char* one = "header prompt update:one.\n turn_end ";
constexpr const char* two = "header prompt update:one.\n turn_end prompt update:two.\n turn_end ";

}  // namespace

TEST_CASE("record: short writes and interruptions are nobody's concern") {
  Desk desk;
  int turn = 0;
  desk.files.on_write = [&turn](std::size_t wanted) -> ssize_t {
    if (++turn % 3 == 0) return -EINTR;
    return static_cast<ssize_t>(std::min<std::size_t>(wanted, 7));
  };
  CHECK(desk.turn("one"));
  CHECK(desk.turn("two"));
  CHECK(desk.told() == two);
}

TEST_CASE("record: a full disk refuses the turn, and what was said before is there") {
  Desk desk;
  REQUIRE(desk.turn("one"));
  std::size_t room = GENERATE(0U, 1U, 100U, 300U);
  desk.files.on_write = [&room](std::size_t wanted) -> ssize_t {
    if (room == 0) return -ENOSPC;
    const std::size_t n = std::min(room, wanted);
    room -= n;
    return static_cast<ssize_t>(n);
  };
  const auto refused = desk.turn("two");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::storage_full);
  CHECK(desk.told().starts_with(one));
  SECTION("space is made: what could not be written comes first") {
    desk.files.on_write = nullptr;
    CHECK(desk.turn("three"));
    CHECK(desk.told() == std::string(two) + "prompt update:three.\n turn_end ");
  }
  SECTION("none is made: the next turn is refused before it begins") {
    const auto again = desk.turn("three");
    REQUIRE_FALSE(again);
    CHECK(again.error().kind == ErrorKind::storage_full);
  }
}

TEST_CASE("record: a disk that cannot sync is told of where it was asked to") {
  Policy durable;
  durable.sync_each_turn = true;
  Desk desk(durable);
  REQUIRE(desk.turn("one"));
  desk.files.sync_error = EIO;
  const auto refused = desk.turn("two");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::storage_failed);
  CHECK(desk.told() == two);
  desk.files.sync_error = 0;
  CHECK(desk.turn("three"));
  CHECK(desk.told().starts_with(two));
}

TEST_CASE("record: a state that cannot be saved is made up for by the transcript") {
  Desk desk;
  REQUIRE(desk.turn("one"));
  desk.files.rename_error = EIO;
  CHECK(desk.turn("two"));
  CHECK(desk.logged.find("could not be saved") != std::string::npos);
  desk.files.rename_error = 0;

  Archive archive(desk.loop, desk.log, desk.store);
  const auto account = desk.run(archive.load(*desk.store.find(session_id)));
  REQUIRE(account);
  CHECK(account->state.turns == 2);
  CHECK(account->history->turns() == 2);
  CHECK(account->history->cursor() == desk.record->history()->cursor());
}

TEST_CASE("record: a state is what the transcript tells") {
  Desk desk;
  REQUIRE(desk.turn("one"));
  REQUIRE(desk.turn("two"));
  Archive archive(desk.loop, desk.log, desk.store);
  const store::IndexEntry entry = *desk.store.find(session_id);
  const auto saved = desk.store.read_state(entry);
  REQUIRE(saved);
  const auto account = desk.run(archive.read_whole(entry));
  REQUIRE(account);
  store::State told = account->state;
  told.last_seq = saved->last_seq;  // what was written behind the last turn's end
  told.transcript_bytes = saved->transcript_bytes;
  CHECK(told == *saved);
}

TEST_CASE("record: a look at whether the session is in use keeps no prompt waiting") {
  Desk desk;
  REQUIRE(desk.turn("one"));
  const auto folder = desk.store.open(*desk.store.find(session_id));
  REQUIRE(folder);
  std::optional<store::File> look =
      std::move(*folder->open_file("locks/session.lock", store::Files::Open::read));
  REQUIRE(*look->try_shared_lock());
  desk.loop.spawn(
      [](transport::Loop& loop, std::optional<store::File>& file) -> transport::Task<void> {
        co_await transport::pause(loop, std::chrono::milliseconds(30));
        file.reset();
      }(desk.loop, look));
  CHECK(desk.turn("two"));
}

TEST_CASE("record: a lock that outlives its holder for a moment is waited for, no other one") {
  Desk desk;
  REQUIRE(desk.turn("one"));
  const auto folder = desk.store.open(*desk.store.find(session_id));
  REQUIRE(folder);
  store::Holder holder = store::this_process(desk.env, "a turn runs");
  const bool gone = GENERATE(true, false);
  if (gone) ++holder.start;  // the same pid, another process
  std::optional<store::Lock> held = std::move(*store::Lock::take(*folder, holder));
  desk.loop.spawn(
      [](transport::Loop& loop, std::optional<store::Lock>& lock) -> transport::Task<void> {
        co_await transport::pause(loop, std::chrono::milliseconds(30));
        lock.reset();
      }(desk.loop, held));
  const auto refused = desk.turn("two");
  CHECK(refused.has_value() == gone);
  if (!gone) CHECK(refused.error().kind == ErrorKind::session_locked);
}

TEST_CASE("record: what a fork refers to is in the file before, or the disk's reason is given") {
  Desk desk;
  REQUIRE(desk.turn("one"));
  REQUIRE(desk.run(desk.record->claim("a test")));
  desk.prompt("two");
  desk.record->update(v1::text_chunk(v1::UpdateKind::agent_message_chunk, "two.\n", "two"));
  TurnEnd end;
  end.stop = "end_turn";
  // It has ended, and waits for its write.
  const std::uint64_t seq = desk.record->end_turn(std::move(end));
  CHECK(desk.told() == one);
  SECTION("the disk is full") {
    desk.files.on_write = [](std::size_t) -> ssize_t { return -ENOSPC; };
    const auto refused = desk.run(desk.record->keep(seq));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::storage_full);
    // What is there already can be forked all the same.
    CHECK(desk.run(desk.record->keep(3)));
    desk.files.on_write = nullptr;
  }
  CHECK(desk.run(desk.record->keep(seq)));
  CHECK(desk.told() == two);
  desk.record->release();
}
