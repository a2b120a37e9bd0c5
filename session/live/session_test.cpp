#include "session/live/session.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "session/settings.h"
#include "tests/doubles/open_session.h"
#include "transport/limits.h"

using namespace tine;
using namespace tine::session;

namespace {

constexpr std::size_t mib = std::size_t{1024} * 1024;

std::string repeated(std::string_view what, std::size_t bytes = 2 * mib) {
  std::string text;
  while (text.size() < bytes) text += what;
  return text;
}

struct OtherTurns {
  bool over = false;
  std::size_t count = 0;
};

/// Counts how often others get their turn until it is over. It may end later than who began it.
transport::Task<void> count_turns(transport::Loop& loop, std::shared_ptr<OtherTurns> turns) {
  while (!turns->over) {
    co_await transport::yield(loop);
    ++turns->count;
  }
}

/// Returns when all that was said is recorded, and gives how often others had their turn meanwhile.
std::size_t turns_until_recorded(OpenSession& it) {
  const auto turns = std::make_shared<OtherTurns>();
  it.loop.spawn(count_turns(it.loop, turns));
  it.run([](const std::shared_ptr<Record> record, bool& is_over) -> transport::Task<bool> {
    co_await record->caught_up();
    is_over = true;
    co_return true;
  }(it.session->record(), turns->over));
  return turns->count;
}

}  // namespace

TEST_CASE("session: its lock is kept until the conversation has ended") {
  OpenSession it;
  it.backend->live = true;
  it.turn();
  it.backend->may_close.reset();
  v1::Workspace other = it.workspace;
  other.additional_directories = {it.place.path()};
  it.session->attach(it.client, other);
  it.loop.run_ready();
  CHECK(it.is_locked());
  it.backend->may_close.set();
  it.loop.run_ready();
  CHECK_FALSE(it.is_locked());
}

TEST_CASE("session: the next conversation begins when the last one has ended") {
  OpenSession it;
  it.turn();
  it.backend->may_close.reset();
  it.backend->done.clear();
  v1::Workspace other = it.workspace;
  other.additional_directories = {it.place.path()};
  it.session->attach(it.client, other);
  it.loop.spawn([](OpenSession& same) -> transport::Task<void> {
    co_await transport::yield(same.loop);
    same.backend->done += "| ";
    same.backend->may_close.set();
  }(it));
  it.turn();
  CHECK(it.backend->done.starts_with("close | resume "));
}

TEST_CASE("session: a load during its close opens it anew, and the old one takes no prompt") {
  OpenSession it;
  it.turn();
  const std::string id = it.session->id();
  it.backend->may_close.reset();
  it.loop.spawn(it.service.close(id));
  it.loop.run_ready();
  CHECK(it.session->closing());
  const transport::CancelSource never;
  const auto prompted = it.run(it.session->prompt({v1::text_block("no")}, never));
  REQUIRE_FALSE(prompted);
  CHECK(prompted.error().kind == ErrorKind::session_not_found);
  const auto set = it.run(it.session->set_mode("auto"));
  REQUIRE_FALSE(set);
  CHECK(set.error().kind == ErrorKind::session_not_found);
  it.loop.spawn([](OpenSession& same) -> transport::Task<void> {
    co_await transport::yield(same.loop);
    same.backend->may_close.set();
  }(it));
  const auto opened = it.run(it.service.open(id));
  REQUIRE(opened);
  CHECK(*opened != it.session);
  CHECK_FALSE((*opened)->closing());
}

TEST_CASE("session: nothing is prepared once it closes") {
  OpenSession it(true);
  it.close();
  it.session->prepare();
  it.loop.run_ready();
  CHECK(it.backend->done.empty());
}

