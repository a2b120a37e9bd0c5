#include "session/record/lineage.h"

#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "base/ulid.h"
#include "session/record/archive.h"
#include "session/store/limits.h"
#include "session/store/line.h"
#include "session/store/reader.h"
#include "tests/catch.h"
#include "tests/doubles/await.h"
#include "tests/doubles/faulty_files.h"
#include "tests/doubles/still_clock.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine;
using namespace tine::session;

namespace {

struct Place {
  std::string add(const std::string& parent) {
    store::State state;
    state.id = ids.next();
    state.project = state.cwd = "/one";
    state.parent = parent;
    REQUIRE(store.create(state));
    return state.id;
  }
  void set_parent(const std::string& id, const std::string& parent) {
    store::State state = *store.read_state(*store.find(id));
    state.parent = parent;
    REQUIRE(store.write_state(state));
  }
  std::string path(const std::string& id, const std::string& name) const {
    return folder.path() + "/one/sessions/" + id + "/" + name;
  }
  /// A first line that tells the parent, too.
  void set_header(const std::string& id, const std::string& parent) const {
    std::string text;
    store::write_line(
        text, 0, "2026-01-31T12:00:00.000Z", "header",
        R"({"session":")" + id + R"(","parent":")" + parent + R"(","depth":1,"forkSeq":0})");
    std::ofstream(path(id, store::transcript_name)) << text;
  }
  /// Its first line, which the state knows of.
  void write_transcript(const std::string& id) {
    std::string text;
    store::write_line(text, 0, rfc3339(clock.wall_ms()), "header",
                      R"({"session":")" + id + R"("})");
    std::ofstream(path(id, store::transcript_name)) << text;
    store::State state = *store.read_state(*store.find(id));
    state.last_seq = 0;
    state.transcript_bytes = static_cast<std::int64_t>(text.size());
    REQUIRE(store.write_state(state));
  }
  Result<Account> load(const std::string& id) {
    return test::await(loop, archive.load(*store.find(id)));
  }

  test::TemporaryFolder folder;
  test::FaultyFiles files;
  test::StillClock clock;
  UlidSource ids{clock};
  Log log{clock, Log::Level::error, [](const Log::Message&) {}};
  transport::Loop loop;
  store::Store store{loop, files, clock, folder.path()};
  Archive archive{loop, log, store};
};

/// Lowers how many descriptors may be open, for as long as it lives.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t most) {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    rlimit few = before_;
    few.rlim_cur = most;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("lineage: a fork of forks is loaded with fewer descriptors than it has ancestors") {
  Place place;
  std::string id;
  for (int i = 0; i < 200; ++i) id = place.add(id);
  const FewDescriptors few(64);
  const auto account = place.load(id);
  REQUIRE(account);
  std::size_t ancestors = 0;
  for (const History* each = account->history->parent().get(); each != nullptr;
       each = each->parent().get()) {
    ++ancestors;
  }
  CHECK(ancestors == 199);
}

TEST_CASE(
    "lineage: sessions that name each other as parents are damaged, and never go on for ever") {
  Place place;
  const std::string one = place.add({});
  const std::string two = place.add(one);
  const std::string below = place.add(two);
  const bool alone = GENERATE(true, false);
  place.set_parent(one, alone ? one : two);
  for (const std::string& id : {one, two, below}) {
    const auto account = place.load(id);
    REQUIRE_FALSE(account);
    CHECK(account.error().kind == ErrorKind::damaged);
    CHECK_FALSE(history_from(place.store, *place.store.find(id), store::Damage::skip));
  }
}

TEST_CASE("lineage: it has so many steps and no more") {
  Place place;
  Lineage lineage(place.store);
  // The session itself and its ancestors.
  for (std::uint64_t i = 0; i <= store::limits::fork_depth; ++i)
    REQUIRE(lineage.enter(std::to_string(i)));
  const auto refused = lineage.enter("one more");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::damaged);
}

TEST_CASE("lineage: a parent that cannot be read now is not taken for one that has gone") {
  Place place;
  const std::string parent = place.add({});
  const std::string fork = place.add(parent);
  for (const std::string& id : {parent, fork}) place.write_transcript(id);
  const auto entry = *place.store.find(fork);
  const auto holds_parent = [&](const History* history) {
    return history->parent() && history->parent()->where().id == parent;
  };
  // Each file that is opened on the way is once one too many for this process.
  std::size_t failing = 0;
  const auto fails_once = [&](auto read) {
    place.files.failing_open = place.files.opens + ++failing;
    const auto got = read();
    const bool reached = place.files.opens >= std::exchange(place.files.failing_open, 0);
    INFO("open " << failing);
    if (got) {
      CHECK(holds_parent(&**got));
    } else {
      INFO(got.error().message);
      CHECK(got.error().kind == ErrorKind::storage_failed);
      CHECK(got.error().retryable);
    }
    return reached;
  };
  using Read = Result<std::shared_ptr<const History>>;
  for (const auto damage : {store::Damage::report, store::Damage::skip}) {
    failing = 0;
    while (fails_once([&] { return history_from(place.store, entry, damage); })) continue;
    CHECK(failing > 4);
  }
  failing = 0;
  const auto load = [&]() -> Read {
    Archive unread(place.loop, place.log, place.store);
    auto account = test::await(place.loop, unread.load(entry));
    if (!account) return fail(std::move(account.error()));
    return std::shared_ptr<const History>(account->history);
  };
  while (fails_once(load)) continue;
  CHECK(failing > 8);
  const auto after_damage = [&]() -> Read {
    std::ofstream(place.path(fork, "state.toml")) << "damaged";
    return load();
  };
  place.set_header(fork, parent);
  failing = 0;
  while (fails_once(after_damage)) continue;
  CHECK(failing > 8);
  CHECK(std::filesystem::remove(place.path(fork, "state.toml.damaged")));
  // Nothing was mended that was not damaged.
  for (const std::string& id : {parent, fork})
    CHECK_FALSE(std::filesystem::exists(place.path(id, "state.toml.damaged")));
}

TEST_CASE("lineage: a history that goes on without its ancestor says so when that has gone") {
  Place place;
  const std::string parent = place.add({});
  const std::string fork = place.add(parent);
  const auto entry = *place.store.find(fork);
  std::ofstream(place.path(parent, "state.toml")) << "damaged";
  CHECK_FALSE(history_from(place.store, entry, store::Damage::report));
  CHECK(history_from(place.store, entry, store::Damage::skip));
  std::filesystem::remove_all(place.path(parent, ""));
  const auto lost = history_from(place.store, entry, store::Damage::report);
  REQUIRE_FALSE(lost);
  CHECK(lost.error().kind == ErrorKind::damaged);
  CHECK(lost.error().message.find(parent) != std::string::npos);
  CHECK(history_from(place.store, entry, store::Damage::skip));
}
