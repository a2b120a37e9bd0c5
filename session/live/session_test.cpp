#include "session/live/session.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "session/settings.h"
#include "session/theatre.h"
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

/// Counts how often others get their turn until `over`.
transport::Task<void> count_turns(transport::Loop& loop, bool& over, std::size_t& turns) {
  while (!over) {
    co_await transport::yield(loop);
    ++turns;
  }
}

/// Returns when all that was said is recorded, and gives how often others had their turn meanwhile.
std::size_t turns_until_recorded(Theatre& theatre) {
  bool over = false;
  std::size_t turns = 0;
  theatre.loop.spawn(count_turns(theatre.loop, over, turns));
  theatre.run([](const std::shared_ptr<Record> record, bool& is_over) -> transport::Task<bool> {
    co_await record->caught_up();
    is_over = true;
    co_return true;
  }(theatre.session->record(), over));
  return turns;
}

}  // namespace

TEST_CASE("session: its lock is kept until the conversation has ended") {
  Theatre theatre;
  theatre.puppet->live = true;
  theatre.turn();
  theatre.puppet->may_close.reset();
  v1::Workspace other = theatre.workspace;
  other.additional_directories = {theatre.place.path()};
  theatre.session->attach(theatre.client, other);
  theatre.loop.run_ready();
  CHECK(theatre.is_locked());
  theatre.puppet->may_close.set();
  theatre.loop.run_ready();
  CHECK_FALSE(theatre.is_locked());
}

TEST_CASE("session: the next conversation begins when the last one has ended") {
  Theatre theatre;
  theatre.turn();
  theatre.puppet->may_close.reset();
  theatre.puppet->done.clear();
  v1::Workspace other = theatre.workspace;
  other.additional_directories = {theatre.place.path()};
  theatre.session->attach(theatre.client, other);
  theatre.loop.spawn([](Theatre& the_theatre) -> transport::Task<void> {
    co_await transport::yield(the_theatre.loop);
    the_theatre.puppet->done += "| ";
    the_theatre.puppet->may_close.set();
  }(theatre));
  theatre.turn();
  CHECK(theatre.puppet->done.starts_with("close | resume "));
}

TEST_CASE("session: a load during its close opens it anew, and the old one takes no prompt") {
  Theatre theatre;
  theatre.turn();
  const std::string id = theatre.session->id();
  theatre.puppet->may_close.reset();
  theatre.loop.spawn(theatre.service.close(id));
  theatre.loop.run_ready();
  CHECK(theatre.session->closing());
  const transport::CancelSource never;
  const auto prompted = theatre.run(theatre.session->prompt({v1::text_block("no")}, never));
  REQUIRE_FALSE(prompted);
  CHECK(prompted.error().kind == ErrorKind::session_not_found);
  const auto set = theatre.run(theatre.session->set_mode("auto"));
  REQUIRE_FALSE(set);
  CHECK(set.error().kind == ErrorKind::session_not_found);
  theatre.loop.spawn([](Theatre& the_theatre) -> transport::Task<void> {
    co_await transport::yield(the_theatre.loop);
    the_theatre.puppet->may_close.set();
  }(theatre));
  const auto opened = theatre.run(theatre.service.open(id));
  REQUIRE(opened);
  CHECK(*opened != theatre.session);
  CHECK_FALSE((*opened)->closing());
}

