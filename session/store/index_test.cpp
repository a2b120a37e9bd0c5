// The index and the files beside it, damaged in every way: nothing hides a session, nothing is
// removed that a fork needs, and nothing waits.

#include "session/store/index.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <random>

#include "base/ulid.h"
#include "session/store/index_file.h"
#include "session/store/limits.h"
#include "session/store/sessions.h"
#include "session/store/store.h"
#include "tests/catch.h"
#include "tests/doubles/await.h"
#include "tests/doubles/faulty_files.h"
#include "tests/doubles/still_clock.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine;
using namespace tine::session::store;
namespace fs = std::filesystem;

namespace {

/// A store with a session, a fork of it, and one that was deleted.
struct Place {
  Place() {
    with([this](Store& store) {
      parent = add(store, {});
      fork = add(store, parent);
      REQUIRE(test::await(loop, store.remove(add(store, {}))));
    });
  }

  std::string add(Store& store, const std::string& of) {
    State state;
    state.id = ids.next();
    state.project = state.cwd = "/one";
    state.parent = of;
    state.depth = of.empty() ? 0 : 1;
    REQUIRE(store.create(state));
    return state.id;
  }

  /// As another process.
  template <class Do>
  void with(Do action) {
    Store store(loop, files, clock, folder.path());
    action(store);
  }

  void sees_all() {
    with([this](Store& store) {
      const auto all = test::await(loop, store.all());
      REQUIRE(all);
      REQUIRE(all->size() == 2);
      CHECK(all->front().id == parent);
      CHECK(all->back().id == fork);
      CHECK(all->back().parent == parent);
      CHECK(test::await(loop, store.list(""))->size() == 2);
    });
  }

  std::string path(const std::string& name) const { return folder.path() + "/" + name; }
  std::string text(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
  }

  test::TemporaryFolder folder;
  test::FaultyFiles files;
  test::StillClock clock;
  UlidSource ids{clock};
  transport::Loop loop;
  std::string parent;
  std::string fork;
};

/// Calls `action` at the n-th call of what it returns, and at no other.
std::function<void()> at_call(std::size_t n, std::function<void()> action) {
  return [n, calls = std::size_t{0}, action = std::move(action)]() mutable {
    if (++calls == n) action();
  };
}

/// Another process, whose writes to the index fail from now on when `is_full`.
struct OtherProcess {
  explicit OtherProcess(Place& the_place) : place(the_place) {}
  std::string add(const std::string& parent, bool is_full = false) {
    Store store(loop, files, place.clock, place.folder.path());
    State state;
    state.id = place.ids.next();
    state.project = state.cwd = "/one";
    state.parent = parent;
    if (is_full) {
      // The first write is that of the state.
      has_written = false;
      files.on_write = [this](std::size_t wanted) -> ssize_t {
        return std::exchange(has_written, true) ? -ENOSPC : static_cast<ssize_t>(wanted);
      };
    }
    error = Error(ErrorKind::internal, {});
    if (const auto made = store.create(state); !made) error = made.error();
    return state.id;
  }
  Place& place;
  bool has_written = false;
  test::FaultyFiles files;
  transport::Loop loop;
  Error error{ErrorKind::internal, {}};
};

/// Another program that holds the lock of the index.
struct OtherProgram {
  explicit OtherProgram(const Place& place) : fd(::open(place.path("index.lock").c_str(), O_RDWR)) {
    REQUIRE(::flock(fd, LOCK_EX | LOCK_NB) == 0);
  }
  ~OtherProgram() { ::close(fd); }
  OtherProgram(const OtherProgram&) = delete;
  OtherProgram& operator=(const OtherProgram&) = delete;
  int fd;
};

void put_in_place(const std::string& path, int what) {
  fs::remove_all(path);
  switch (what) {
    case 0:
      REQUIRE(::mkfifo(path.c_str(), S_IRUSR | S_IWUSR) == 0);
      break;
    case 1:
      fs::create_directories(path + "/not/empty");
      break;
    case 2:
      fs::create_symlink("/etc/passwd", path);
      break;
    default:
      fs::create_symlink("nowhere", path);
      break;
  }
}

}  // namespace

