#pragma once
// Serves the Model Context Protocol: the tools by which an agent works with what tine keeps of the
// project that it is in. The revisions up to 2025-11-25, which begin with `initialize`, and that of
// 2026-07-28, in which each request names its revision.
//
// One per connection, on the loop's thread, shared with the calls that run. The world outlives it.

#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "base/json/document.h"
#include "cli/mcp/inquiry.h"
#include "cli/mcp/tool.h"
#include "cli/world.h"
#include "transport/cancel.h"
#include "transport/event.h"
#include "transport/rpc_peer.h"

namespace tine::cli {

class McpServer final : public transport::RpcHandler,
                        public std::enable_shared_from_this<McpServer> {
 public:
  /// `directory`: absolute; the tools are for the project that it belongs to.
  McpServer(World& world, std::string directory);
  McpServer(const McpServer&) = delete;
  McpServer& operator=(const McpServer&) = delete;

  void on_request(std::string_view method, json::View params, transport::Replier replier) override;
  void on_notification(std::string_view method, json::View params) override;

  /// Waits until the calls that run have ended; cancels them when that takes longer than
  /// limits::tool_calls_end, and ends what sessions that were asked have running. False: some calls
  /// have not ended even so.
  transport::Task<bool> close();

 private:
  /// A call of a tool that has not been answered.
  struct Running {
    std::string id;  ///< of the request, as it came
    transport::CancelSource cancel;
  };
  using Place = std::list<Running>::iterator;
  /// The request belongs to a revision that says so in each message.
  enum class Era : std::uint8_t { handshake, stateless };

  void call_tool(Era era, json::View params, transport::Replier replier);
  static transport::Task<void> run(std::shared_ptr<McpServer> self, const Tool* tool,
                                   std::shared_ptr<ToolCall> call, Era era,
                                   std::shared_ptr<transport::Replier> replier, Place place);

  World& world_;
  std::string directory_;
  Inquiry inquiry_;
  std::list<Running> running_;
  transport::Event idle_;  // no call runs; made anew when one begins
};

}  // namespace tine::cli
