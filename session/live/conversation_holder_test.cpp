#include "session/live/conversation_holder.h"

#include "tests/doubles/open_session.h"

using namespace tine;
using namespace tine::session;

namespace {

constexpr const char* one_turn = "header prompt update turn_end ";

}  // namespace

TEST_CASE("conversation: a live conversation is heard between its turns, and is recorded") {
  OpenSession it;
  it.backend->live = true;
  it.turn();
  CHECK(it.is_locked());
  it.client.take();
  it.say("By the way.");
  CHECK(it.client.take() == "agent_message_chunk:By the way.");
  it.backend->events.on_idle();
  CHECK_FALSE(it.is_locked());
  CHECK(it.told() == std::string(one_turn) + "update:By the way. ");
}

TEST_CASE("conversation: what is said between turns stands before the next prompt") {
  OpenSession it;
  it.backend->live = true;
  it.turn();
  it.say("An end like sk-");
  it.turn();
  CHECK(it.told() == std::string(one_turn) + "update:An end like sk- prompt turn_end ");
}

TEST_CASE("conversation: without the right to write nothing is said") {
  OpenSession it;
  it.turn();
  it.client.take();
  it.say("Unheard.");
  CHECK(it.client.take().empty());
  CHECK(it.logged.find("is lost") != std::string::npos);
  CHECK(it.told() == one_turn);
}

TEST_CASE(
    "conversation: a conversation that is no longer live at a turn's end leaves no lock behind") {
  OpenSession it;
  it.backend->live = true;
  it.turn();
  it.backend->live = false;
  it.turn();
  CHECK_FALSE(it.is_locked());
}

TEST_CASE("conversation: nobody hears a conversation that was let go of") {
  OpenSession it;
  it.backend->live = true;
  it.turn();
  const executor::ConversationEvents old = it.backend->events;
  it.close();
  it.client.take();
  old.on_update(v1::text_chunk(v1::UpdateKind::agent_message_chunk, "Boo.", "boo"));
  old.on_settings(settings({"other"}, {"other"}));
  old.on_commands({});
  old.on_idle();
  it.session = nullptr;
  old.on_idle();
  CHECK(it.client.take().empty());
}

TEST_CASE("conversation: new lists keep what is chosen, and nothing is recorded") {
  OpenSession it;
  it.backend->live = true;
  it.turn();
  REQUIRE(it.run(it.session->set_mode("auto")));
  const std::string before = it.told();
  it.client.take();
  it.backend->events.on_settings(settings({"plan", "ask", "auto"}, {"large", "small", "huge"}));
  CHECK(it.client.take() == "config_option_update");
  CHECK(it.client.last.find("huge") != std::string::npos);
  CHECK(it.session->modes()->current == "auto");
  CHECK(it.session->settings().options.front().current == "small");
  it.backend->events.on_idle();
  CHECK(it.told() == before);
}

TEST_CASE("conversation: the same lists again are no news") {
  OpenSession it;
  it.turn();
  it.client.take();
  it.backend->events.on_settings(it.backend->offered);
  CHECK(it.client.take().empty());
}

TEST_CASE("conversation: a choice that is not offered any more is another one, and is recorded") {
  OpenSession it;
  it.backend->live = true;
  it.turn();
  it.client.take();
  it.backend->events.on_settings(settings({"plan", "auto"}, {"huge"}));
  CHECK(it.client.take() == "current_mode_update config_option_update");
  CHECK(it.session->state().mode == "plan");
  CHECK(it.session->state().options.at("model") == "huge");
  it.backend->events.on_idle();
  CHECK(it.told() == std::string(one_turn) + "update update ");
}

TEST_CASE("conversation: a backend's commands are announced with ours, then and later") {
  OpenSession it;
  it.turn();
  it.client.take();
  it.backend->events.on_commands({{.name = "review", .description = "x", .hint = {}, .meta = {}}});
  CHECK(it.client.take() == "available_commands_update");
  it.client.last.clear();
  it.session->announce_commands();
  CHECK(it.client.last.find("tine-fork") != std::string::npos);
  CHECK(it.client.last.find("review") != std::string::npos);
}

TEST_CASE("conversation: what a fork offers before it is a session waits for it") {
  OpenSession it;
  it.turn();
  const SessionService::ForkWish last;
  auto forked = it.run(it.service.fork(it.session->id(), it.workspace, last));
  REQUIRE(forked);
  CHECK(it.backend->origin.conversation == "scripted-" + it.session->id());
  CHECK(it.backend->origin.turn == "turn-1");
  forked->session->attach(it.client, it.workspace);
  forked->session->announce_commands();
  CHECK(it.client.last.find("early") != std::string::npos);
}

TEST_CASE("conversation ahead: a session makes its conversation once, and the prompt finds it") {
  OpenSession it(true);
  it.session->prepare();
  it.session->prepare();
  it.loop.run_ready();
  CHECK(it.backend->done == "start ");
  CHECK_FALSE(it.is_locked());
  CHECK_FALSE(it.session->record()->begun());
  it.turn();
  CHECK(it.backend->done == "start ");
}

