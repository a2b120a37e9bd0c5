#pragma once
// The methods of the protocol: what each is called, its parameters and its result. A caller
// names the method (`client.ask<method::ReadTextFile>(…)`), so that its types and its name are
// spelled here alone.
//
// Types without values.

#include <string_view>

#include "protocol/v1/types.h"

namespace tine::v1::method {

template <class Request_, class Response_>
struct Of {
  using Request = Request_;
  using Response = Response_;
};

// What a client asks its agent.
struct Initialize : Of<InitializeRequest, InitializeResponse> {
  static constexpr std::string_view name = "initialize";
};
struct Authenticate : Of<AuthenticateRequest, AuthenticateResponse> {
  static constexpr std::string_view name = "authenticate";
};
struct Logout : Of<LogoutRequest, LogoutResponse> {
  static constexpr std::string_view name = "logout";
};
struct NewSession : Of<NewSessionRequest, NewSessionResponse> {
  static constexpr std::string_view name = "session/new";
};
struct LoadSession : Of<LoadSessionRequest, LoadSessionResponse> {
  static constexpr std::string_view name = "session/load";
};
struct ResumeSession : Of<ResumeSessionRequest, ResumeSessionResponse> {
  static constexpr std::string_view name = "session/resume";
};
struct ForkSession : Of<ForkSessionRequest, ForkSessionResponse> {
  static constexpr std::string_view name = "session/fork";
};
struct ListSessions : Of<ListSessionsRequest, ListSessionsResponse> {
  static constexpr std::string_view name = "session/list";
};
struct DeleteSession : Of<DeleteSessionRequest, DeleteSessionResponse> {
  static constexpr std::string_view name = "session/delete";
};
struct CloseSession : Of<CloseSessionRequest, CloseSessionResponse> {
  static constexpr std::string_view name = "session/close";
};
struct SetMode : Of<SetModeRequest, SetModeResponse> {
  static constexpr std::string_view name = "session/set_mode";
};
struct SetConfigOption : Of<SetConfigOptionRequest, SetConfigOptionResponse> {
  static constexpr std::string_view name = "session/set_config_option";
};
struct Prompt : Of<PromptRequest, PromptResponse> {
  static constexpr std::string_view name = "session/prompt";
};
struct Steer : Of<SteerRequest, SteerResponse> {
  static constexpr std::string_view name = "_session/steering";
};

// What an agent asks its client.
struct RequestPermission : Of<PermissionRequest, PermissionResponse> {
  static constexpr std::string_view name = "session/request_permission";
};
struct ReadTextFile : Of<ReadTextFileRequest, ReadTextFileResponse> {
  static constexpr std::string_view name = "fs/read_text_file";
};
struct WriteTextFile : Of<WriteTextFileRequest, WriteTextFileResponse> {
  static constexpr std::string_view name = "fs/write_text_file";
};
struct CreateTerminal : Of<CreateTerminalRequest, CreateTerminalResponse> {
  static constexpr std::string_view name = "terminal/create";
};
struct TerminalOutput : Of<TerminalRequest, TerminalOutputResponse> {
  static constexpr std::string_view name = "terminal/output";
};
struct WaitForTerminalExit : Of<TerminalRequest, WaitForTerminalExitResponse> {
  static constexpr std::string_view name = "terminal/wait_for_exit";
};
struct KillTerminal : Of<TerminalRequest, KillTerminalResponse> {
  static constexpr std::string_view name = "terminal/kill";
};
struct ReleaseTerminal : Of<TerminalRequest, ReleaseTerminalResponse> {
  static constexpr std::string_view name = "terminal/release";
};
struct CreateElicitation : Of<ElicitationRequest, ElicitationResponse> {
  static constexpr std::string_view name = "elicitation/create";
};

/// A notification.
inline constexpr std::string_view elicitation_complete = "elicitation/complete";

}  // namespace tine::v1::method
