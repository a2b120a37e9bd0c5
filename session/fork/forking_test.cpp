#include "session/service.h"
#include "tests/doubles/open_session.h"

using namespace tine;
using namespace tine::session;

namespace {

constexpr const char* token =
    "tk-"
    "9f8e7d6c5b4a"
    "39281706f5e4d3c2b1a0";

v1::Workspace with_server(const OpenSession& it) {
  v1::McpServer server;
  server.name = "files";
  server.command = "/bin/files";
  v1::NameValue variable;
  variable.name = "FILES_TOKEN";
  variable.value = token;
  server.env.push_back(std::move(variable));
  v1::Workspace workspace = it.workspace;
  workspace.mcp_servers.push_back(std::move(server));
  return workspace;
}

}  // namespace

TEST_CASE("fork: a backend's error that quotes the fork's servers tells none of their secrets") {
  OpenSession it;
  it.turn();
  it.backend->fork_fault = std::string("cannot start files with ") + token;
  SessionService::ForkWish last;
  last.strict = true;
  const auto workspace = with_server(it);
  const auto forked = it.run(it.service.fork(it.session->id(), workspace, last));
  REQUIRE_FALSE(forked);
  CHECK(forked.error().message.find("cannot start files with") != std::string::npos);
  CHECK(forked.error().message.find(token) == std::string::npos);
  CHECK(it.logged.find(token) == std::string::npos);
}

TEST_CASE("fork: one that fails leaves nothing") {
  OpenSession it;
  it.turn();
  it.backend->fork_fault = "no";
  SessionService::ForkWish last;
  last.strict = true;
  REQUIRE_FALSE(it.run(it.service.fork(it.session->id(), it.workspace, last)));
  const auto all = it.run(it.store.all());
  REQUIRE(all);
  std::size_t there = 0;
  for (const auto& each : *all) there += each.gone ? 0 : 1;
  CHECK(there == 1);
}

TEST_CASE("forks and loads count against the limit of open sessions") {
  OpenSession it;
  it.turn();
  const std::string id = it.session->id();
  it.policy.max_open_sessions = 1;
  const SessionService::ForkWish last;
  const auto forked = it.run(it.service.fork(id, it.workspace, last));
  REQUIRE_FALSE(forked);
  CHECK(forked.error().kind == ErrorKind::queue_full);
  // One that is open already is no further one.
  CHECK(it.run(it.service.open(id)));
  it.close();
  REQUIRE(it.service.create(it.workspace, {}));
  const auto opened = it.run(it.service.open(id));
  REQUIRE_FALSE(opened);
  CHECK(opened.error().kind == ErrorKind::queue_full);
  it.policy.max_open_sessions = 2;
  CHECK(it.run(it.service.open(id)));
}

// --- the walk
// ------------------------------------------------------------------------------------

namespace {

std::string told(const ForkReport& report) {
  std::string out = report.strategy + ":";
  for (const ForkReport::Attempt& each : report.attempts)
    out += "\n" + each.strategy + (each.worked ? " worked: " : " failed: ") + each.reason;
  return out;
}

Result<SessionService::Forked> forked_softly(OpenSession& it) {
  SessionService::ForkWish soft;
  soft.strategy = Strategy::soft;
  auto forked = it.run(it.service.fork(it.session->id(), it.workspace, soft));
  REQUIRE(forked);
  return forked;
}

}  // namespace

TEST_CASE("fork: when the provider cannot branch, the fork is soft, and says why") {
  OpenSession it;
  it.turn();
  it.backend->fork_fault = "no branch today";
  const auto forked = it.run(it.service.fork(it.session->id(), it.workspace, {}));
  REQUIRE(forked);
  CHECK(
      told(forked->report) ==
      "soft:\nnative failed: no branch today\npty failed: tine knows no way to fork scripted in a "
      "terminal\nsoft worked: the first prompt carries a summary of the transcript, "
      "of at most 2000 tokens");
  CHECK(forked->session->state().fork_strategy == "soft");
  CHECK(forked->session->history()->is_to_be_retold());

  it.backend->done.clear();
  const transport::CancelSource never;
  REQUIRE(it.run(forked->session->prompt({v1::text_block("go on")}, never)));
  CHECK(it.backend->done == "start ");
  CHECK_FALSE(forked->session->history()->is_to_be_retold());
}

