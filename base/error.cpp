#include "base/error.h"

#include <array>
#include <cstddef>

namespace tine {
namespace {

using enum ErrorKind;

constexpr std::array kinds = {
    ErrorKindFacts{parse_error, "parse_error", -32700, false,
                   "Send one JSON-RPC 2.0 message a line."},
    ErrorKindFacts{bad_encoding, "bad_encoding", -32700, false,
                   "Send UTF-8 without a byte order mark and without NUL bytes."},
    ErrorKindFacts{line_too_long, "line_too_long", -32600, false,
                   "Send less in one message; refer to large files by a resource link."},
    ErrorKindFacts{too_deep, "too_deep", -32600, false, "Send a value that is nested less deeply."},
    ErrorKindFacts{invalid_request, "invalid_request", -32600, false,
                   "Send a JSON-RPC 2.0 request, notification or response; batches are not "
                   "part of ACP."},
    ErrorKindFacts{not_initialized, "not_initialized", -32600, false, "Call initialize first."},
    ErrorKindFacts{unknown_method, "unknown_method", -32601, false,
                   "Call only what the agent's capabilities announce."},
    ErrorKindFacts{invalid_params, "invalid_params", -32602, false,
                   "Correct the value at the path that the message names."},
    ErrorKindFacts{unsupported, "unsupported", -32602, false,
                   "Use only what the capabilities of this agent and session announce."},
    ErrorKindFacts{session_not_found, "session_not_found", -32002, false,
                   "`tine session list --all` shows which sessions there are."},
    ErrorKindFacts{session_ambiguous, "session_ambiguous", -32602, false,
                   "Name one of them by more of its id."},
    ErrorKindFacts{session_locked, "session_locked", -32603, true,
                   "Wait until the holder is done, or fork the session."},
    ErrorKindFacts{session_concluded, "session_concluded", -32602, false,
                   "Fork the session to go on from where it ended."},
    ErrorKindFacts{session_too_large, "session_too_large", -32603, false,
                   "Fork or compress the session."},
    ErrorKindFacts{depth_exceeded, "depth_exceeded", -32603, false,
                   "Start fewer agents from within agents, or raise max_depth."},
    ErrorKindFacts{queue_full, "queue_full", -32603, true, "Wait for earlier prompts to end."},
    ErrorKindFacts{turn_interrupted, "turn_interrupted", -32603, false,
                   "Look at what the turn has done, and send a new prompt."},
    ErrorKindFacts{cancelled, "cancelled", -32800, false, "Nothing to do: this was asked for."},
    ErrorKindFacts{timeout, "timeout", -32603, true, "Try again."},
    ErrorKindFacts{peer_gone, "peer_gone", -32603, false, "Connect again."},
    ErrorKindFacts{auth_required, "auth_required", -32000, false,
                   "Log in with one of the agent's authMethods."},
    ErrorKindFacts{
        backend_not_installed, "backend_not_installed", -32603, false,
        "Install the backend, or choose another one; `tine doctor` shows what is there."},
    ErrorKindFacts{backend_too_old, "backend_too_old", -32603, false, "Update the backend."},
    ErrorKindFacts{backend_gone, "backend_gone", -32603, true,
                   "Prompt again: the backend is started anew and the session goes on."},
    ErrorKindFacts{backend_failed, "backend_failed", -32603, true,
                   "Read the message; `tine doctor` shows the state of the backend."},
    ErrorKindFacts{conversation_lost, "conversation_lost", -32603, false,
                   "Fork the session to go on from a summary."},
    ErrorKindFacts{usage_limit, "usage_limit", -32603, true,
                   "Wait until the limit is reset, or use another account or model."},
    ErrorKindFacts{rate_limited, "rate_limited", -32603, true, "Wait and try again."},
    ErrorKindFacts{overloaded, "overloaded", -32603, true, "Wait and try again."},
    ErrorKindFacts{context_exceeded, "context_exceeded", -32603, false,
                   "Compress the session, or fork it at an earlier turn."},
    ErrorKindFacts{model_unavailable, "model_unavailable", -32603, false, "Choose another model."},
    ErrorKindFacts{connection_failed, "connection_failed", -32603, true,
                   "Check the network and the backend's address."},
    ErrorKindFacts{memory_low, "memory_low", -32603, true,
                   "Wait until other programs need less memory, or end some."},
    ErrorKindFacts{storage_failed, "storage_failed", -32603, true,
                   "Check the state directory that the message names."},
    ErrorKindFacts{storage_full, "storage_full", -32603, true,
                   "Free some disk space, or run `tine session clean`."},
    ErrorKindFacts{damaged, "damaged", -32603, false,
                   "Run `tine session verify` to see where the file is damaged."},
    ErrorKindFacts{config_invalid, "config_invalid", -32603, false,
                   "Correct the configuration at the place that the message names."},
    ErrorKindFacts{internal, "internal", -32603, true,
                   "This is a fault of tine: please report it with the log."},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (static_cast<std::size_t>(kinds[i].kind) != i) return false;
  }
  return kinds.size() == static_cast<std::size_t>(internal) + 1;
}
static_assert(in_order(), "the table follows the enumeration");

}  // namespace

std::span<const ErrorKindFacts> error_kinds() { return kinds; }

const ErrorKindFacts& facts(ErrorKind kind) { return kinds[static_cast<std::size_t>(kind)]; }

std::optional<ErrorKind> error_kind_named(std::string_view name) {
  for (const auto& entry : kinds) {
    if (entry.name == name) return entry.kind;
  }
  return std::nullopt;
}

}  // namespace tine
