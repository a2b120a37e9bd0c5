// The glance says what the Index says, or nothing.

#include "session/store/glance.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/ulid.h"
#include "session/store/index_file.h"
#include "session/store/project_folder.h"
#include "session/store/sessions.h"
#include "session/store/store.h"
#include "tests/catch.h"
#include "tests/doubles/await.h"
#include "tests/doubles/still_clock.h"
#include "tests/doubles/store_folder.h"

using namespace tine;
using namespace tine::session::store;
namespace fs = std::filesystem;

namespace {

struct Place {
  std::string add(const std::string& project, const std::string& title, bool prompted = true) {
    Store store(loop, system_files(), clock, folder.path());
    clock.now_ms += 7;
    State state;
    state.id = ids.next();
    state.project = state.cwd = project;
    state.description = title;
    state.prompted = prompted;
    REQUIRE(store.create(state));
    return state.id;
  }
  void touch(const std::string& id) {
    Store store(loop, system_files(), clock, folder.path());
    clock.now_ms += 7;
    const auto entry = store.find_any(id);
    REQUIRE(entry);
    REQUIRE(store.write_state(*store.read_state(*entry)));
  }
  void remove(const std::string& id) {
    Store store(loop, system_files(), clock, folder.path());
    REQUIRE(test::await(loop, store.remove(id)));
  }
  std::optional<Glance> glance(const std::string& project = {}) {
    const Folder root = test::store_folder(folder);
    auto taken = Glance::take(root, project.empty() ? "" : project_folder(project), later_ms);
    REQUIRE(taken);
    return std::move(*taken);
  }
  /// What every reader but the glance sees.
  std::vector<IndexEntry> all(const std::string& project) {
    Store store(loop, system_files(), clock, folder.path());
    auto listed = test::await(loop, store.list(project));
    REQUIRE(listed);
    std::sort(listed->begin(), listed->end(), [](const IndexEntry& a, const IndexEntry& b) {
      return a.updated_ms != b.updated_ms ? a.updated_ms > b.updated_ms : a.id > b.id;
    });
    return *listed;
  }
  void agrees() {
    for (const std::string project : {"", "/one", "/two", "/none"}) {
      const std::string name = project.empty() ? "" : project_folder(project);
      const auto wanted = all(project);
      const auto seen = glance(project);
      REQUIRE(seen);
      CHECK(seen->page(name, {}, 1000) == wanted);
      CHECK(seen->listed(name) == wanted.size());
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        CHECK(seen->find(wanted[i].id) == wanted[i]);
        const auto behind =
            seen->page(name, {.updated_ms = wanted[i].updated_ms, .id = wanted[i].id}, 2);
        const auto left = std::min<std::size_t>(2, wanted.size() - i - 1);
        REQUIRE(behind.size() == left);
        for (std::size_t j = 0; j < left; ++j) CHECK(behind[j] == wanted[i + 1 + j]);
      }
    }
  }

  /// When a glance is taken: long after all that has happened.
  std::int64_t later_ms = std::int64_t{1} << 42U;
  test::TemporaryFolder folder;
  test::StillClock clock;
  transport::Loop loop;
  UlidSource ids{clock};
};

}  // namespace

TEST_CASE("glance: sessions, in the order of their last use") {
  Place place;
  place.add("/one", "with \"quotes\", \\ and \n, and ,\"updated\":1");
  const std::string first = place.add("/one", "first");
  place.add("/two", "second");
  const std::string gone = place.add("/two", "gone");
  place.add("/one", "not listed", false);
  place.agrees();
  place.touch(first);
  place.remove(gone);
  place.agrees();
  CHECK_FALSE(place.glance()->find(gone));
  CHECK_FALSE(place.glance()->find("none"));
}