TEST_CASE("fork: what is made in a terminal stands behind native, or first where it is asked for") {
  OpenSession it;
  it.turn();
  it.backend->has_terminal = true;
  it.backend->fork_fault = "no branch today";
  const auto second = it.run(it.service.fork(it.session->id(), it.workspace, {}));
  REQUIRE(second);
  CHECK(told(second->report) ==
        "pty:\nnative failed: no branch today\npty worked: the backend's program branched the "
        "conversation in a terminal");
  CHECK(second->session->state().fork_strategy == "pty");
  CHECK_FALSE(second->session->history()->is_to_be_retold());

  it.backend->done.clear();
  SessionService::ForkWish wish;
  wish.strategy = Strategy::pty;
  wish.strict = true;
  const auto first = it.run(it.service.fork(it.session->id(), it.workspace, wish));
  REQUIRE(first);
  CHECK(first->report.attempts.size() == 1);
  CHECK(it.backend->done.starts_with("terminal scripted-" + it.session->id() + "@turn-1 "));

  it.backend->terminal_fault = "it asks something";
  const auto none = it.run(it.service.fork(it.session->id(), it.workspace, wish));
  REQUIRE_FALSE(none);
  CHECK(none.error().kind == ErrorKind::timeout);
  CHECK(none.error().message == "it asks something");
}

TEST_CASE("fork: in a terminal there is none of an earlier turn, nor before the first") {
  OpenSession it;
  it.backend->has_terminal = true;
  it.backend->can.fork_at_turn = true;
  SessionService::ForkWish wish;
  wish.strategy = Strategy::pty;
  wish.strict = true;
  const auto early = it.run(it.service.fork(it.session->id(), it.workspace, wish));
  REQUIRE_FALSE(early);
  CHECK(early.error().kind == ErrorKind::unsupported);
  CHECK(early.error().message.find("the parent has no turn yet") != std::string::npos);
  it.turn();
  it.turn();
  wish.at.turn = 1;
  const auto earlier = it.run(it.service.fork(it.session->id(), it.workspace, wish));
  REQUIRE_FALSE(earlier);
  CHECK(earlier.error().message.find("after the last turn") != std::string::npos);
}

TEST_CASE("fork: a secret that a backend quotes does not get into the answer") {
  OpenSession it;
  it.turn();
  it.backend->fork_fault = std::string("cannot start files with ") + token;
  const auto workspace = with_server(it);
  const auto forked = it.run(it.service.fork(it.session->id(), workspace, {}));
  REQUIRE(forked);
  CHECK(told(forked->report).find(token) == std::string::npos);
}

TEST_CASE("fork: the parent's own conversation is no fork") {
  OpenSession it;
  it.turn();
  it.backend->forks_are = "scripted-" + it.session->id();
  const auto forked = it.run(it.service.fork(it.session->id(), it.workspace, {}));
  REQUIRE(forked);
  CHECK(forked->report.strategy == "soft");
  CHECK(forked->report.attempts.front().reason ==
        "the provider gave the parent's own conversation");
  SessionService::ForkWish strict;
  strict.strict = true;
  REQUIRE_FALSE(it.run(it.service.fork(it.session->id(), it.workspace, strict)));
}

TEST_CASE("fork: where a person must act nothing else is tried") {
  OpenSession it;
  it.turn();
  it.backend->fork_fault = "log in first";
  it.backend->fault_kind = ErrorKind::auth_required;
  const auto forked = it.run(it.service.fork(it.session->id(), it.workspace, {}));
  REQUIRE_FALSE(forked);
  CHECK(forked.error().kind == ErrorKind::auth_required);
}

TEST_CASE("fork: a restart and forks of a soft fork do not forget that it needs a summary") {
  OpenSession it;
  it.turn();
  const auto forked = forked_softly(it);
  const std::string id = forked->session->id();
  const auto again = [&](const std::string& which) {
    auto account = it.run(Archive(it.loop, it.log, it.store).load(*it.store.find(which)));
    REQUIRE(account);
    return account->history;
  };
  CHECK(again(id)->is_to_be_retold());
  // The provider knows nothing of it yet, so it cannot branch it.
  const auto grandchild = it.run(it.service.fork(id, it.workspace, {}));
  REQUIRE(grandchild);
  CHECK(grandchild->report.strategy == "soft");

  const transport::CancelSource never;
  REQUIRE(it.run(forked->session->prompt({v1::text_block("go on")}, never)));
  CHECK_FALSE(again(id)->is_to_be_retold());
  CHECK(again(id)->retold_until() == again(it.session->id())->cursor());
  const auto late = it.run(it.service.fork(id, it.workspace, {}));
  REQUIRE(late);
  CHECK(late->report.strategy == "native");
  CHECK_FALSE(again(late->session->id())->is_to_be_retold());
  SessionService::ForkWish early;
  early.at.turn = 1;
  const auto before = it.run(it.service.fork(id, it.workspace, early));
  REQUIRE(before);
  CHECK(before->report.strategy == "soft");
}

TEST_CASE("fork: a soft fork has no point in a conversation of the provider") {
  OpenSession it;
  it.turn();
  const auto forked = forked_softly(it);
  CHECK_FALSE(forked->session->provider_point());
  CHECK(forked->session->spec({}).origin.conversation.empty());
}