TEST_CASE("conversation ahead: a backend that does not gain from it is not asked") {
  OpenSession it;
  it.session->prepare();
  it.loop.run_ready();
  CHECK(it.backend->done.empty());
}

TEST_CASE("conversation ahead: a prompt waits for the conversation that is being made") {
  OpenSession it(true);
  it.backend->may_start.reset();
  it.session->prepare();
  it.loop.run_ready();
  it.loop.spawn([](OpenSession& same) -> transport::Task<void> {
    co_await transport::yield(same.loop);
    same.backend->may_start.set();
  }(it));
  it.turn();
  CHECK(it.backend->done == "start ");
}

TEST_CASE("conversation ahead: a cancelled prompt does not wait for it, and the next one does") {
  OpenSession it(true);
  it.backend->may_start.reset();
  it.session->prepare();
  it.loop.run_ready();
  const transport::CancelSource cancel;
  it.loop.spawn([](OpenSession& same, transport::CancelSource source) -> transport::Task<void> {
    co_await transport::yield(same.loop);
    source.cancel();
  }(it, cancel));
  const auto report = it.run(it.session->prompt({v1::text_block("hello")}, cancel));
  REQUIRE(report);
  CHECK(report->stop_reason == v1::StopReason::cancelled);
  CHECK(it.backend->done == "start ");
  it.loop.spawn([](OpenSession& same) -> transport::Task<void> {
    co_await transport::yield(same.loop);
    same.backend->may_start.set();
  }(it));
  it.turn();
  CHECK(it.backend->done == "start ");
}

TEST_CASE("conversation ahead: when it fails the prompt meets the error itself") {
  OpenSession it(true);
  it.backend->fails = true;
  it.session->prepare();
  it.loop.run_ready();
  CHECK(it.logged.find("no conversation was made: it is broken") != std::string::npos);
  it.backend->fails = false;
  it.turn();
  CHECK(it.backend->done == "start start ");
}

TEST_CASE("conversation ahead: a session may be closed meanwhile") {
  OpenSession it(true);
  it.backend->may_start.reset();
  it.session->prepare();
  it.loop.run_ready();
  it.close();
  it.backend->may_start.set();
  it.loop.run_ready();
  CHECK(it.backend->done == "start close ");
}

TEST_CASE("conversation ahead: what is chosen meanwhile is passed on") {
  OpenSession it(true);
  it.backend->may_start.reset();
  it.session->prepare();
  it.loop.run_ready();
  REQUIRE(it.run(it.session->set_mode("auto")));
  it.backend->may_start.set();
  it.loop.run_ready();
  CHECK(it.backend->done == "start mode auto ");
}

TEST_CASE("conversation ahead: other servers than it was begun with make it anew") {
  OpenSession it(true);
  it.backend->may_start.reset();
  it.session->prepare();
  it.loop.run_ready();
  v1::Workspace other = it.workspace;
  other.additional_directories = {it.place.path()};
  it.session->attach(it.client, other);
  it.session->prepare();
  it.backend->may_start.set();
  it.loop.run_ready();
  CHECK(it.backend->done == "start start close ");
  it.turn();
  CHECK(it.backend->done == "start start close ");
}

TEST_CASE("adopt: a session has the past of another conversation, also when it is opened anew") {
  OpenSession it;
  auto adopted = it.run(it.service.adopt(it.workspace, {}, {.id = "theirs", .cwd = "/elsewhere"}));
  REQUIRE(adopted);
  it.session = adopted->session;
  const std::string id = it.session->id();
  CHECK(it.backend->done == "adopt theirs in /elsewhere ");
  CHECK(adopted->report.adopted == "theirs");
  CHECK(it.session->state().prompted);
  CHECK(it.session->state().parent.empty());
  CHECK(it.told() == "header fork ");
  it.close();
  it.session = nullptr;

  // Without its state, which is made anew.
  const auto entry = it.store.find(id);
  REQUIRE(entry);
  const store::State before = *it.store.read_state(*entry);
  REQUIRE(it.store.open(*entry)->remove_file("state.toml"));
  const auto again = it.run(it.service.open(id));
  REQUIRE(again);
  it.session = *again;
  CHECK(it.session->state().adopted == "theirs");
  CHECK(it.session->state().adopted_turn == "their-9");
  CHECK(it.session->state().prompted);
  CHECK(it.session->state() == before);

  it.backend->done.clear();
  it.turn();
  CHECK(it.backend->done == "resume scripted-" + id + "@their-9 ");
  CHECK(it.backend->origin.conversation == "theirs");
  CHECK(it.backend->origin.turn == "their-9");

  // A fork of its beginning has that past as well.
  SessionService::ForkWish beginning;
  beginning.at.turn = 0;
  it.backend->done.clear();
  const auto forked = it.run(it.service.fork(id, it.workspace, beginning));
  REQUIRE(forked);
  CHECK(it.backend->done == "fork scripted-" + id + "@their-9 ");
  CHECK(forked->session->state().adopted == "theirs");
}
