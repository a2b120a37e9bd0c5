#include "session/record/lineage.h"

#include <sys/resource.h>

#include "base/ulid.h"
#include "session/record/archive.h"
#include "session/store/limits.h"
#include "session/tree.h"
#include "tests/catch.h"
#include "tests/doubles/await.h"
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
  Result<Account> load(const std::string& id) {
    return test::await(loop, archive.load(*store.find(id)));
  }

  test::TemporaryFolder folder;
  test::StillClock clock;
  UlidSource ids{clock};
  Log log{clock, Log::Level::error, [](const Log::Message&) {}};
  transport::Loop loop;
  store::Store store{loop, store::system_files(), clock, folder.path()};
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
    std::string tree;
    const std::function<void(const store::Index&)> draw = [&](const store::Index& index) {
      tree = family_tree(index.entries(), id);
    };
    REQUIRE(test::await(place.loop, place.store.read(draw)));
    for (const std::string& each : {one, two, below}) CHECK(tree.find(each) != std::string::npos);
  }
}
