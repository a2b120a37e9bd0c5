#pragma once
// The logins that a client is offered, of all backends that are installed.
//
// Plain functions.

#include <string_view>
#include <vector>

#include "base/result.h"
#include "protocol/v1/types.h"
#include "session/backends.h"

namespace tine::session {

/// A login in a terminal goes only to a client that has one: as the protocol has it, and with the
/// whole command in `_meta.terminal-auth` for clients that announce that.
std::vector<v1::AuthMethod> login_offer(const Backends& backends,
                                        const v1::ClientCapabilities& client);

/// The backend whose login has this id.
Result<executor::Executor*> backend_of_login(const Backends& backends, std::string_view method_id);

}  // namespace tine::session
