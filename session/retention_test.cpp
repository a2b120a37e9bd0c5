#include "session/retention.h"

#include <algorithm>

#include "base/ulid.h"
#include "tests/catch.h"
#include "tests/doubles/await.h"
#include "tests/doubles/faulty_files.h"
#include "tests/doubles/still_clock.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine;
using namespace tine::session;

namespace {

constexpr std::int64_t day = std::int64_t{24} * 60 * 60 * 1000;
constexpr std::int64_t now = 100 * day;

store::IndexEntry entry(const std::string& id, const std::string& parent = {},
                        std::int64_t updated_ms = now) {
  store::IndexEntry out;
  out.id = id;
  out.parent = parent;
  out.updated_ms = updated_ms;
  return out;
}

Family family(const std::string& id, std::int64_t age_ms, std::int64_t bytes = 10) {
  Family out;
  out.members = {entry(id)};
  out.last_used_ms = now - age_ms;
  out.bytes = bytes;
  out.listed = true;
  return out;
}

std::string going(const RetentionPlan& plan) {
  std::string out;
  for (const Removal& each : plan.removals) out += each.family.members.front().id + " ";
  return out;
}

}  // namespace

TEST_CASE("all that forks connect is one family, the newest first") {
  const auto families = families_of({entry("a", {}, 1), entry("b", "a", 5), entry("c", {}, 2),
                                     entry("d", "b", 3), entry("e", "gone", 4)});
  REQUIRE(families.size() == 3);
  const auto holds = [](const std::string& id) {
    return [id](const Family& each) { return each.members.back().id == id; };
  };
  const auto found = std::find_if(families.begin(), families.end(), holds("a"));
  REQUIRE(found != families.end());
  REQUIRE(found->members.size() == 3);
  CHECK(found->members[0].id == "d");
  CHECK(found->members[1].id == "b");
  CHECK(found->last_used_ms == 5);
  CHECK(found->listed);
}

TEST_CASE("sessions that name each other as parents are one family") {
  CHECK(families_of({entry("a", "b"), entry("b", "a"), entry("c", "c")}).size() == 2);
}

TEST_CASE("hiding a session is no use of its family") {
  auto hidden = entry("a", {}, 9);
  hidden.deleted = true;
  const auto families = families_of({hidden, entry("b", "a", 5)});
  REQUIRE(families.size() == 1);
  CHECK(families.front().last_used_ms == 5);
  CHECK(families.front().listed);

  const auto alone = families_of({hidden});
  CHECK(alone.front().last_used_ms == 9);
  CHECK_FALSE(alone.front().listed);
}

TEST_CASE("without limits no session goes that is listed") {
  const auto plan = plan_retention({family("old", 99 * day, 1'000'000)}, {}, now);
  CHECK(plan.removals.empty());
  CHECK(plan.kept_bytes == 1'000'000);
}

TEST_CASE("what was not used for so many days goes") {
  const auto plan = plan_retention({family("one day below", 7 * day - 1),
                                    family("at the limit", 7 * day), family("above", 8 * day)},
                                   {.days = 7}, now);
  CHECK(going(plan) == "above at the limit ");
  CHECK(plan.removals.front().reason == Reason::age);
  CHECK(plan.bytes == 20);
  CHECK(plan.kept_bytes == 10);
}

TEST_CASE("when all are too large together, those least recently used go until they are not") {
  const std::vector<Family> families{family("b", 2 * day), family("c", 3 * day), family("a", day)};
  CHECK(going(plan_retention(families, {.total_bytes = 30}, now)).empty());
  CHECK(going(plan_retention(families, {.total_bytes = 29}, now)) == "c ");
  CHECK(going(plan_retention(families, {.total_bytes = 20}, now)) == "c ");
  const auto plan = plan_retention(families, {.total_bytes = 1}, now);
  CHECK(going(plan) == "c b a ");
  CHECK(plan.removals.front().reason == Reason::total);
}