TEST_CASE("index: cut at any byte it shows every session") {
  Place place;
  const std::string whole = place.text("index");
  const std::string note = place.text("index.lock");
  const std::size_t step = GENERATE(0U, 1U, 2U);
  for (std::size_t bytes = step; bytes < whole.size(); bytes += 3) {
    INFO(bytes);
    place.write("index", whole.substr(0, bytes));
    place.write("index.lock", note);
    place.sees_all();
  }
}

TEST_CASE("index: cut with its lock it shows every session") {
  Place place;
  place.write("index", "");
  place.write("index.lock", "");
  place.sees_all();
}

TEST_CASE("index: a byte that was changed is seen") {
  Place place;
  const std::string whole = place.text("index");
  std::mt19937 chance(1);
  for (std::size_t at = 0; at < whole.size(); at += 5) {
    INFO(at);
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ static_cast<char>(1 + chance() % 255));
    place.write("index", changed);
    place.sees_all();
    place.write("index", whole);
  }
}

TEST_CASE("index: random bytes in its place, and in that of its lock, hide nothing") {
  Place place;
  std::mt19937 chance(7);
  for (int i = 0; i < 30; ++i) {
    for (const char* name : {"index", "index.lock"}) {
      std::string bytes(chance() % 3000, '\0');
      for (char& byte : bytes) byte = static_cast<char>(chance());
      place.write(name, bytes);
      place.sees_all();
    }
  }
}

TEST_CASE("index: lines that were left out of the middle are missed") {
  Place place;
  const std::string whole = place.text("index");
  const std::size_t first = whole.find('\n') + 1;
  const std::size_t second = whole.find('\n', first) + 1;
  place.write("index", whole.substr(0, first) + whole.substr(second));
  place.sees_all();
}

TEST_CASE("index: a sparse file of 256 GiB is refused, not read") {
  Place place;
  std::error_code refused;
  fs::resize_file(place.path("index"), std::uintmax_t{256} << 30U, refused);
  if (refused) return;  // a file system without such files
  place.sees_all();
  CHECK(fs::file_size(place.path("index")) < 10'000);
}

TEST_CASE("index: a pipe, a folder or a link in its place hides nothing") {
  const int what = GENERATE(0, 1, 2, 3);
  Place place;
  put_in_place(place.path("index"), what);
  place.with([&](Store& store) {
    place.sees_all();
    const std::string more = place.add(store, {});
    CHECK(store.find(more));
    CHECK(test::await(place.loop, store.all())->size() == 3);
    CHECK(test::await(place.loop, store.remove(more)));
  });
  place.sees_all();
}

TEST_CASE("index: a pipe, a folder or a link in the place of its lock hides nothing") {
  const int what = GENERATE(0, 1, 2, 3);
  Place place;
  put_in_place(place.path("index.lock"), what);
  place.sees_all();
  place.with([&](Store& store) {
    const std::string more = place.add(store, {});
    CHECK(store.find(more));
    CHECK(test::await(place.loop, store.all())->size() == 3);
    CHECK(test::await(place.loop, store.remove(more)));
  });
  place.sees_all();
}

TEST_CASE("index: a link or a pipe beside the projects is none, and no session is found in it") {
  Place place;
  put_in_place(place.path("another"), GENERATE(0, 2, 3));
  const test::TemporaryFolder outside;
  fs::create_directories(outside.path() + "/sessions/" + place.fork);
  fs::create_directory_symlink(outside.path(), place.path("linked"));
  place.sees_all();
  place.with([&](Store& store) {
    const std::string unknown = place.ids.next();
    CHECK_FALSE(store.find_any(unknown));
    fs::create_directories(outside.path() + "/sessions/" + unknown);
    CHECK_FALSE(store.find_any(unknown));
    REQUIRE(store.find(place.fork));
    CHECK(store.find(place.fork)->folder == "one");
    CHECK(test::await(place.loop, store.remove(place.fork)));
    CHECK(test::await(place.loop, store.remove(place.parent)));
  });
  CHECK(fs::exists(outside.path() + "/sessions/" + place.fork));
}

TEST_CASE("index: a file that cannot be opened now takes no session for gone or changed") {
  const bool is_missing = GENERATE(true, false);
  Place place;
  // As if the states had been written when the clock says.
  const timespec then{.tv_sec = place.clock.wall_ms() / 1000,
                      .tv_nsec = place.clock.wall_ms() % 1000 * 1'000'000};
  const std::array<timespec, 2> times{then, then};
  for (const std::string& id : {place.parent, place.fork}) {
    const std::string path = place.path("one/sessions/" + id + "/state.toml");
    REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0) == 0);
  }
  std::optional<Store::Entries> wanted;
  for (std::size_t failing = 0;; ++failing) {
    INFO("open " << failing);
    if (is_missing) fs::remove(place.path("index"));
    std::optional<Store::Entries> seen;
    const std::function<void(const Index&)> see = [&seen](const Index& index) {
      seen = index.entries();
    };
    bool reached = true;
    place.with([&](Store& store) {
      place.files.failing_open = failing > 0 ? place.files.opens + failing : 0;
      const auto read = test::await(place.loop, store.read(see));
      reached = place.files.opens >= std::exchange(place.files.failing_open, 0);
      if (!read) CHECK(read.error().retryable);
      if (read && !wanted) wanted = seen;
      if (read) CHECK(seen == wanted);
      CHECK(test::await(place.loop, store.read(see)));
      CHECK(seen == wanted);
    });
    if (!reached) break;
  }
}