TEST_CASE("session: a kept mode that is not offered any more becomes the strictest") {
  store::State state;
  state.mode = "gone";
  CHECK(chosen(settings({"plan", "ask", "auto"}, {"small"}), state).modes.current == "plan");
  executor::Settings offered = settings({"plan", "ask", "auto"}, {"small"});
  offered.modes.current = "ask";
  state.mode.clear();
  CHECK(chosen(offered, state).modes.current == "ask");
  state.mode = "auto";
  CHECK(chosen(offered, state).modes.current == "auto");
}

TEST_CASE("session: settings that are equal are one object, until one of them is changed") {
  OpenSession it;
  executor::Settings offered;
  offered.modes.available = {{.id = "read-only", .name = "", .description = "", .meta = ""},
                             {.id = "auto", .name = "", .description = "", .meta = ""}};
  offered.modes.current = "auto";
  const auto one = it.backend->shared(offered);
  const auto other = it.backend->shared(offered);
  CHECK(one == other);
  offered.modes.current = "read-only";
  CHECK(it.backend->shared(offered) != one);
  CHECK(one->modes.current == "auto");
}

TEST_CASE("session: an empty plan wipes none, live and on load") {
  OpenSession it;
  it.backend->live = true;
  it.turn();
  it.client.take();
  v1::PlanEntry step;
  step.content = "Look";
  const executor::ConversationEvents& events = it.backend->events;
  events.on_update(v1::plan({}));
  events.on_update(v1::plan({step}));
  events.on_update(v1::plan({}));
  CHECK(it.client.take() == "plan");
  CHECK(it.client.last.find("Look") != std::string::npos);
  // An older version may have recorded one.
  it.session->record()->update(v1::plan({}));
  const transport::CancelSource never;
  REQUIRE(it.run(it.session->replay(0, 0, never)));
  const std::string replayed = it.client.take();
  CHECK(replayed.find("plan") == replayed.rfind("plan"));
  CHECK(replayed.find("plan") != std::string::npos);
}

TEST_CASE("session: a client that takes it over hears it, whatever the one before was loading") {
  OpenSession it;
  it.backend->live = true;
  it.turn();
  it.loop.spawn([](OpenSession& same) -> transport::Task<void> {
    const transport::CancelSource never;
    co_await same.session->replay(0, 0, never);
  }(it));
  NotingClient other;
  it.session->attach(other, it.workspace);
  it.say("By the way.");
  CHECK(other.take() == "agent_message_chunk:By the way.");
  it.session->detach(other);
}

TEST_CASE("session: a long prompt is recorded in slices, with others in between") {
  // The last is longer than what may be handled in one go.
  const std::string text =
      GENERATE(repeated("cookie:="), repeated("\\\"\t"), repeated("words ", 20 * mib));
  OpenSession it;
  const auto turns = std::make_shared<OtherTurns>();
  it.loop.spawn(count_turns(it.loop, turns));
  const auto report = it.run([](OpenSession& same, std::string said,
                                bool& is_over) -> transport::Task<Result<TurnReport>> {
    const transport::CancelSource never;
    std::vector<v1::ContentBlock> blocks;
    blocks.push_back(v1::text_block(std::move(said)));
    auto done = co_await same.session->prompt(std::move(blocks), never);
    is_over = true;
    co_return done;
  }(it, text, turns->over));
  REQUIRE(report);
  CHECK(turns->count > text.size() / (2 * session::limits::redaction_window));
  CHECK(it.loop.longest_run() <= transport::limits::longest_run);
  CHECK(it.told() == "header prompt update turn_end ");
}

TEST_CASE("session: a cancel ends a long prompt that is still being read, which leaves no record") {
  OpenSession it;
  const std::string text = repeated("cookie:=");
  it.loop.spawn([](OpenSession& same) -> transport::Task<void> {
    for (int i = 0; i < 5; ++i) co_await transport::yield(same.loop);
    same.session->cancel();
  }(it));
  const transport::CancelSource never;
  const auto report = it.run(it.session->prompt({v1::text_block(text)}, never));
  REQUIRE(report);
  CHECK(report->stop_reason == v1::StopReason::cancelled);
  CHECK(report->turn == 0);
  it.turn();
  CHECK(it.told() == "header prompt update turn_end ");
}

