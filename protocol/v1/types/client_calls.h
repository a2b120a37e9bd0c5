#pragma once
// What an agent may ask of its client: permission, files, terminals, input. Values.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/v1/types/session.h"
#include "protocol/v1/types/tools.h"

namespace tine::v1 {

struct PermissionOption {
  enum class Kind : std::uint8_t { allow_once, allow_always, reject_once, reject_always };
  std::string id;
  std::string name;
  Kind kind = Kind::allow_once;
  std::string meta;

  bool allows() const { return kind == Kind::allow_once || kind == Kind::allow_always; }
  bool operator==(const PermissionOption&) const = default;
};

struct PermissionRequest {
  std::string session_id;
  ToolCall tool_call;
  std::vector<PermissionOption> options;
  std::string meta;
};

struct PermissionResponse {
  std::optional<std::string> option_id;  ///< none: the question was cancelled
  std::string meta;
};

/// The option that was chosen; nullptr for a cancelled question and for an id that was not offered,
/// both of which mean no.
const PermissionOption* chosen(const std::vector<PermissionOption>& options,
                               const PermissionResponse& response);

struct ReadTextFileRequest {
  std::string session_id;
  std::string path;
  std::optional<std::uint32_t> line;  ///< from 1
  std::optional<std::uint32_t> limit;
  std::string meta;
};

struct ReadTextFileResponse {
  std::string content;
  std::string meta;
};

struct WriteTextFileRequest {
  std::string session_id;
  std::string path;
  std::string content;
  std::string meta;
};

struct WriteTextFileResponse {
  std::string meta;
};

struct CreateTerminalRequest {
  std::string session_id;
  std::string command;
  std::vector<std::string> args;
  std::vector<NameValue> env;
  std::optional<std::string> cwd;
  std::optional<std::uint64_t> output_byte_limit;
  std::string meta;
};

struct CreateTerminalResponse {
  std::string terminal_id;
  std::string meta;
};

/// Which terminal of which session: what the requests about an existing terminal say.
struct TerminalRequest {
  std::string session_id;
  std::string terminal_id;
  std::string meta;
};

struct TerminalExit {
  std::optional<std::uint32_t> exit_code;
  std::optional<std::string> signal;
  std::string meta;

  bool operator==(const TerminalExit&) const = default;
};

struct TerminalOutputResponse {
  std::string output;
  bool truncated = false;
  std::optional<TerminalExit> exit;  ///< none: the command still runs
  std::string meta;
};

using WaitForTerminalExitResponse = TerminalExit;

struct ReleaseTerminalResponse {
  std::string meta;
};

struct KillTerminalResponse {
  std::string meta;
};

struct ElicitationRequest {
  enum class Mode : std::uint8_t { form, url };
  Mode mode = Mode::form;
  std::string message;
  std::string session_id;    ///< empty: it belongs to a request
  std::string tool_call_id;  ///< with a session; empty: none
  std::string
      request_id;  ///< JSON of the id of the client's request; empty: it belongs to a session
  std::string requested_schema;  ///< form: JSON
  std::string elicitation_id;    ///< url
  std::string url;               ///< url
  std::string meta;
};

struct ElicitationResponse {
  std::string
      action;  ///< accept, decline, cancel or one that is not known here, which means cancel
  std::string content;  ///< JSON object; empty: none
  std::string meta;
};

}  // namespace tine::v1
