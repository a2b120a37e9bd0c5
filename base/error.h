#pragma once
// The one error type of the program: a kind from a closed list, a sentence for a person, and where
// it applies the JSON path of the offending value. What a kind means (its code on the wire, whether
// trying again can help, what to do) stands in one table, from which docs/errors.md is checked.
//
// A plain value. Messages never hold text that came from outside unless the caller has redacted it.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tine {

enum class ErrorKind : std::uint8_t {
  // The message itself.
  parse_error,
  bad_encoding,
  line_too_long,
  too_deep,
  invalid_request,
  not_initialized,
  unknown_method,
  invalid_params,
  unsupported,
  // Sessions.
  session_not_found,
  session_ambiguous,
  session_locked,
  session_concluded,
  session_too_large,
  depth_exceeded,
  queue_full,
  turn_interrupted,
  cancelled,
  // The other side of a connection.
  timeout,
  peer_gone,
  // Backends.
  auth_required,
  backend_not_installed,
  backend_too_old,
  backend_gone,
  backend_failed,
  conversation_lost,
  usage_limit,
  rate_limited,
  overloaded,
  context_exceeded,
  model_unavailable,
  connection_failed,
  // This machine.
  memory_low,
  storage_failed,
  storage_full,
  damaged,
  config_invalid,
  internal,
};

struct ErrorKindFacts {
  ErrorKind kind;
  std::string_view name;  ///< `data.tine.kind` on the wire; never renamed
  int code;               ///< JSON-RPC error code
  bool retryable;         ///< whether the same call can succeed later without a change
  std::string_view hint;  ///< what to do, when the error brings no hint of its own
};

/// Every kind, in the order of the enumeration.
std::span<const ErrorKindFacts> error_kinds();
const ErrorKindFacts& facts(ErrorKind kind);
std::optional<ErrorKind> error_kind_named(std::string_view name);

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;
  std::string path;  ///< "params.prompt[0].text"; empty when no value is to blame
  std::string hint;  ///< empty: the kind's own
  std::string data;  ///< further members of the wire's `data`, as `"name":value,…`; empty: none
  std::optional<std::chrono::milliseconds> retry_after;
  std::optional<bool> retryable;  ///< overrides the kind's
  std::optional<int> code;        ///< overrides the kind's: an error that another agent made

  Error() = default;
  Error(ErrorKind k, std::string text) : kind(k), message(std::move(text)) {}

  Error&& with_hint(std::string text) && {
    hint = std::move(text);
    return std::move(*this);
  }
  Error&& with_data(std::string members) && {
    data = std::move(members);
    return std::move(*this);
  }
  Error&& at(std::string where) && {
    path = std::move(where);
    return std::move(*this);
  }
};

}  // namespace tine
