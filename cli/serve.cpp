#include "cli/log/log_file.h"
#include "cli/world.h"
#include "protocol/v1/agent_server.h"
#include "protocol/v1/client_proxy.h"
#include "protocol/v1/limits.h"
#include "session/acp_agent.h"
#include "transport/event.h"
#include "transport/limits.h"

namespace tine::cli {
namespace {

transport::Task<void> read(std::shared_ptr<transport::RpcPeer> peer, v1::AgentServer& server,
                           transport::Event& over, transport::Event& done) {
  co_await peer->serve(server);
  over.set();
  done.set();
}

}  // namespace

transport::Task<void> serve(World& world, std::unique_ptr<transport::Channel> channel,
                            transport::RpcPeer::Mirror mirror, transport::CancelSource shutdown) {
  const auto peer = transport::RpcPeer::make(world.loop, std::move(channel), std::move(mirror));
  peer->set_internal_hint(internal_hint(world.log_file));
  v1::ClientProxy client(peer);
  session::AcpAgent agent(world.service, client);
  v1::AgentServer server(world.loop, agent, client, {.unstable = world.config.settings.unstable});

  transport::Event over(world.loop);  // the client is gone, or we are asked to go
  transport::Event done(world.loop);  // nobody uses the server any more
  const auto subscription = shutdown.on_cancel([&over] { over.set(); });
  world.loop.spawn(read(peer, server, over, done));
  co_await over.wait();

  const bool ended = co_await server.close(v1::limits::close_grace);
  co_await agent.leave();
  if (!ended) world.log.warning("some requests had not ended when the connection closed");
  co_await peer->drain(transport::limits::flush_grace);
  peer->close();
  co_await done.wait();
}

}  // namespace tine::cli
