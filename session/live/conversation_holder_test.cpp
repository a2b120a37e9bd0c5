#include "session/live/conversation_holder.h"

#include "session/theatre.h"

using namespace tine;
using namespace tine::session;

namespace {

constexpr const char* one_turn = "header prompt update turn_end ";

}  // namespace

TEST_CASE("conversation: a live conversation is heard between its turns, and is recorded") {
  Theatre theatre;
  theatre.puppet->live = true;
  theatre.turn();
  CHECK(theatre.is_locked());
  theatre.client.take();
  theatre.say("By the way.");
  CHECK(theatre.client.take() == "agent_message_chunk:By the way.");
  theatre.puppet->events.on_idle();
  CHECK_FALSE(theatre.is_locked());
  CHECK(theatre.told() == std::string(one_turn) + "update:By the way. ");
}

TEST_CASE("conversation: what is said between turns stands before the next prompt") {
  Theatre theatre;
  theatre.puppet->live = true;
  theatre.turn();
  theatre.say("An end like sk-");
  theatre.turn();
  CHECK(theatre.told() == std::string(one_turn) + "update:An end like sk- prompt turn_end ");
}

TEST_CASE("conversation: without the right to write nothing is said") {
  Theatre theatre;
  theatre.turn();
  theatre.client.take();
  theatre.say("Unheard.");
  CHECK(theatre.client.take().empty());
  CHECK(theatre.logged.find("is lost") != std::string::npos);
  CHECK(theatre.told() == one_turn);
}

TEST_CASE(
    "conversation: a conversation that is no longer live at a turn's end leaves no lock behind") {
  Theatre theatre;
  theatre.puppet->live = true;
  theatre.turn();
  theatre.puppet->live = false;
  theatre.turn();
  CHECK_FALSE(theatre.is_locked());
}

TEST_CASE("conversation: nobody hears a conversation that was let go of") {
  Theatre theatre;
  theatre.puppet->live = true;
  theatre.turn();
  const executor::ConversationEvents old = theatre.puppet->events;
  theatre.close();
  theatre.client.take();
  old.on_update(v1::text_chunk(v1::UpdateKind::agent_message_chunk, "Boo.", "boo"));
  old.on_settings(settings({"other"}, {"other"}));
  old.on_commands({});
  old.on_idle();
  theatre.session = nullptr;
  old.on_idle();
  CHECK(theatre.client.take().empty());
}

TEST_CASE("conversation: new lists keep what is chosen, and nothing is recorded") {
  Theatre theatre;
  theatre.puppet->live = true;
  theatre.turn();
  REQUIRE(theatre.run(theatre.session->set_mode("auto")));
  const std::string before = theatre.told();
  theatre.client.take();
  theatre.puppet->events.on_settings(settings({"plan", "ask", "auto"}, {"large", "small", "huge"}));
  CHECK(theatre.client.take() == "config_option_update");
  CHECK(theatre.client.last.find("huge") != std::string::npos);
  CHECK(theatre.session->modes().current == "auto");
  CHECK(theatre.session->settings().options.front().current == "small");
  theatre.puppet->events.on_idle();
  CHECK(theatre.told() == before);
}

TEST_CASE("conversation: the same lists again are no news") {
  Theatre theatre;
  theatre.turn();
  theatre.client.take();
  theatre.puppet->events.on_settings(theatre.puppet->offered);
  CHECK(theatre.client.take().empty());
}

TEST_CASE("conversation: a choice that is not offered any more is another one, and is recorded") {
  Theatre theatre;
  theatre.puppet->live = true;
  theatre.turn();
  theatre.client.take();
  theatre.puppet->events.on_settings(settings({"plan", "auto"}, {"huge"}));
  CHECK(theatre.client.take() == "current_mode_update config_option_update");
  CHECK(theatre.session->state().mode == "plan");
  CHECK(theatre.session->state().options.at("model") == "huge");
  theatre.puppet->events.on_idle();
  CHECK(theatre.told() == std::string(one_turn) + "update update ");
}

TEST_CASE("conversation: a backend's commands are announced with ours, then and later") {
  Theatre theatre;
  theatre.turn();
  theatre.client.take();
  theatre.puppet->events.on_commands(
      {{.name = "review", .description = "x", .hint = {}, .meta = {}}});
  CHECK(theatre.client.take() == "available_commands_update");
  theatre.client.last.clear();
  theatre.session->announce_commands();
  CHECK(theatre.client.last.find("tine-fork") != std::string::npos);
  CHECK(theatre.client.last.find("review") != std::string::npos);
}

TEST_CASE("conversation: what a fork offers before it is a session waits for it") {
  Theatre theatre;
  theatre.turn();
  const SessionService::ForkAt last;
  auto forked = theatre.run(theatre.service.fork(theatre.session->id(), theatre.workspace, last));
  REQUIRE(forked);
  CHECK(theatre.puppet->origin.conversation == "puppet-" + theatre.session->id());
  CHECK(theatre.puppet->origin.turn == "turn-1");
  forked->session->attach(theatre.client, theatre.workspace);
  forked->session->announce_commands();
  CHECK(theatre.client.last.find("early") != std::string::npos);
}

TEST_CASE("conversation ahead: a session makes its conversation once, and the prompt finds it") {
  Theatre theatre(true);
  theatre.session->prepare();
  theatre.session->prepare();
  theatre.loop.run_ready();
  CHECK(theatre.puppet->done == "start ");
  CHECK_FALSE(theatre.is_locked());
  CHECK_FALSE(theatre.session->record()->begun());
  theatre.turn();
  CHECK(theatre.puppet->done == "start ");
}