TEST_CASE("what has gone for its age counts no more") {
  const auto plan = plan_retention({family("old", 9 * day), family("a", day), family("b", 2 * day)},
                                   {.days = 7, .total_bytes = 20}, now);
  CHECK(going(plan) == "old ");
}

TEST_CASE("a family in use stays, whatever its age and size") {
  Family used = family("used", 50 * day, 100);
  used.in_use = true;
  const auto plan = plan_retention({used, family("a", day), family("b", 2 * day)},
                                   {.days = 7, .total_bytes = 105}, now);
  CHECK(going(plan) == "b a ");
  CHECK(plan.kept_bytes == 100);
}

TEST_CASE("what is not listed goes after a day, without any limit") {
  Family below = family("below", day);
  Family above = family("above", day + 1);
  Family used = family("used", 9 * day);
  for (Family* each : {&below, &above, &used}) each->listed = false;
  used.in_use = true;
  const auto plan = plan_retention({below, above, used}, {}, now);
  CHECK(going(plan) == "above ");
  CHECK(plan.removals.front().reason == Reason::unlisted);
  // Younger ones are in somebody's editor: their few bytes are not worth it.
  CHECK(going(plan_retention({below}, {.total_bytes = 1}, now)).empty());
}

TEST_CASE("a fork that was never completed goes without its family") {
  auto fork = entry("b", "a");
  fork.prompted = false;
  CHECK(families_of({entry("a"), fork}).size() == 2);
  // One that was forked in turn stays with it.
  CHECK(families_of({entry("a"), fork, entry("c", "b")}).size() == 1);
}

namespace {

/// A store with nothing but sessions in it.
struct Shelf {
  void add(std::size_t sessions) {
    for (std::size_t i = 0; i < sessions; ++i) {
      store::State state;
      state.id = ids.next();
      state.project = state.cwd = "/one";
      REQUIRE(store.create(state));
    }
  }

  test::TemporaryFolder folder;
  test::FaultyFiles files;
  test::StillClock clock;
  UlidSource ids{clock};
  Log log{clock, Log::Level::error, [](const Log::Message&) {}};
  Redactor redactor{Redactor::Key{1}};
  Policy policy;
  Prices prices{{}, nullptr};
  transport::Loop loop;
  WarmFirst warm_first{loop, clock};
  executor::Admission admission{loop, log, {}, {}};
  TurnLine turn_line{loop, admission, 0};
  transport::Worker worker{loop};
  store::Store store{loop, files, clock, folder.path()};
  store::Syncer syncer{loop, worker, store};
  Backends backends;
  Trust trust{loop,        worker,   clock,
              log,         redactor, TrustRecord(store::system_files(), folder.path() + "/store"),
              policy.trust};
  SessionService service{
      Library{loop, clock, log, redactor, store, syncer, policy, prices, warm_first, turn_line},
      trust, backends,
      [](const std::string&, const std::string&) -> Result<Choices> { return Choices{}; }};
};

/// Half of so many sessions have expired: how many files and folders are opened to remove them.
std::size_t opens_for(std::size_t sessions) {
  Shelf shelf;
  shelf.add(sessions / 2);
  shelf.clock.now_ms += 10 * day;
  shelf.add(sessions / 2);
  Retention retention(shelf.service);
  const transport::CancelSource never;
  shelf.files.opens = 0;
  auto plan = test::await(shelf.loop, retention.plan({.days = 7}, never));
  REQUIRE(plan);
  CHECK(plan->removals.size() == sessions / 2);
  const auto outcome = test::await(shelf.loop, retention.carry_out(std::move(*plan), never));
  REQUIRE(outcome);
  CHECK(outcome->sessions == sessions / 2);
  const std::size_t opens = shelf.files.opens;
  CHECK(test::await(shelf.loop, shelf.store.all())->size() == sessions / 2);
  return opens;
}

}  // namespace

TEST_CASE("twice as many sessions to remove are twice the work") {
  const std::size_t some = opens_for(40);
  CHECK(opens_for(80) < some * 9 / 4);
}