TEST_CASE("session: nothing is prepared once it closes") {
  Theatre theatre(true);
  theatre.close();
  theatre.session->prepare();
  theatre.loop.run_ready();
  CHECK(theatre.puppet->done.empty());
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

TEST_CASE("session: a client that takes it over hears it, whatever the one before was loading") {
  Theatre theatre;
  theatre.puppet->live = true;
  theatre.turn();
  theatre.loop.spawn([](Theatre& the_theatre) -> transport::Task<void> {
    const transport::CancelSource never;
    co_await the_theatre.session->replay(0, never);
  }(theatre));
  Listener other;
  theatre.session->attach(other, theatre.workspace);
  theatre.say("By the way.");
  CHECK(other.take() == "agent_message_chunk:By the way.");
  theatre.session->detach(other);
}

TEST_CASE("session: a long prompt is recorded in slices, with others in between") {
  // The last is longer than what may be handled in one go.
  const std::string text =
      GENERATE(repeated("cookie:="), repeated("\\\"\t"), repeated("words ", 20 * mib));
  Theatre theatre;
  bool over = false;
  std::size_t turns = 0;
  theatre.loop.spawn(count_turns(theatre.loop, over, turns));
  const auto report = theatre.run([](Theatre& the_theatre, std::string said,
                                     bool& is_over) -> transport::Task<Result<TurnReport>> {
    const transport::CancelSource never;
    std::vector<v1::ContentBlock> blocks;
    blocks.push_back(v1::text_block(std::move(said)));
    auto done = co_await the_theatre.session->prompt(std::move(blocks), never);
    is_over = true;
    co_return done;
  }(theatre, text, over));
  REQUIRE(report);
  CHECK(turns > text.size() / (2 * session::limits::redaction_window));
  CHECK(theatre.loop.longest_run() <= transport::limits::longest_run);
  CHECK(theatre.told() == "header prompt update turn_end ");
}

TEST_CASE("session: a cancel ends a long prompt that is still being read, which leaves no record") {
  Theatre theatre;
  const std::string text = repeated("cookie:=");
  theatre.loop.spawn([](Theatre& the_theatre) -> transport::Task<void> {
    for (int i = 0; i < 5; ++i) co_await transport::yield(the_theatre.loop);
    the_theatre.session->cancel();
  }(theatre));
  const transport::CancelSource never;
  const auto report = theatre.run(theatre.session->prompt({v1::text_block(text)}, never));
  REQUIRE(report);
  CHECK(report->stop_reason == v1::StopReason::cancelled);
  CHECK(report->turn == 0);
  theatre.turn();
  CHECK(theatre.told() == "header prompt update turn_end ");
}

TEST_CASE("session: a long update is recorded in slices, and nothing overtakes it") {
  const std::string text = GENERATE(repeated("cookie:="), repeated("\\\"\t"), repeated("words "));
  Theatre theatre;
  theatre.puppet->live = true;
  theatre.turn();
  v1::ToolCall call;
  call.id = "call";
  call.title = "A tool";
  v1::ToolContent output;
  output.content = v1::text_block(text);
  call.content = {output};
  theatre.puppet->events.on_update(v1::tool_call(call));
  theatre.say("between");
  call.id = "next";
  call.status = v1::ToolStatus::completed;
  theatre.puppet->events.on_update(v1::tool_call(call));
  theatre.say("last");
  CHECK_FALSE(theatre.session->record()->has_room());
  CHECK(turns_until_recorded(theatre) > 2 * text.size() / (2 * session::limits::redaction_window));
  CHECK(theatre.session->record()->has_room());
  theatre.turn();
  std::string told = theatre.told();
  told.erase(0, told.find("turn_end ") + 9);
  CHECK(told == "update update:between update update:last prompt turn_end ");
}

TEST_CASE("session: a long text is recorded in slices, all of it and before what follows") {
  const std::string text = GENERATE(repeated("\\\"\t"), repeated("w\xC3\xB6rds "));
  Theatre theatre;
  theatre.puppet->live = true;
  theatre.turn();
  theatre.puppet->events.on_update(
      v1::text_chunk(v1::UpdateKind::agent_message_chunk, text, "long"));
  theatre.say("last");
  CHECK(turns_until_recorded(theatre) > text.size() / (2 * session::limits::redaction_window));
  theatre.turn();
  const std::string told = theatre.told();
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
  Theatre theatre;
  const std::string id = theatre.session->id();
  theatre.client.answer = R"({"content":"words","later":[1]})";
  std::string answer;
  theatre.puppet->in_turn = [&answer](v1::Client& client) -> transport::Task<void> {
    const auto got = co_await client.call(
        "fs/read_text_file", R"({"later": {}, "sessionId": "theirs", "path": "/f"})", nullptr);
    answer = got.value();
    co_await client.call("_vendor/ask", R"({"of":"all"})", nullptr);
    client.notify("elicitation/complete", R"({"elicitationId":"e"})");
  };
  theatre.turn();
  CHECK(answer == theatre.client.answer);
  CHECK(theatre.client.asked == R"(fs/read_text_file {"later": {}, "sessionId": ")" + id +
                                    R"(", "path": "/f"})" + "\n" + R"(_vendor/ask {"of":"all"})" +
                                    "\n" + R"(elicitation/complete {"elicitationId":"e"})" + "\n");
  CHECK(theatre.told() == "header prompt update question answer question answer turn_end ");
}
