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
#include "cli/ending.h"
#include "executor/admission.h"
#include "session/service.h"
#include "transport/cancel.h"
#include "transport/channel.h"
#include "transport/loop.h"
#include "transport/rpc_peer.h"
#include "transport/worker.h"

namespace tine::cli {

struct World {
  /// Sessions are kept in `sessions`, all else that is kept below `root`.
  World(Env& the_env, Log& the_log, Redactor& the_redactor, Config the_config,
        Result<std::string> root, Result<std::string> sessions);
  /// Coroutines that have not ended refer to what stands here, so they go first.
  ~World() { loop.abandon(); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Env& env;
  Log& log;
  Redactor& redactor;
  Config config;
  std::string log_file;  ///< empty: there is none
  transport::Loop loop;
  Ending ending;
  session::Policy policy;
  session::Prices prices;
  session::WarmFirst warm_first;
  executor::Admission admission;
  session::TurnLine turn_line;
  transport::Worker worker;
  session::store::Store store;
  session::store::Syncer syncer;
  session::Trust trust;
  session::Backends backends;
  session::SessionService service;
};

}  // namespace tine::cli