TEST_CASE("glance: an id in short is one that no other session's begins with") {
  Place place;
  std::vector<std::string> all;
  for (int i = 0; i < 5; ++i) all.push_back(place.add("/one", "x"));
  const auto seen = place.glance();
  REQUIRE(seen);
  for (const std::string& id : all) {
    for (const std::size_t letters : {1U, 8U, 26U}) {
      const std::string text = seen->short_id(id, letters);
      CHECK(text.size() >= letters);
      CHECK(id.starts_with(text));
      for (const std::string& other : all) CHECK((other == id || !other.starts_with(text)));
    }
    CHECK(seen->short_id(id, 1).size() < 26);
  }
}

TEST_CASE("glance: what only the Index can tell it does not tell") {
  Place place;
  const std::string id = place.add("/one", "x");
  place.add("/two", "y");
  REQUIRE(place.glance());
  SECTION("the index is missing") { fs::remove(place.folder.path("index")); }
  SECTION("a byte of it is another") {
    std::fstream file(place.folder.path("index"), std::ios::in | std::ios::out);
    file.seekp(-20, std::ios::end);
    file << "!";
  }
  SECTION("it was cut") {
    fs::resize_file(place.folder.path("index"), fs::file_size(place.folder.path("index")) - 1);
  }
  SECTION("a session is there that it does not name") {
    fs::create_directories(
        place.folder.path(project_folder("/one") + "/sessions/" + place.ids.next()));
    CHECK(place.glance("/two"));
  }
  SECTION("a session that it names is gone") {
    fs::remove_all(place.folder.path(project_folder("/one") + "/sessions/" + id));
    CHECK(place.glance("/two"));
  }
  SECTION("a project that it names is gone") {
    fs::remove_all(place.folder.path(project_folder("/one")));
  }
  CHECK_FALSE(place.glance());
  // The next one is whole again.
  const auto listed = place.all("");
  const auto seen = place.glance();
  REQUIRE(seen);
  CHECK(seen->page("", {}, 10) == listed);
}

TEST_CASE("glance: all of the Index, when that was asked") {
  Place place;
  place.add("/one", "x");
  fs::remove(place.folder.path("index"));
  Store store(place.loop, system_files(), place.clock, place.folder.path());
  const auto seen = test::await(place.loop, glance(store, "/one", place.later_ms));
  REQUIRE(seen);
  CHECK((*seen)->listed("") == 1);
}

TEST_CASE("glance: what has changed since the names were read is seen") {
  Place place;
  const std::string first = place.add("/one", "first");
  place.add("/two", "second");
  const auto kept = [&] { return fs::exists(place.folder.path() + "/names"); };
  place.later_ms = 0;  // too soon: a change could still have the same time
  place.agrees();
  CHECK_FALSE(kept());
  place.later_ms = std::int64_t{1} << 42U;
  place.agrees();
  CHECK(kept());
  place.agrees();
  // Another process makes one, and the index has it; removes one; one goes without the index.
  const std::string third = place.add("/one", "third");
  place.agrees();
  place.remove(first);
  place.agrees();
  fs::remove_all(place.folder.path() + "/" + project_folder("/one") + "/sessions/" + third);
  CHECK_FALSE(place.glance());
}

TEST_CASE("glance: names that were kept of another folder, or are damaged, do not count") {
  Place place;
  const std::string id = place.add("/one", "first");
  place.agrees();
  const std::string sessions = place.folder.path() + "/" + project_folder("/one") + "/sessions";
  for (const std::string_view text : {"", "{", "[]", R"({"v":2,"folders":{}})",
                                      R"({"v":1,"folders":{"x":7}})", R"({"v":1,"folders":[]})"}) {
    std::ofstream(place.folder.path() + "/names") << text;
    place.agrees();
  }
  // Restored from elsewhere, without its session, and with the same time.
  place.agrees();
  const auto time = fs::last_write_time(sessions);
  fs::rename(sessions, sessions + ".old");
  fs::create_directory(sessions);
  fs::last_write_time(sessions, time);
  CHECK_FALSE(place.glance());
}