TEST_CASE("index: what another process makes in any moment of a reading is seen by the next") {
  // The index is as it was left, or missing; the other adds to it, or cannot and removes it.
  const bool is_missing = GENERATE(true, false);
  const bool is_full = GENERATE(true, false);
  const bool is_third = GENERATE(true, false);
  for (std::size_t n = 1;; ++n) {
    INFO("open " << n);
    Place place;
    if (is_missing) fs::remove(place.path("index"));
    std::string more;
    place.with([&](Store& store) {
      OtherProcess other(place);
      place.files.on_open = at_call(n, [&] {
        more = other.add({}, is_full);
        if (!is_third) return;
        // A third one begins to make the index anew.
        const auto root = Folder::root(system_files(), place.folder.path(), false);
        auto lock = IndexLock::take(*root);
        if (lock && *lock) [[maybe_unused]]
          const auto ignored = begin_index_anew(*root, **lock);
      });
      REQUIRE(test::await(place.loop, store.all()));
      place.files.on_open = nullptr;
      const auto all = test::await(place.loop, store.all());
      REQUIRE(all);
      CHECK(all->size() == (more.empty() ? 2 : 3));
      if (!more.empty()) CHECK(all->back().id == more);
    });
    if (more.empty()) break;
  }
}

TEST_CASE("index: a session that gets its prompt while others look at it is listed") {
  for (std::size_t n = 1;; ++n) {
    INFO("open " << n);
    Place place;
    // Nobody has told the index of it yet.
    const std::string index = place.text("index");
    const std::string note = place.text("index.lock");
    State state;
    state.id = place.ids.next();
    state.project = state.cwd = "/one";
    state.prompted = false;
    place.with([&](Store& store) { REQUIRE(store.create(state)); });
    place.write("index", index);
    place.write("index.lock", note);
    bool is_prompted = false;
    place.with([&](Store& store) {
      OtherProcess other(place);
      place.files.on_open = at_call(n, [&] {
        Store own(other.loop, system_files(), place.clock, place.folder.path());
        state.prompted = true;
        is_prompted = own.write_state(state).has_value();
      });
      REQUIRE(test::await(place.loop, store.all()));
      place.files.on_open = nullptr;
      const auto all = test::await(place.loop, store.list(""));
      REQUIRE(all);
      CHECK(all->size() == (is_prompted ? 3 : 2));
    });
    place.with([&](Store& store) {
      CHECK(test::await(place.loop, store.list(""))->size() == (is_prompted ? 3 : 2));
    });
    if (!is_prompted) break;
  }
}

