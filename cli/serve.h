#pragma once
// Serves ACP: to one client over a channel, or on stdin and stdout. And what every server here does
// with its connection.
//
// Plain functions.

#include <memory>

#include "cli/program.h"
#include "transport/cancel.h"
#include "transport/channel.h"
#include "transport/event.h"
#include "transport/rpc_peer.h"

namespace tine::cli {

/// Serves one client over `channel` until it is gone or `shutdown` fires; then ends what runs for
/// it. False when the connection broke, which has been logged.
transport::Task<bool> serve(World& world, std::unique_ptr<transport::Channel> channel,
                            transport::RpcPeer::Mirror mirror, transport::CancelSource shutdown);

/// Serves the client on stdin and stdout to its end; gives the exit code. `from_caller`: its first
/// session begins with what was said in the session of the agent that started the program.
int serve_stdin(Program& program, bool from_caller);

/// Passes messages to `handler` until the connection ends; sets `over` and `done` then.
transport::Task<void> read_messages(World& world, std::shared_ptr<transport::RpcPeer> peer,
                                    transport::RpcHandler& handler, transport::Event& over,
                                    transport::Event& done);
/// Whether the other side has left or was left. When the connection broke, the log says how.
bool ended_well(World& world, const transport::RpcPeer& peer);

}  // namespace tine::cli
