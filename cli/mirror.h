#pragma once
// `--mirror FILE`: the protocol's traffic, a line a message, `-> ` in and `<- ` out.

#include <string>

#include "base/log.h"
#include "base/redact/redactor.h"
#include "base/result.h"
#include "transport/loop.h"
#include "transport/rpc_peer.h"

namespace tine::cli {

/// The file is made anew, readable by its owner only, and holds no secret: the strings of each
/// message are redacted. While another process has a mirror at that path, this one's gets its
/// process id behind the name, which is logged. An empty path gives no mirror.
///
/// A long message is written in slices, and what passes meanwhile comes behind it: see
/// limits::mirror_backlog. A line `-- ` tells what is missing.
Result<transport::RpcPeer::Mirror> open_mirror(transport::Loop& loop, const std::string& path,
                                               Redactor& redactor, Log& log);

}  // namespace tine::cli
