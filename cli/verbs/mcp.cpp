// `tine mcp`: serves tools on the project's memory and sessions to an agent.

#include <memory>
#include <string>

#include "cli/exit_code.h"
#include "cli/mcp/server.h"
#include "cli/serve.h"
#include "cli/verb.h"
#include "cli/working_directory.h"
#include "transport/event.h"
#include "transport/limits.h"
#include "transport/stdio.h"

namespace tine::cli {
namespace {

transport::Task<int> serve_tools(World& world, std::string directory, transport::Stdio stdio,
                                 transport::CancelSource shutdown) {
  auto channel = transport::make_fd_channel(world.loop, std::move(stdio.in), std::move(stdio.out));
  const auto peer = transport::RpcPeer::make(world.loop, std::move(channel));
  const auto server = std::make_shared<McpServer>(world, std::move(directory));
  transport::Event over(world.loop);  // the agent is gone, or we are asked to go
  transport::Event done(world.loop);  // nobody uses the server any more
  const auto subscription = shutdown.on_cancel([&over] { over.set(); });
  world.loop.spawn(read_messages(world, peer, *server, over, done));
  co_await over.wait();
  world.ending.begin();
  const bool ended = co_await server->close();
  if (!ended) world.log.warning("some tool calls had not ended when the connection closed");
  co_await peer->drain(transport::limits::flush_grace);
  peer->close();
  co_await done.wait();
  const bool well = ended_well(world, *peer);
  co_return well ? exit_code::good : exit_code::failed;
}

}  // namespace

const Verb mcp_verb{
    .name = "mcp",
    .help = "Serve MCP on stdin and stdout: an agent's tools on this project's memory and sessions",
    .declare = [](Options& options) -> Run {
      const auto folder = std::make_shared<std::string>();
      options.value("--cwd", *folder, "DIR", "The project: that of this folder (default: here)");
      return [folder](Program& program) {
        auto directory = working_directory(*folder);
        if (!directory) return failed(directory.error());
        program.world(LogDelivery::queued);
        auto stdio = transport::claim_stdio();
        if (!stdio) return failed(stdio.error());
        return program.run([&directory, &stdio](World& world, transport::CancelSource shutdown) {
          return serve_tools(world, *directory, std::move(*stdio), std::move(shutdown));
        });
      };
    },
    .examples =
        "Examples:\n"
        "  claude mcp add tine -- tine mcp\n"
        "  codex mcp add tine -- tine mcp"};

}  // namespace tine::cli
