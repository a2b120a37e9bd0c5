#include "session/memory/memory_file.h"

#include <sys/stat.h>

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

// --- in a work tree
// -----------------------------------------------------------------------------------

namespace {

namespace fs = std::filesystem;

/// A project whose long memory is in its work tree.
struct Shared {
  test::TemporaryFolder folder;
  std::string top = fs::canonical(folder.path()).string() + "/tree";
  bool is_made = fs::create_directory(top);
  MemoryFile memory = in(true);
  std::string file = top + "/.tine/project_state.json";

  MemoryFile in(bool tree) const {
    return MemoryFile(store::system_files(), folder.path("store"), "/home/me/project",
                      {.top = top, .holds_memory = tree});
  }
  static Result<bool> add_to(ProjectState& state, int number) {
    Task task;
    task.id = id_of(number);
    task.title = "task " + std::to_string(number);
    if (auto added = state.tasks.add(std::move(task)); !added) return fail(added.error());
    return true;
  }
  Result<void> add(int number) const {
    return memory.change([number](ProjectState& state) { return add_to(state, number); });
  }
  /// As git does.
  void put(const std::string& text) const {
    fs::create_directory(top + "/.tine");
    std::ofstream(file, std::ios::binary) << text;
  }
  std::string tasks() const {
    const auto state = memory.read();
    if (!state) return state.error().message;
    std::string out;
    for (const auto& [id, each] : state->tasks.tasks()) out += each.title + "\n";
    return out;
  }
};

}  // namespace

TEST_CASE("memory file: in a work tree it is shared as the user's umask says, its lock is not") {
  Shared place;
  CHECK(place.tasks().empty());
  CHECK_FALSE(fs::exists(place.top + "/.tine"));
  CHECK(place.memory.change([](ProjectState&) -> Result<bool> { return false; }));
  CHECK_FALSE(fs::exists(place.top + "/.tine"));
  const auto before = ::umask(027);
  REQUIRE(place.add(1));
  ::umask(before);
  CHECK(place.memory.path() == place.file);
  CHECK(fs::status(place.file).permissions() == fs::perms(0640));
  CHECK(fs::status(place.top + "/.tine").permissions() == fs::perms(0750));
  CHECK(place.tasks() == "task 1\n");
  int files = 0;
  for (const auto& each : fs::recursive_directory_iterator(place.top))
    files += each.is_regular_file();
  CHECK(files == 1);
  CHECK(fs::exists(place.folder.path("store/home+me+project/project_state.lock")));
  CHECK_FALSE(fs::exists(place.folder.path("store/home+me+project/project_state.json")));
  CHECK(place.memory.unused_path().empty());
  CHECK(place.in(false).unused_path() == place.file);
}

TEST_CASE("memory file: what is in the store stays there when the work tree holds the memory") {
  Shared place;
  REQUIRE(place.in(false).change([](ProjectState& state) { return Shared::add_to(state, 1); }));
  CHECK(place.tasks().empty());
  REQUIRE(place.add(2));
  CHECK(place.tasks() == "task 2\n");
  CHECK(place.memory.unused_path() ==
        place.folder.path("store") + "/home+me+project/project_state.json");
  CHECK(place.in(false).read().value().tasks.tasks().contains(id_of(1)));
}

TEST_CASE("memory file: nothing leads out of a work tree") {
  Shared place;
  const std::string outside = place.folder.path("outside");
  fs::create_directory(outside);
  const auto refused = [&](const std::string& why) {
    const auto changed = place.add(1);
    REQUIRE_FALSE(changed);
    CHECK(changed.error().message.find(why) != std::string::npos);
    CHECK(changed.error().message.find(place.top) == std::string::npos);
    CHECK(place.tasks().find(why) != std::string::npos);
    CHECK(fs::is_empty(outside));
  };
  fs::create_symlink(outside, place.top + "/.tine");
  refused("Not a directory");
  fs::remove(place.top + "/.tine");
  std::ofstream(place.top + "/.tine") << "a file";
  refused("Not a directory");
  fs::remove(place.top + "/.tine");
  fs::create_directory(place.top + "/.tine");
  fs::create_symlink(outside + "/file", place.file);
  refused("a link stands where tine keeps a file or folder");
  fs::remove(place.file);
  REQUIRE(::mkfifo(place.file.c_str(), 0600) == 0);
  refused("a pipe, socket or device stands where tine keeps a file");
  fs::remove(place.file);
  fs::create_directory(place.file);
  refused("Is a directory");
  fs::remove(place.file);
  std::ofstream(place.file).close();
  fs::resize_file(place.file, session::limits::project_state + 1);
  refused("is larger than");
  fs::resize_file(place.file, 0);
  refused("an unfinished value");
  fs::remove(place.file);
  // Into the place of which the new file is written.
  fs::create_symlink(outside + "/file", place.file + ".new");
  REQUIRE(place.add(1));
  CHECK(fs::is_empty(outside));
  CHECK(place.tasks() == "task 1\n");
  // The work tree itself.
  fs::rename(place.top, outside + "/tree");
  fs::create_directory_symlink(outside + "/tree", place.top);
  CHECK_FALSE(place.add(2));
  CHECK(place.tasks().find("a link stands") != std::string::npos);
}

TEST_CASE("memory file: what git puts in its place during a change is merged") {
  Shared place;
  REQUIRE(place.add(1));
  REQUIRE(place.add(2));
  ProjectState other;
  REQUIRE(Shared::add_to(other, 2));
  REQUIRE(Shared::add_to(other, 3));
  REQUIRE(place.memory.change([&](ProjectState& state) {
    place.put(text_of(other));
    return Shared::add_to(state, 4);
  }));
  CHECK(place.tasks() == "task 2\ntask 3\ntask 4\n");
  const auto broken = place.memory.change([&](ProjectState& state) {
    place.put("<<<<<<< ours");
    return Shared::add_to(state, 5);
  });
  REQUIRE_FALSE(broken);
  CHECK(broken.error().message == ".tine/project_state.json: line 1: something that is not JSON");
}
