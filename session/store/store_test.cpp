#include "session/store/store.h"

#include <filesystem>
#include <fstream>

#include "base/ulid.h"
#include "session/store/limits.h"
#include "tests/catch.h"
#include "tests/doubles/await.h"
#include "tests/doubles/faulty_files.h"
#include "tests/doubles/still_clock.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine;
using namespace tine::session::store;
namespace fs = std::filesystem;

namespace {

class CountingClock final : public Env {
 public:
  std::int64_t wall_ms() override { return ++now_; }
  void random(std::span<std::uint8_t> bytes) override {
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(++seed_ * 37);
  }
  std::optional<std::string> variable(std::string_view /*name*/) const override {
    return std::nullopt;
  }

 private:
  std::int64_t now_ = 1'770'000'000'000;
  unsigned seed_ = 0;
};

State new_session(UlidSource& ids, const std::string& project, const std::string& parent = {}) {
  State state;
  state.id = ids.next();
  state.project = project;
  state.cwd = project;
  state.description = "about " + project;
  state.parent = parent;
  return state;
}

}  // namespace

TEST_CASE("sessions are found by id, by prefix and by project, also by another process") {
  CountingClock env;
  UlidSource ids(env);
  const test::TemporaryFolder place;
  transport::Loop loop;
  Store store(loop, system_files(), env, place.path());
  Store other(loop, system_files(), env, place.path());
  const State a = new_session(ids, "/one");
  const State b = new_session(ids, "/two");
  REQUIRE(store.create(a));
  REQUIRE(test::await(loop, other.list("")));
  REQUIRE(store.create(b));
  for (Store* each : {&store, &other}) {
    CHECK(each->find(a.id));
    CHECK(test::await(loop, each->list(""))->size() == 2);
    CHECK(test::await(loop, each->list("/two"))->size() == 1);
    CHECK(test::await(loop, each->list("/three"))->empty());
    CHECK(test::await(loop, each->find_prefix(b.id.substr(0, 25) + b.id.substr(25)))->id == b.id);
    const auto several = test::await(loop, each->find_prefix(a.id.substr(0, 5)));
    REQUIRE_FALSE(several);
    CHECK(several.error().message.find(a.id) != std::string::npos);
    CHECK(several.error().message.find(b.id) != std::string::npos);
    CHECK_FALSE(test::await(loop, each->find_prefix("ZZZZ")));
    CHECK_FALSE(test::await(loop, each->find_prefix("../..")));
    CHECK_FALSE(each->find("../../etc/passwd"));
    CHECK(each->read_state(*each->find(a.id)) == a);
  }
}

TEST_CASE("a file that cannot be opened hides no session and leaves no half of one") {
  CountingClock env;
  UlidSource ids(env);
  const auto attempt = [&](std::size_t failing) {
    const test::TemporaryFolder place;
    test::FaultyFiles files;
    transport::Loop loop;
    Store store(loop, files, env, place.path());
    const State parent = new_session(ids, "/one");
    REQUIRE(store.create(parent));
    const State fork = new_session(ids, "/one", parent.id);
    files.failing_open = failing > 0 ? files.opens + failing : 0;
    const std::size_t before = files.opens;
    const auto made = store.create(fork);
    const std::size_t opens = files.opens - before;
    files.failing_open = 0;
    INFO("open " << failing << " of " << opens);
    CHECK(store.find(fork.id).has_value() == made.has_value());

    files.failing_open = files.opens + failing;
    [[maybe_unused]] const auto ignored = store.write_state(parent);
    files.failing_open = 0;
    CHECK(store.find(parent.id));
    Store other(loop, system_files(), env, place.path());
    CHECK(test::await(loop, other.list("/one"))->size() == (made ? 2 : 1));
    return opens;
  };
  const std::size_t opens = attempt(0);
  REQUIRE(opens > 4);
  for (std::size_t n = 1; n <= opens; ++n) attempt(n);
}

TEST_CASE("a state that is too large leaves the one before in its place") {
  CountingClock env;
  UlidSource ids(env);
  const test::TemporaryFolder place;
  transport::Loop loop;
  Store store(loop, system_files(), env, place.path());
  const State before = new_session(ids, "/one");
  REQUIRE(store.create(before));
  State large = before;
  large.system_prompt = std::string(session::store::limits::state_file, 'x');
  const auto refused = store.write_state(large);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::session_too_large);
  CHECK(store.read_state(*store.find(before.id)) == before);
}

TEST_CASE("an index that is missing or damaged is made anew from the sessions") {
  CountingClock env;
  UlidSource ids(env);
  const test::TemporaryFolder place;
  const State a = new_session(ids, "/one");
  {
    transport::Loop loop;
    Store store(loop, system_files(), env, place.path());
    REQUIRE(store.create(a));
  }
  const std::string index = place.path() + "/index";
  for (const char* damage : {"missing", "not json\n", "{\"id\":\"../../x\",\"folder\":\"y\"}\n"}) {
    INFO(damage);
    fs::remove(index);
    if (std::string_view(damage) != "missing") std::ofstream(index) << damage;
    transport::Loop loop;
    Store store(loop, system_files(), env, place.path());
    const auto found = test::await(loop, store.list(""));
    REQUIRE(found);
    REQUIRE(found->size() == 1);
    CHECK(found->front().id == a.id);
    CHECK(found->front().title == a.description);
    CHECK(fs::exists(index));
  }
}