TEST_CASE("index: put back as it was before, it is not taken for the one that was read") {
  Place place;
  place.with([&](Store& store) {
    const std::string index = place.text("index");
    const std::string note = place.text("index.lock");
    const std::string one = place.add(store, {});
    REQUIRE(test::await(place.loop, store.all())->size() == 3);
    place.write("index", index);
    place.write("index.lock", note);
    REQUIRE(test::await(place.loop, store.all())->size() == 3);
    const std::string two = OtherProcess(place).add({});
    const auto all = test::await(place.loop, store.all());
    REQUIRE(all);
    REQUIRE(all->size() == 4);
    CHECK(all->at(2).id == one);
    CHECK(all->at(3).id == two);
  });
}

TEST_CASE("index: a line that is damaged hides no session from a search either") {
  Place place;
  std::string index = place.text("index");
  const std::size_t line = index.find(R"({"id":")" + place.fork);
  REQUIRE(line != std::string::npos);
  index[index.find("title", line)] ^= 1;
  place.write("index", index);
  place.with([&](Store& store) {
    const auto several = test::await(place.loop, store.find_prefix(place.fork.substr(0, 9)));
    REQUIRE_FALSE(several);
    CHECK(several.error().message.find(place.parent) != std::string::npos);
    CHECK(several.error().message.find(place.fork) != std::string::npos);
  });
}

TEST_CASE("a session that is forked in any moment of its removal stays, or there is no fork") {
  const bool removes = GENERATE(true, false);
  const bool at_rename = GENERATE(true, false);
  std::size_t kept = 0;
  std::size_t refused = 0;
  for (std::size_t n = 1;; ++n) {
    Place place;
    place.with([&](Store& store) { REQUIRE(test::await(place.loop, store.remove(place.fork))); });
    INFO("call " << n);
    std::string fork;
    bool reached = false;
    Error error(ErrorKind::internal, {});
    place.with([&](Store& store) {
      OtherProcess other(place);
      const auto in_between = at_call(n, [&] {
        reached = true;
        if (removes) {
          fork = other.add(place.parent);
          error = other.error;
        } else {
          Store own(other.loop, system_files(), place.clock, place.folder.path());
          [[maybe_unused]] const auto ignored = test::await(other.loop, own.remove(place.parent));
        }
      });
      (at_rename ? place.files.on_rename : place.files.on_open) = in_between;
      if (removes) {
        [[maybe_unused]] const auto ignored = test::await(place.loop, store.remove(place.parent));
      } else {
        State state;
        state.id = fork = place.ids.next();
        state.project = state.cwd = "/one";
        state.parent = place.parent;
        state.depth = 1;
        if (const auto made = store.create(state); !made) error = made.error();
      }
      place.files.on_open = place.files.on_rename = nullptr;
      const bool is_there = !fork.empty() && store.find(fork).has_value();
      if (is_there) {
        ++kept;
        CHECK(store.find_any(place.parent));
      } else if (!fork.empty()) {
        ++refused;
        CHECK(error.kind == ErrorKind::session_not_found);
      }
    });
    if (!reached) break;
  }
  CHECK(kept > 0);
  if (!removes && !at_rename) CHECK(refused > 0);
}

TEST_CASE("index: whatever it says, a parent is kept for its fork") {
  const bool noted = GENERATE(true, false);
  Place place;
  const std::string index = place.text("index");
  // A note that is missing was left out by an older program; the index tells then.
  if (!noted) fs::remove_all(place.path("one/sessions/" + place.parent + "/forks"));
  if (noted) place.write("index", index.substr(0, index.find('\n') + 1));
  if (noted) place.write("index.lock", "");
  place.with([&](Store& store) {
    REQUIRE(test::await(place.loop, store.remove(place.parent)));
    CHECK_FALSE(store.find(place.parent));
    CHECK(store.find_any(place.parent));
    REQUIRE(test::await(place.loop, store.remove(place.fork)));
    CHECK_FALSE(store.find_any(place.parent));
  });
}

