#include "session/seeds.h"

#include <chrono>
#include <fstream>

#include "tests/doubles/open_session.h"

using namespace tine;
using namespace tine::session;

namespace {

std::int64_t hours(std::int64_t count) {
  return std::chrono::milliseconds(std::chrono::hours(count)).count();
}

}  // namespace

TEST_CASE("seeds: marks are kept, the last one first, and taken away") {
  OpenSession it;
  CHECK(seed_marks(it.store).value().empty());
  CHECK_FALSE(unmark_seed(it.store, it.session->id()).value());
  const std::string one = "01J00000000000000000000001";
  const std::string two = "01J00000000000000000000002";
  REQUIRE(
      mark_seed(it.store, {.id = one, .project = "/a \"b\"", .backend = "x", .marked_ms = 2000}));
  REQUIRE(mark_seed(it.store, {.id = two, .project = "/c", .backend = "y", .marked_ms = 1000}));
  const auto marks = seed_marks(it.store);
  REQUIRE(marks);
  REQUIRE(marks->size() == 2);
  CHECK(marks->front().id == one);
  CHECK(marks->front().project == "/a \"b\"");
  CHECK(marks->front().backend == "x");
  CHECK(marks->front().marked_ms == 2000);
  REQUIRE(mark_seed(it.store, {.id = two, .project = "/c", .backend = "y", .marked_ms = 3000}));
  CHECK(seed_marks(it.store)->front().id == two);
  CHECK(unmark_seed(it.store, two).value());
  CHECK(seed_marks(it.store)->size() == 1);
  // No session is lost sight of, and none is found among the marks.
  CHECK(it.store.find(it.session->id()));
  CHECK_FALSE(it.store.find(one));
}

TEST_CASE("seeds: what is no mark is passed over") {
  OpenSession it;
  const std::string good = "01J00000000000000000000001";
  REQUIRE(mark_seed(it.store, {.id = good, .project = "/a", .backend = "x", .marked_ms = 1}));
  const std::string folder = it.place.path() + "/store/seeds/";
  std::ofstream(folder + "01J00000000000000000000002") << "{\"marked\":";
  std::ofstream(folder + "01J00000000000000000000003") << "{\"marked\":\"yesterday\"}";
  std::ofstream(folder + "01J00000000000000000000004");
  std::ofstream(folder + "notes") << "{}";
  const auto marks = seed_marks(it.store);
  REQUIRE(marks);
  REQUIRE(marks->size() == 1);
  CHECK(marks->front().id == good);
}

TEST_CASE("seeds: a mark holds for the configured hours, and no longer") {
  OpenSession it;
  it.turn();
  it.policy.begins_from_seed = true;
  it.policy.seed_hours = 2;
  const auto begins = [&] {
    auto from = it.run(it.service.begin_from_seed(it.workspace, {}));
    CHECK(from.warning.empty());
    return from.forked.has_value();
  };
  CHECK_FALSE(begins());
  const auto mark_at = [&](std::int64_t ms) {
    REQUIRE(mark_seed(it.store, {.id = it.session->id(),
                                 .project = it.session->state().project,
                                 .backend = "scripted",
                                 .marked_ms = ms}));
  };
  const std::int64_t now = it.env.wall_ms();
  mark_at(now - hours(2) + 1);
  CHECK(begins());
  mark_at(now - hours(2));
  CHECK_FALSE(begins());
}

TEST_CASE("seeds: a session in which nothing was said is none") {
  OpenSession it;
  CHECK_FALSE(it.service.mark_as_seed(it.session->id()));
  it.turn();
  CHECK(it.service.mark_as_seed(it.session->id()));
  CHECK_FALSE(it.service.mark_as_seed("01J00000000000000000000001"));
}