TEST_CASE("conversation ahead: a backend that does not gain from it is not asked") {
  Theatre theatre;
  theatre.session->prepare();
  theatre.loop.run_ready();
  CHECK(theatre.puppet->done.empty());
}

TEST_CASE("conversation ahead: a prompt waits for the conversation that is being made") {
  Theatre theatre(true);
  theatre.puppet->may_start.reset();
  theatre.session->prepare();
  theatre.loop.run_ready();
  theatre.loop.spawn([](Theatre& the_theatre) -> transport::Task<void> {
    co_await transport::yield(the_theatre.loop);
    the_theatre.puppet->may_start.set();
  }(theatre));
  theatre.turn();
  CHECK(theatre.puppet->done == "start ");
}

TEST_CASE("conversation ahead: a cancelled prompt does not wait for it, and the next one does") {
  Theatre theatre(true);
  theatre.puppet->may_start.reset();
  theatre.session->prepare();
  theatre.loop.run_ready();
  const transport::CancelSource cancel;
  theatre.loop.spawn(
      [](Theatre& the_theatre, transport::CancelSource source) -> transport::Task<void> {
        co_await transport::yield(the_theatre.loop);
        source.cancel();
      }(theatre, cancel));
  const auto report = theatre.run(theatre.session->prompt({v1::text_block("hello")}, cancel));
  REQUIRE(report);
  CHECK(report->stop_reason == v1::StopReason::cancelled);
  CHECK(theatre.puppet->done == "start ");
  theatre.loop.spawn([](Theatre& the_theatre) -> transport::Task<void> {
    co_await transport::yield(the_theatre.loop);
    the_theatre.puppet->may_start.set();
  }(theatre));
  theatre.turn();
  CHECK(theatre.puppet->done == "start ");
}

TEST_CASE("conversation ahead: when it fails the prompt meets the error itself") {
  Theatre theatre(true);
  theatre.puppet->fails = true;
  theatre.session->prepare();
  theatre.loop.run_ready();
  CHECK(theatre.logged.find("no conversation was made: it is broken") != std::string::npos);
  theatre.puppet->fails = false;
  theatre.turn();
  CHECK(theatre.puppet->done == "start start ");
}

TEST_CASE("conversation ahead: a session may be closed meanwhile") {
  Theatre theatre(true);
  theatre.puppet->may_start.reset();
  theatre.session->prepare();
  theatre.loop.run_ready();
  theatre.close();
  theatre.puppet->may_start.set();
  theatre.loop.run_ready();
  CHECK(theatre.puppet->done == "start close ");
}

TEST_CASE("conversation ahead: what is chosen meanwhile is passed on") {
  Theatre theatre(true);
  theatre.puppet->may_start.reset();
  theatre.session->prepare();
  theatre.loop.run_ready();
  REQUIRE(theatre.run(theatre.session->set_mode("auto")));
  theatre.puppet->may_start.set();
  theatre.loop.run_ready();
  CHECK(theatre.puppet->done == "start mode auto ");
}

TEST_CASE("conversation ahead: other servers than it was begun with make it anew") {
  Theatre theatre(true);
  theatre.puppet->may_start.reset();
  theatre.session->prepare();
  theatre.loop.run_ready();
  v1::Workspace other = theatre.workspace;
  other.additional_directories = {theatre.place.path()};
  theatre.session->attach(theatre.client, other);
  theatre.session->prepare();
  theatre.puppet->may_start.set();
  theatre.loop.run_ready();
  CHECK(theatre.puppet->done == "start start close ");
  theatre.turn();
  CHECK(theatre.puppet->done == "start start close ");
}

TEST_CASE("adopt: a session has the past of another conversation, also when it is opened anew") {
  Theatre theatre;
  auto adopted = theatre.run(
      theatre.service.adopt(theatre.workspace, {}, {.id = "theirs", .cwd = "/elsewhere"}));
  REQUIRE(adopted);
  theatre.session = adopted->session;
  const std::string id = theatre.session->id();
  CHECK(theatre.puppet->done == "adopt theirs in /elsewhere ");
  CHECK(adopted->report.adopted == "theirs");
  CHECK(theatre.session->state().prompted);
  CHECK(theatre.session->state().parent.empty());
  CHECK(theatre.told() == "header fork ");
  theatre.close();
  theatre.session = nullptr;

  // Without its state, which is made anew.
  const auto entry = theatre.store.find(id);
  REQUIRE(entry);
  const store::State before = *theatre.store.read_state(*entry);
  REQUIRE(theatre.store.open(*entry)->remove_file("state.toml"));
  const auto again = theatre.run(theatre.service.open(id));
  REQUIRE(again);
  theatre.session = *again;
  CHECK(theatre.session->state().adopted == "theirs");
  CHECK(theatre.session->state().adopted_turn == "their-9");
  CHECK(theatre.session->state().prompted);
  CHECK(theatre.session->state() == before);

  theatre.puppet->done.clear();
  theatre.turn();
  CHECK(theatre.puppet->done == "resume puppet-" + id + "@their-9 ");
  CHECK(theatre.puppet->origin.conversation == "theirs");
  CHECK(theatre.puppet->origin.turn == "their-9");

  // A fork of its beginning has that past as well.
  SessionService::ForkAt beginning;
  beginning.turn = 0;
  theatre.puppet->done.clear();
  const auto forked = theatre.run(theatre.service.fork(id, theatre.workspace, beginning));
  REQUIRE(forked);
  CHECK(theatre.puppet->done == "fork puppet-" + id + "@their-9 ");
  CHECK(forked->session->state().adopted == "theirs");
}