TEST_CASE("a removed session is hidden at once; its files go when no fork needs them") {
  CountingClock env;
  UlidSource ids(env);
  const test::TemporaryFolder place;
  transport::Loop loop;
  Store store(loop, system_files(), env, place.path());
  const State parent = new_session(ids, "/one");
  const State child = new_session(ids, "/one", parent.id);
  REQUIRE(store.create(parent));
  REQUIRE(store.create(child));
  const auto folder = [&](const std::string& id) { return place.path() + "/one/sessions/" + id; };

  REQUIRE(test::await(loop, store.remove(parent.id)));
  CHECK_FALSE(store.find(parent.id));
  CHECK(store.find_any(parent.id));
  CHECK(fs::exists(folder(parent.id)));
  CHECK(test::await(loop, store.list(""))->size() == 1);

  REQUIRE(test::await(loop, store.remove(child.id)));
  CHECK_FALSE(fs::exists(folder(child.id)));
  CHECK_FALSE(fs::exists(folder(parent.id)));
  CHECK_FALSE(store.find_any(parent.id));
}

TEST_CASE("a session's folder that is a link is not entered") {
  CountingClock env;
  UlidSource ids(env);
  const test::TemporaryFolder outside;
  const test::TemporaryFolder place;
  transport::Loop loop;
  Store store(loop, system_files(), env, place.path());
  const State a = new_session(ids, "/one");
  REQUIRE(store.create(a));
  const std::string folder = place.path() + "/one/sessions/" + a.id;
  fs::remove_all(folder);
  fs::create_directory_symlink(outside.path(), folder);
  const auto entry = store.find(a.id);
  REQUIRE(entry);
  CHECK_FALSE(store.open(*entry));
  CHECK_FALSE(store.write_state(a));
  CHECK(fs::is_empty(outside.path()));
}

TEST_CASE("a session that forks still need is retired when it is removed") {
  CountingClock env;
  UlidSource ids(env);
  const test::TemporaryFolder place;
  transport::Loop loop;
  Store store(loop, system_files(), env, place.path());
  const State parent = new_session(ids, "/one");
  REQUIRE(store.create(parent));
  REQUIRE(store.create(new_session(ids, "/one", parent.id)));
  REQUIRE(test::await(loop, store.remove(parent.id)));
  const auto state = store.read_state(*store.find_any(parent.id));
  REQUIRE(state);
  CHECK(state->deleted);
  CHECK(state->status == Status::retired);
  CHECK(test::await(loop, store.remove(parent.id)));
}

TEST_CASE("a session whose state is damaged or whose files are gone can be removed") {
  CountingClock env;
  UlidSource ids(env);
  const test::TemporaryFolder place;
  transport::Loop loop;
  Store store(loop, system_files(), env, place.path());
  for (const bool gone : {false, true}) {
    const State a = new_session(ids, "/one");
    REQUIRE(store.create(a));
    const std::string folder = place.path() + "/one/sessions/" + a.id;
    if (gone) {
      fs::remove_all(folder);
    } else {
      std::ofstream(folder + "/state.toml") << "version = \"";
    }
    const auto removed = test::await(loop, store.remove(a.id));
    CHECK(removed.has_value() == !gone);
    if (gone) CHECK(removed.error().kind == ErrorKind::session_not_found);
    CHECK_FALSE(fs::exists(folder));
    CHECK_FALSE(store.find_any(a.id));
    Store other(loop, system_files(), env, place.path());
    CHECK(test::await(loop, other.all())->empty());
  }
}

TEST_CASE("a link in the place of a session's folder is not removed as if it were one") {
  CountingClock env;
  UlidSource ids(env);
  const test::TemporaryFolder outside;
  const test::TemporaryFolder place;
  transport::Loop loop;
  Store store(loop, system_files(), env, place.path());
  const State a = new_session(ids, "/one");
  REQUIRE(store.create(a));
  const std::string folder = place.path() + "/one/sessions/" + a.id;
  fs::remove_all(folder);
  std::ofstream(outside.path() + "/kept") << "kept";
  fs::create_directory_symlink(outside.path(), folder);
  CHECK_FALSE(test::await(loop, store.remove(a.id)));
  CHECK(fs::exists(outside.path() + "/kept"));
  REQUIRE(store.find(a.id));
}

TEST_CASE("an index that is missing when a session is made does not hide the others") {
  CountingClock env;
  UlidSource ids(env);
  const test::TemporaryFolder place;
  {
    transport::Loop loop;
    Store store(loop, system_files(), env, place.path());
    REQUIRE(store.create(new_session(ids, "/one")));
  }
  fs::remove(place.path() + "/index");
  transport::Loop loop;
  Store store(loop, system_files(), env, place.path());
  REQUIRE(store.create(new_session(ids, "/one")));
  CHECK(test::await(loop, store.list(""))->size() == 2);
}