TEST_CASE("session: a long update is recorded in slices, and nothing overtakes it") {
  const std::string text = GENERATE(repeated("cookie:="), repeated("\\\"\t"), repeated("words "));
  OpenSession it;
  it.backend->live = true;
  it.turn();
  v1::ToolCall call;
  call.id = "call";
  call.title = "A tool";
  v1::ToolContent output;
  output.content = v1::text_block(text);
  call.content = {output};
  it.backend->events.on_update(v1::tool_call(call));
  it.say("between");
  call.id = "next";
  call.status = v1::ToolStatus::completed;
  it.backend->events.on_update(v1::tool_call(call));
  it.say("last");
  CHECK_FALSE(it.session->record()->has_room());
  CHECK(turns_until_recorded(it) > 2 * text.size() / (2 * session::limits::redaction_window));
  CHECK(it.session->record()->has_room());
  it.turn();
  std::string told = it.told();
  told.erase(0, told.find("turn_end ") + 9);
  CHECK(told == "update update:between update update:last prompt turn_end ");
}

TEST_CASE("session: a long text is recorded in slices, all of it and before what follows") {
  const std::string text = GENERATE(repeated("\\\"\t"), repeated("w\xC3\xB6rds "));
  OpenSession it;
  it.backend->live = true;
  it.turn();
  it.backend->events.on_update(v1::text_chunk(v1::UpdateKind::agent_message_chunk, text, "long"));
  it.say("last");
  CHECK(turns_until_recorded(it) > text.size() / (2 * session::limits::redaction_window));
  it.turn();
  const std::string told = it.told();
  std::string said;
  for (std::size_t at = told.find("turn_end update:"); at != std::string::npos;
       at = told.find("update:", at + 1)) {
    const std::size_t begin = told.find("update:", at) + 7;
    at = begin;
    const std::size_t end = std::min(told.find(" update:", begin), told.find(" prompt ", begin));
    said += told.substr(begin, end - begin);
  }
  CHECK((said == text + "last"));
}

TEST_CASE("session: what a backend asks in JSON loses no member, and is asked in its name") {
  OpenSession it;
  const std::string id = it.session->id();
  it.client.answer = R"({"content":"words","later":[1]})";
  std::string answer;
  it.backend->in_turn = [&answer](v1::Client& client) -> transport::Task<void> {
    const auto got = co_await client.call(
        "fs/read_text_file", R"({"later": {}, "sessionId": "theirs", "path": "/f"})", nullptr);
    answer = got.value();
    co_await client.call("_vendor/ask", R"({"of":"all"})", nullptr);
    client.notify("elicitation/complete", R"({"elicitationId":"e"})");
  };
  it.turn();
  CHECK(answer == it.client.answer);
  CHECK(it.client.asked == R"(fs/read_text_file {"later": {}, "sessionId": ")" + id +
                               R"(", "path": "/f"})" + "\n" + R"(_vendor/ask {"of":"all"})" + "\n" +
                               R"(elicitation/complete {"elicitationId":"e"})" + "\n");
  CHECK(it.told() == "header prompt update question answer question answer turn_end ");
}

TEST_CASE("session: a configured model is chosen also where it stands in a group") {
  OpenSession it;
  v1::ConfigOption& option = it.backend->offered.options.front();
  const v1::ConfigValue huge{.value = "huge", .name = "Huge", .description = {}, .meta = {}};
  option.groups = {{.group = "slow", .name = "Slow", .values = {huge}, .meta = {}}};
  const auto chosen_model = [&](std::string configured) {
    it.model = std::move(configured);
    return (*it.service.create(it.workspace, {}))->options().at(1).current;
  };
  CHECK(chosen_model("huge") == "huge");
  CHECK(chosen_model("large") == "large");
  CHECK(chosen_model("tiny") == "small");
}
