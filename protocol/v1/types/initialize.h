#pragma once
// The opening of a connection, and logging in. Values.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/v1/types/capabilities.h"

namespace tine::v1 {

/// The version of the protocol that this folder speaks.
inline constexpr std::uint16_t protocol_version = 1;

struct AuthMethod {
  enum class Type : std::uint8_t { agent, terminal };
  Type type = Type::agent;
  std::string id;
  std::string name;
  std::string description;
  std::vector<std::string> args;  ///< terminal: appended to the agent's own command line
  std::vector<std::pair<std::string, std::string>> env;  ///< terminal
  std::string meta;

  bool operator==(const AuthMethod&) const = default;
};

struct InitializeRequest {
  std::uint16_t protocol_version = v1::protocol_version;
  ClientCapabilities client_capabilities;
  std::optional<Implementation> client_info;
  std::string meta;
};

struct InitializeResponse {
  std::uint16_t protocol_version = v1::protocol_version;
  AgentCapabilities agent_capabilities;
  std::vector<AuthMethod> auth_methods;
  std::optional<Implementation> agent_info;
  std::string meta;
};

struct AuthenticateRequest {
  std::string method_id;
  std::string meta;
};

struct AuthenticateResponse {
  std::string meta;
};

struct LogoutRequest {
  std::string meta;
};

struct LogoutResponse {
  std::string meta;
};

}  // namespace tine::v1
