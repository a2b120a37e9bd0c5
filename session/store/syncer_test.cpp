#include "session/store/syncer.h"

#include "base/ulid.h"
#include "session/store/limits.h"
#include "session/store/reader.h"
#include "tests/catch.h"
#include "tests/doubles/faulty_files.h"
#include "tests/doubles/still_clock.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine;
using namespace tine::session::store;

namespace {

struct Desk {
  void wait_for_sync(std::size_t sessions) {
    for (std::size_t i = 0; i < sessions; ++i) {
      State state;
      state.id = ids.next();
      state.project = "/p";
      REQUIRE(store.create(state));
      const auto folder = store.open(entry_of(state, 0));
      REQUIRE(folder);
      REQUIRE(folder->open_file(transcript_name, Files::Open::create_new));
      syncer.later(entry_of(state, 0));
    }
    files.syncs = 0;
    loop.spawn([](Desk& desk) -> transport::Task<void> {
      co_await desk.syncer.finish();
      desk.loop.stop();
    }(*this));
    loop.run();
  }

  test::TemporaryFolder place;
  test::FaultyFiles files;
  test::StillClock env;
  UlidSource ids{env};
  transport::Loop loop;
  transport::Worker worker{loop};
  Store store{loop, files, env, place.path()};
  Syncer syncer{loop, worker, store};
};

}  // namespace

TEST_CASE("a few sessions are brought to disk by their files, and nothing else") {
  Desk desk;
  desk.wait_for_sync(3);
  CHECK(desk.files.file_system_syncs == 0);
  CHECK(desk.files.syncs == 2 * 3);  // the transcript and its folder
}

TEST_CASE("many sessions are brought to disk at once") {
  Desk desk;
  desk.wait_for_sync(::tine::session::store::limits::synced_one_by_one + 1);
  CHECK(desk.files.file_system_syncs == 1);
  CHECK(desk.files.syncs == 0);
}
