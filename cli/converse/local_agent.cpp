#include "cli/converse/local_agent.h"

#include <utility>

#include "cli/serve.h"

namespace tine::cli {
namespace {

transport::Task<void> serve_to_end(World& world, std::unique_ptr<transport::Channel> channel,
                                   transport::RpcPeer::Mirror mirror, transport::Event& over) {
  // A signal reaches the client, whose end ends the server.
  const transport::CancelSource never;
  co_await serve(world, std::move(channel), std::move(mirror), never);
  over.set();
}

transport::Task<void> listen(v1::AgentConnection& agent, transport::Event& over) {
  co_await agent.serve();
  over.set();
}

/// Starts the server at one end of a channel; gives the other.
std::unique_ptr<transport::Channel> started(World& world, transport::RpcPeer::Mirror mirror,
                                            transport::Event& over) {
  // A person who names a session at the shell goes on with it; to fork it there is `tine fork`.
  if (world.policy.drift == session::DriftRule::ask)
    world.policy.drift = session::DriftRule::notice;
  auto [ours, theirs] = transport::make_memory_channel(world.loop);
  world.loop.spawn(serve_to_end(world, std::move(theirs), std::move(mirror), over));
  return std::move(ours);
}

}  // namespace

LocalAgent::LocalAgent(World& world, v1::ClientHandler& handler, transport::RpcPeer::Mirror mirror)
    : served_(world.loop),
      heard_(world.loop),
      agent_(world.loop, started(world, std::move(mirror), served_), handler) {
  world.loop.spawn(listen(agent_, heard_));
}

transport::Task<Result<void>> LocalAgent::meet() {
  v1::InitializeRequest hello;
  hello.client_capabilities.notices = true;
  hello.client_capabilities.meta = R"({"tine":{}})";
  const auto ready = co_await ask<v1::method::Initialize>(std::move(hello));
  if (!ready) co_return fail(ready.error());
  co_return Result<void>();
}

transport::Task<void> LocalAgent::leave() {
  agent_.close();
  co_await heard_.wait();
  co_await served_.wait();
}

}  // namespace tine::cli
