#pragma once
// The objects that every verb works with, built once from the configuration and wired to each
// other.
//
// Made by main, on the loop's thread, and outlives every connection.

#include <functional>
#include <memory>
#include <string>

#include "base/log.h"
#include "cli/system_env.h"
#include "session/service.h"
#include "transport/cancel.h"
#include "transport/channel.h"
#include "transport/loop.h"
#include "transport/rpc_peer.h"

namespace tine::cli {

struct World {
  World(Env& the_env, Log& the_log)
      : env(the_env), log(the_log), service(loop, the_env, backends) {}

  Env& env;
  Log& log;
  transport::Loop loop;
  session::Backends backends;
  session::SessionService service;
  bool unstable = true;
};

/// Serves one client over `channel` until it is gone or `shutdown` fires; then ends what runs for
/// it.
transport::Task<void> serve(World& world, std::unique_ptr<transport::Channel> channel,
                            transport::RpcPeer::Mirror mirror, transport::CancelSource shutdown);

}  // namespace tine::cli
