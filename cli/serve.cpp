#include "cli/serve.h"

#include <cstdint>
#include <exception>
#include <string>

#include "cli/exit_code.h"
#include "cli/gaps.h"
#include "cli/log/log_file.h"
#include "cli/mirror.h"
#include "protocol/v1/agent_server.h"
#include "protocol/v1/client_proxy.h"
#include "protocol/v1/limits.h"
#include "session/acp_agent.h"
#include "session/retention.h"
#include "transport/event.h"
#include "transport/limits.h"
#include "transport/stdio.h"

namespace tine::cli {
namespace {

transport::Task<int> serve_stdio(World& world, transport::Stdio stdio,
                                 transport::RpcPeer::Mirror mirror,
                                 transport::CancelSource shutdown) {
  world.log.info("serving ACP; the backend is " + std::string(world.backends.preferred->name()) +
                 " (" + std::string(world.backends.preferred->kind()) +
                 "): " + world.config.default_reason);
  auto channel = transport::make_fd_channel(world.loop, std::move(stdio.in), std::move(stdio.out));
  world.loop.spawn(session::apply_policy_once(world.service));
  const bool good = co_await serve(world, std::move(channel), std::move(mirror), shutdown);
  co_return good ? exit_code::good : exit_code::failed;
}

}  // namespace

transport::Task<void> read_messages(World& world, std::shared_ptr<transport::RpcPeer> peer,
                                    transport::RpcHandler& handler, transport::Event& over,
                                    transport::Event& done) {
  try {
    co_await peer->serve(handler);
  } catch (const std::exception& fault) {
    // Out of memory: the connection is over all the same.
    world.log.error(std::string("the connection broke: ") + fault.what());
  }
  over.set();
  done.set();
}

bool ended_well(World& world, const transport::RpcPeer& peer) {
  const std::optional<Error>& fault = peer.fault();
  // That the other side has left is its right.
  if (!fault || fault->kind == ErrorKind::peer_gone) return true;
  world.log.error("the connection broke: " + fault->message);
  return false;
}

transport::Task<bool> serve(World& world, std::unique_ptr<transport::Channel> channel,
                            transport::RpcPeer::Mirror mirror, transport::CancelSource shutdown) {
  const auto peer = transport::RpcPeer::make(world.loop, std::move(channel), std::move(mirror));
  peer->set_internal_hint(internal_hint(world.log_file));
  v1::ClientProxy client(peer);
  session::AcpAgent agent(world.service, client);
  v1::AgentServer server(world.loop, agent, client, {.unstable = world.config.settings.unstable});

  world.loop.on_long_run([&log = world.log](std::uint64_t bytes) {
    log.info("the loop was held for " + std::to_string(bytes) + " bytes at a time");
  });

  transport::Event over(world.loop);  // the client is gone, or we are asked to go
  transport::Event done(world.loop);  // nobody uses the server any more
  const auto subscription = shutdown.on_cancel([&over] { over.set(); });
  world.loop.spawn(read_messages(world, peer, server, over, done));
  co_await over.wait();
  world.ending.begin();

  const bool ended = co_await server.close(v1::limits::close_grace);
  co_await agent.leave();
  if (!ended) world.log.warning("some requests had not ended when the connection closed");
  co_await peer->drain(transport::limits::flush_grace);
  peer->close();
  co_await done.wait();
  co_return ended_well(world, *peer);
}

int serve_stdin(Program& program, bool from_caller) {
  World& world = program.world(LogDelivery::queued);
  if (from_caller) world.service.adopt_caller_first();
  for (const std::string& gap : gaps_in(program.env, program.home)) world.log.info(gap);
  auto mirror = open_mirror(world.loop, program.common.mirror, program.redactor, world.log);
  if (!mirror) return failed(mirror.error());
  auto stdio = transport::claim_stdio();
  if (!stdio) return failed(std::move(stdio.error()).with_hint(internal_hint(world.log_file)));
  return program.run([&stdio, &mirror](World& same, transport::CancelSource shutdown) {
    return serve_stdio(same, std::move(*stdio), std::move(*mirror), std::move(shutdown));
  });
}

}  // namespace tine::cli
