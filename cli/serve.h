#pragma once
// Serves ACP: to one client over a channel, or to whom stdin and stdout lead.
//
// Plain functions.

#include <memory>

#include "cli/program.h"
#include "transport/cancel.h"
#include "transport/channel.h"
#include "transport/rpc_peer.h"

namespace tine::cli {

/// Serves one client over `channel` until it is gone or `shutdown` fires; then ends what runs for
/// it. False when the connection broke, which has been logged.
transport::Task<bool> serve(World& world, std::unique_ptr<transport::Channel> channel,
                            transport::RpcPeer::Mirror mirror, transport::CancelSource shutdown);

/// Serves the client on stdin and stdout to its end; gives the exit code. `from_caller`: its first
/// session begins with what was said in the session of the agent that started the program.
int serve_stdin(Program& program, bool from_caller);

}  // namespace tine::cli
