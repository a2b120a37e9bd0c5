#pragma once
// The objects that every verb works with, built once from the configuration and wired to each
// other.
//
// Made by main, on the loop's thread, and outlives every connection.

#include <memory>
#include <string>

#include "base/log.h"
#include "base/redact/redactor.h"
#include "cli/config/config.h"
#include "session/service.h"
#include "transport/cancel.h"
#include "transport/channel.h"
#include "transport/loop.h"
#include "transport/rpc_peer.h"
#include "transport/worker.h"

namespace tine::cli {

struct World {
  World(Env& the_env, Log& the_log, Redactor& the_redactor, Config the_config);

  Env& env;
  Log& log;
  Redactor& redactor;
  Config config;
  std::string log_file;  ///< empty: there is none
  transport::Loop loop;
  session::Policy policy;
  transport::Worker worker;
  session::store::Store store;
  session::store::Syncer syncer;
  session::Trust trust;
  session::Backends backends;
  session::SessionService service;
};

/// Serves one client over `channel` until it is gone or `shutdown` fires; then ends what runs for
/// it.
transport::Task<void> serve(World& world, std::unique_ptr<transport::Channel> channel,
                            transport::RpcPeer::Mirror mirror, transport::CancelSource shutdown);

}  // namespace tine::cli
