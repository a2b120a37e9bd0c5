#pragma once
// Makes the backends that the configuration names, and chooses among them for each new session.
//
// Plain functions, called by main; what they refer to outlives the sessions.

#include <functional>
#include <string>

#include "base/env.h"
#include "base/log.h"
#include "base/redact/redactor.h"
#include "cli/config/config.h"
#include "executor/acp/acp.h"
#include "executor/claude/claude.h"
#include "executor/codex/codex.h"
#include "executor/documents.h"
#include "session/service.h"
#include "transport/loop.h"
#include "transport/worker.h"

namespace tine::cli {

/// `root`: the store's.
session::Backends make_backends(transport::Loop& loop, transport::Worker& worker, Env& env,
                                Log& log, Redactor& redactor, const Config& config,
                                const Result<std::string>& root, executor::Admission& admission);

/// How the program of a backend of that kind is run.
executor::codex::Setup codex_setup(const BackendConfig& config);
executor::claude::Setup claude_setup(const BackendConfig& config);
executor::acp::Setup acp_setup(const BackendConfig& config);

/// Finds the documents that a backend reads by itself in `cwd`, for a session that has that trust
/// and is to load that; blocks. None: it is not known what such a backend reads.
std::function<executor::Documents()> documents_of(const BackendConfig& config,
                                                  const std::string& cwd,
                                                  executor::FolderTrust trust,
                                                  executor::Loading loading);

/// By the client's wish, the project's file and the user's configuration, in this order.
session::Chooser make_chooser(const session::Backends& backends, const Config& config);

}  // namespace tine::cli
