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
  const SessionService::ForkAt last;
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
  const SessionService::ForkAt last;
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
  const SessionService::ForkAt last;
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
