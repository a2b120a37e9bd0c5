// Several states are what each of them is alone.

#include "session/store/states.h"

#include "base/ulid.h"
#include "session/store/limits.h"
#include "session/store/sessions.h"
#include "session/store/store.h"
#include "tests/catch.h"
#include "tests/doubles/still_clock.h"
#include "tests/doubles/store_folder.h"

using namespace tine;
using namespace tine::session::store;

TEST_CASE("states that are read together come in the order of their sessions") {
  transport::Loop loop;
  test::TemporaryFolder folder;
  test::StillClock clock;
  UlidSource ids{clock};
  Store store(loop, system_files(), clock, folder.path());
  const std::size_t count = GENERATE(
      std::size_t{0}, std::size_t{1},
      session::store::limits::states_a_reader * session::store::limits::state_readers * 2 + 1);
  std::vector<IndexEntry> entries;
  for (std::size_t i = 0; i < count; ++i) {
    State state;
    state.id = ids.next();
    state.project = state.cwd = "/project";
    state.description = std::to_string(i);
    REQUIRE(store.create(state));
    entries.push_back(*store.find_any(state.id));
  }
  // One that is not there says so in its place, and the others are read.
  if (count > 1) entries[1].id = ids.next();
  const Folder root = test::store_folder(folder);
  const auto states = read_states(root, entries);
  REQUIRE(states.size() == count);
  for (std::size_t i = 0; i < count; ++i) {
    CHECK(states[i].has_value() == (i != 1));
    if (states[i]) CHECK(states[i]->description == std::to_string(i));
  }
}
