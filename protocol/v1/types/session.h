#pragma once
// Making, finding and setting up sessions: requests and responses. Values.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/v1/types/content.h"
#include "protocol/v1/types/options.h"

namespace tine::v1 {

struct NameValue {
  std::string name;
  std::string value;

  bool operator==(const NameValue&) const = default;
};

struct McpServer {
  enum class Transport : std::uint8_t { stdio, http, sse, acp };
  Transport transport = Transport::stdio;
  std::string name;
  std::string command;             ///< stdio
  std::vector<std::string> args;   ///< stdio
  std::vector<NameValue> env;      ///< stdio
  std::string url;                 ///< http, sse
  std::vector<NameValue> headers;  ///< http, sse
  std::string server_id;           ///< acp
  std::string raw;

  bool operator==(const McpServer&) const = default;
};

/// Unstable.
struct SystemPrompt {
  std::string mode;  ///< append, override or one that is not known here
  std::vector<ContentBlock> content;
  std::string meta;

  bool operator==(const SystemPrompt&) const = default;
};

/// What a session works with. It comes with each request that opens one and is never restored by
/// itself.
struct Workspace {
  std::string cwd;  ///< absolute
  std::vector<std::string> additional_directories;
  std::vector<McpServer> mcp_servers;
  std::optional<SystemPrompt> system_prompt;  ///< unstable

  bool operator==(const Workspace&) const = default;
};

struct NewSessionRequest {
  Workspace workspace;
  std::string meta;
};

struct LoadSessionRequest {
  std::string session_id;
  Workspace workspace;
  std::string meta;
};

struct ResumeSessionRequest {
  std::string session_id;
  Workspace workspace;
  std::string meta;
};

/// Unstable.
struct ForkSessionRequest {
  std::string session_id;
  Workspace workspace;
  std::string meta;
};

/// What new and fork answer.
struct NewSessionResponse {
  std::string session_id;
  std::optional<ModeState> modes;
  std::optional<std::vector<ConfigOption>> config_options;
  std::string meta;
};
using ForkSessionResponse = NewSessionResponse;

/// What load and resume answer.
struct LoadSessionResponse {
  std::optional<ModeState> modes;
  std::optional<std::vector<ConfigOption>> config_options;
  std::string meta;
};
using ResumeSessionResponse = LoadSessionResponse;

struct ListSessionsRequest {
  std::optional<std::string> cwd;  ///< absolute
  std::optional<std::string> cursor;
  std::string meta;
};

struct SessionInfo {
  std::string session_id;
  std::string cwd;
  std::vector<std::string> additional_directories;
  std::string title;       ///< empty: none
  std::string updated_at;  ///< ISO 8601; empty: none
  std::string meta;

  bool operator==(const SessionInfo&) const = default;
};

struct ListSessionsResponse {
  std::vector<SessionInfo> sessions;
  std::string next_cursor;  ///< empty: this was the last page
  std::string meta;
};

struct DeleteSessionRequest {
  std::string session_id;
  std::string meta;
};

struct DeleteSessionResponse {
  std::string meta;
};

struct CloseSessionRequest {
  std::string session_id;
  std::string meta;
};

struct CloseSessionResponse {
  std::string meta;
};

struct SetModeRequest {
  std::string session_id;
  std::string mode_id;
  std::string meta;
};

struct SetModeResponse {
  std::string meta;
};

struct SetConfigOptionRequest {
  std::string session_id;
  std::string config_id;
  std::variant<std::string, bool> value;
  std::string meta;
};

struct SetConfigOptionResponse {
  std::vector<ConfigOption> config_options;  ///< all of them
  std::string meta;
};

}  // namespace tine::v1
