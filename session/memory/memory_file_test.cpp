#include "session/memory/memory_file.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "session/memory/limits.h"
#include "session/store/folder.h"
#include "session/store/lock.h"
#include "tests/catch.h"
#include "tests/doubles/faulty_files.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine;
using namespace tine::session;

namespace {

std::string id_of(int number) {
  std::string digits = std::to_string(number);
  return "01ARZ3NDEKTSV4RRFFQ69" + std::string(5 - digits.size(), '0') + digits;
}

struct Place {
  test::TemporaryFolder folder;
  MemoryFile memory{store::system_files(), folder.path("store"), "/home/me/project"};
  std::string file = folder.path("store/home+me+project/project_state.json");

  Result<void> add(int number) {
    return memory.change([number](ProjectState& state) -> Result<bool> {
      Task task;
      task.id = id_of(number);
      task.title = "task " + std::to_string(number);
      if (auto added = state.tasks.add(std::move(task)); !added) return fail(added.error());
      return true;
    });
  }
  std::size_t tasks() { return memory.read().value().tasks.tasks().size(); }
  std::string bytes() const {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

}  // namespace

TEST_CASE("memory file: it is there after the first change, and not before") {
  Place place;
  CHECK(place.tasks() == 0);
  CHECK_FALSE(std::filesystem::exists(place.folder.path("store")));
  REQUIRE(place.add(1));
  REQUIRE(place.add(2));
  CHECK(place.tasks() == 2);
  const auto mode = std::filesystem::status(place.file).permissions();
  CHECK((mode & std::filesystem::perms(077)) == std::filesystem::perms::none);
}

TEST_CASE("memory file: a change that fails or changes nothing leaves the file alone") {
  Place place;
  REQUIRE(place.add(1));
  const auto before = place.bytes();
  CHECK_FALSE(place.add(1));
  CHECK(place.memory.change([](ProjectState& state) -> Result<bool> {
    state.more = R"("a":1)";
    return false;
  }));
  CHECK(place.bytes() == before);
}

TEST_CASE("memory file: one that cannot be understood is named, and stays as it is") {
  Place place;
  REQUIRE(place.add(1));
  const std::string text = "{\n  \"tasks\": [\n<<<<<<< ours\n";
  std::ofstream(place.file, std::ios::binary) << text;
  const auto read = place.memory.read();
  REQUIRE_FALSE(read);
  CHECK(read.error().kind == ErrorKind::damaged);
  CHECK(read.error().message == place.file + ": line 3: something that is not JSON");
  CHECK_FALSE(place.add(2));
  CHECK(place.bytes() == text);
}

TEST_CASE("memory file: no change is lost when several are made at once") {
  Place place;
  std::vector<std::thread> all;
  for (int thread = 0; thread < 4; ++thread) {
    all.emplace_back([&place, thread] {
      for (int i = 0; i < 8; ++i) {
        if (!place.add(thread * 8 + i)) std::abort();
      }
    });
  }
  for (std::thread& each : all) each.join();
  CHECK(place.tasks() == 32);
}

TEST_CASE("memory file: what is too large is refused, and what was there stays") {
  Place place;
  REQUIRE(place.add(1));
  const auto before = place.bytes();
  const auto refused = place.memory.change([](ProjectState& state) -> Result<bool> {
    Fact fact;
    fact.id = id_of(9);
    fact.text.assign(session::limits::project_state, 'x');
    state.goals.push_back(std::move(fact));
    return true;
  });
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::storage_full);
  CHECK(place.bytes() == before);
}

TEST_CASE(
    "memory file: a change that cannot be written, or not synced or renamed, changes nothing") {
  Place place;
  REQUIRE(place.add(1));
  const auto before = place.bytes();
  test::FaultyFiles files;
  const MemoryFile failing(files, place.folder.path("store"), "/home/me/project");
  const auto change = [&failing] {
    return failing.change([](ProjectState& state) -> Result<bool> {
      state.more = R"("a":1)";
      return true;
    });
  };
  files.on_write = [](std::size_t) -> ssize_t { return -ENOSPC; };
  const auto full = change();
  REQUIRE_FALSE(full);
  CHECK(full.error().kind == ErrorKind::storage_full);
  files.on_write = nullptr;
  files.sync_error = EIO;
  CHECK_FALSE(change());
  files.sync_error = 0;
  files.rename_error = EIO;
  CHECK_FALSE(change());
  CHECK(place.bytes() == before);
  files.rename_error = 0;
  CHECK(change());
  CHECK(place.bytes() != before);
}

TEST_CASE("memory file: one that another process holds for too long fails, and stays") {
  Place place;
  REQUIRE(place.add(1));
  const auto folder =
      store::Folder::root(store::system_files(), place.folder.path("store/home+me+project"), false);
  REQUIRE(folder);
  const auto held = store::wait_for_lock(*folder, "project_state.lock");
  REQUIRE(held);
  const auto refused = place.add(2);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "another tine holds project_state.lock");
  CHECK(place.tasks() == 1);
}
