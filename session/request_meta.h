#pragma once
// What a client asks for under `_meta` of its requests: `_meta.tine` (schemas/meta.v1.schema.json),
// and the members that the protocol names. `meta` is the JSON of the whole object.
//
// Plain functions. What is not as it should be is invalid_params, with its place.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json/view.h"
#include "base/redact/redactor.h"
#include "base/result.h"
#include "executor/loading.h"
#include "session/permission_rules.h"
#include "session/service.h"

namespace tine::session {

/// Says what is wrong with the member at `path`.
Failure invalid_at(std::string what, const std::string& path);

/// `tine.backend` of session/new; empty: it names none.
Result<std::string> backend_in(const std::string& meta);
/// `tine.title`, of a new session; empty: none.
Result<std::string> title_in(const std::string& meta);
/// `tine.fork`, and the message from which other agents are asked to fork.
Result<SessionService::ForkWish> fork_wish_in(const std::string& meta);
/// `tine.fork.dryRun`.
Result<bool> dry_run_in(const std::string& meta);
/// Whether session/new says with which past the session is to begin.
bool names_past(const std::string& meta);
/// That past, of `tine.adopt` or `tine.forkFromCaller`; none: the session begins with none.
Result<std::optional<SessionService::Adoption>> adoption_in(const std::string& meta);
/// `tine.load.max_bytes`, how much a load is to send; else `configured`.
Result<std::uint64_t> load_bytes_in(const std::string& meta, std::int64_t configured);
/// `tine.permissions`, the rules that narrow a session.
Result<std::vector<PermissionRule>> narrowing_in(const std::string& meta);
/// `tine.context`, what the backend is to load by itself; none: it says nothing.
Result<std::optional<executor::Loading>> loading_in(const std::string& meta);
/// Where a request stands in its client's trace: `traceparent`, `tracestate` and `baggage`.
std::string trace_in(const std::string& meta);
/// `tine.promptId`; empty: none.
Result<std::string> prompt_id_in(const std::string& meta, Redactor& redactor);

}  // namespace tine::session