TEST_CASE("index: a lock that another program holds delays nothing and loses nothing") {
  Place place;
  std::string more;
  {
    const OtherProgram holder(place);
    place.with([&](Store& store) {
      more = place.add(store, {});
      CHECK(store.find(more));
      // This process knows what it could not write.
      CHECK(test::await(place.loop, store.all())->size() == 3);
    });
  }
  place.with([&](Store& store) { CHECK(test::await(place.loop, store.all())->size() == 3); });
}

TEST_CASE("index: what waited for the lock is added once it is free") {
  Place place;
  auto holder = std::make_unique<OtherProgram>(place);
  place.with([&](Store& store) {
    place.add(store, {});
    const std::string before = place.text("index");
    holder.reset();
    test::await(place.loop, [](transport::Loop& loop) -> transport::Task<bool> {
      co_await transport::pause(loop, 3 * session::store::limits::index_retry);
      co_return true;
    }(place.loop));
    CHECK(place.text("index").size() > before.size());
    CHECK(place.text("index").starts_with(before));
  });
}

TEST_CASE("index: a disk that is full loses no session") {
  Place place;
  bool is_index = false;  // the store writes until it goes
  place.with([&](Store& store) {
    State state;
    state.id = place.fork;
    state.project = state.cwd = "/one";
    state.parent = place.parent;
    state.description = "renamed";
    place.files.on_write = [&](std::size_t wanted) -> ssize_t {
      // The state is written, the index is not.
      if (std::exchange(is_index, true)) return -ENOSPC;
      return static_cast<ssize_t>(wanted);
    };
    REQUIRE(store.write_state(state));
  });
  place.files.on_write = nullptr;
  place.with([&](Store& store) {
    const auto all = test::await(place.loop, store.all());
    REQUIRE(all);
    REQUIRE(all->size() == 2);
    CHECK(all->back().title == "renamed");
  });
}

TEST_CASE("index: a session that nobody told it of, and one that was removed by hand") {
  Place place;
  const std::string index = place.text("index");
  const std::string note = place.text("index.lock");
  std::string more;
  place.with([&](Store& store) { more = place.add(store, {}); });
  place.write("index", index);
  place.write("index.lock", note);
  fs::remove_all(place.path("one/sessions/" + place.fork));
  place.with([&](Store& store) {
    const auto all = test::await(place.loop, store.all());
    REQUIRE(all);
    REQUIRE(all->size() == 2);
    CHECK(all->back().id == more);
  });
}

TEST_CASE("index: a removal that was cut short is ended, or undone for a fork") {
  Place place;
  const auto at = [&](const std::string& id) { return place.path("one/sessions/" + id); };
  const std::string gone = place.ids.next();
  fs::create_directories(at(gone) + ".removed/locks");
  fs::rename(at(place.parent), at(place.parent) + ".removed");
  place.sees_all();
  CHECK_FALSE(fs::exists(at(gone) + ".removed"));
}

TEST_CASE("index: it is written anew when most of its lines count no more") {
  Place place;
  place.with([&](Store& store) {
    State state = *store.read_state(*store.find(place.parent));
    for (std::size_t i = 0; i <= session::store::limits::dead_lines; ++i) {
      state.turns = i;
      REQUIRE(store.write_state(state));
    }
    const auto before = place.text("index").size();
    REQUIRE(test::await(place.loop, store.all())->size() == 2);
    CHECK(place.text("index").size() < before / 100);
    state.description = "after";
    REQUIRE(store.write_state(state));
  });
  place.sees_all();
  place.with(
      [&](Store& store) { CHECK(test::await(place.loop, store.all())->front().title == "after"); });
}

