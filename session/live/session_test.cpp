#include "session/live/session.h"

#include "session/settings.h"
#include "session/theatre.h"

using namespace tine;
using namespace tine::session;

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
