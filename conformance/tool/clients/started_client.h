#pragma once
// A client under test that has started its agent, as what a player talks to.
//
// Owned by the run; destroying it ends the client.

#include <chrono>
#include <memory>

#include "conformance/play/bindings.h"
#include "conformance/play/server.h"
#include "conformance/tool/folder.h"

namespace tine::conformance {

/// Starts the client and waits until it has started the agent in `folder`. Else what was in the
/// way.
Checked<std::unique_ptr<Server>> start_client(const Launch& launch, const Folder& folder,
                                              std::chrono::milliseconds patience);

}  // namespace tine::conformance
