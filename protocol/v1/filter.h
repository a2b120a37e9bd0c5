#pragma once
// What of our updates and options a client gets, given what it announced: the things that a client
// must have asked for, and what it gets in their place.
//
// Plain functions, decided anew for each connection.

#include <optional>
#include <vector>

#include "protocol/v1/types.h"
#include "protocol/v1/update.h"

namespace tine::v1 {

/// The options that the client can show: boolean ones only when it announced them.
std::vector<ConfigOption> for_client(const ClientCapabilities& client,
                                     std::vector<ConfigOption> options);

/// Whether the client takes this update as it is.
bool takes(const ClientCapabilities& client, const Update& update);

/// What to send to a client that does not take `update` as it is; none: nothing.
///
/// A warning or an error becomes a thought of its own, with the id `fallback_id`. It must be seen,
/// but it is not the agent's answer: as a message it would end up in what is copied, piped and
/// counted as the answer. An information is dropped, and so are plans by id and the doings of
/// sub-agents. The end of a compaction is told like a warning. Of config options the boolean ones
/// are taken out.
std::optional<Update> fallback(const ClientCapabilities& client, const Update& update,
                               std::string_view fallback_id);

}  // namespace tine::v1