TEST_CASE("index: nothing is looked up in it for one id") {
  Place place;
  place.with([&](Store& store) {
    REQUIRE(store.find(place.fork));
    const std::size_t opens = place.files.opens;
    REQUIRE(store.find(place.fork));
    CHECK(place.files.opens - opens <= 5);
    fs::remove(place.path("index"));
    CHECK(store.find(place.fork));
    CHECK_FALSE(fs::exists(place.path("index")));
  });
}

TEST_CASE("a session's files that are pipes, folders or links give an error or make room") {
  const int what = GENERATE(0, 1, 2, 3);
  const std::string name = GENERATE("state.toml", "transcript.jsonl", "locks/session.lock", "locks",
                                    "forks", "output", "hidden");
  INFO(name << " " << what);
  Place place;
  const std::string folder = place.path("one/sessions/" + place.fork + "/");
  fs::create_directories(folder + "locks");
  put_in_place(folder + name, what);
  place.with([&](Store& store) {
    const auto entry = store.find_any(place.fork);
    REQUIRE(entry);
    const auto state = store.read_state(*entry);
    CHECK(state.has_value() == (name != "state.toml"));
    CHECK(test::await(place.loop, store.all())->size() == 2);
    const auto opened = store.open(*entry);
    REQUIRE(opened);
    if (name.starts_with("locks"))
      CHECK((name == "locks" && what == 1) ==
            Lock::take(*opened, this_process(place.clock, "")).has_value());
    // What cannot be looked through keeps the session, with the reason.
    const auto removed = test::await(place.loop, store.remove(place.fork));
    if (!removed) CHECK(removed.error().kind == ErrorKind::storage_failed);
    if (removed) CHECK_FALSE(fs::exists(folder));
    CHECK(store.find(place.parent));
  });
}

TEST_CASE("a state cut at any byte, or of random bytes, hides no session") {
  Place place;
  const std::string name = "one/sessions/" + place.fork + "/state.toml";
  const std::string whole = place.text(name);
  for (std::size_t bytes = 0; bytes < whole.size(); bytes += 7) {
    place.write(name, whole.substr(0, bytes));
    place.with([&](Store& store) {
      CHECK(store.find(place.fork));
      CHECK(test::await(place.loop, store.all())->size() == 2);
    });
  }
}

TEST_CASE("a fork is refused when its parent has gone, and leaves nothing") {
  Place place;
  place.with([&](Store& store) {
    State state;
    state.id = place.ids.next();
    state.project = state.cwd = "/one";
    state.parent = place.ids.next();
    const auto refused = store.create(state);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::session_not_found);
    CHECK_FALSE(fs::exists(place.path("one/sessions/" + state.id)));
  });
}

TEST_CASE("forks below one another have a limit") {
  Place place;
  const auto depth = session::store::limits::fork_depth;
  for (const std::uint64_t each : {depth - 1, depth, depth + 1}) {
    place.with([&](Store& store) {
      State state;
      state.id = place.ids.next();
      state.project = state.cwd = "/one";
      state.parent = place.parent;
      state.depth = each;
      const auto made = store.create(state);
      CHECK(made.has_value() == (each <= depth));
      if (!made) CHECK(made.error().kind == ErrorKind::depth_exceeded);
    });
  }
}

TEST_CASE("a session in which another process is at work is not removed") {
  Place place;
  place.with([&](Store& store) {
    const auto folder = store.open(*store.find(place.fork));
    REQUIRE(folder);
    std::optional<Lock> held =
        std::move(*Lock::take(*folder, this_process(place.clock, "a turn runs")));
    const auto refused = test::await(place.loop, store.remove(place.fork));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::session_locked);
    CHECK(refused.error().message.find("a turn runs") != std::string::npos);
    CHECK(store.find(place.fork));
    CHECK(test::await(place.loop, store.remove(place.fork, &*held)));
    CHECK_FALSE(store.find_any(place.fork));
  });
}
