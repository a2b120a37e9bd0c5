#pragma once
// Between the types and their JSON. Decoding is lenient where the protocol's schema says so (a
// capability, an annotation or an item of a list that is not understood counts as absent, unknown
// members always) and strict elsewhere, with the path of what is wrong. Encoding writes straight
// into a string.
//
// Plain functions. What is decoded has been accepted by a Scanner.

#include <string>
#include <string_view>

#include "base/json/decode.h"
#include "base/json/view.h"
#include "base/json/writer.h"
#include "base/result.h"
#include "protocol/v1/types.h"

namespace tine::v1 {

// Parts that several messages share.
bool decode(json::View from, ContentBlock& to, const json::Path& path, json::Complaint& complaint);
bool decode(json::View from, McpServer& to, const json::Path& path, json::Complaint& complaint);
bool decode(json::View from, ConfigOption& to, const json::Path& path, json::Complaint& complaint);
bool decode(json::View from, SystemPrompt& to, const json::Path& path, json::Complaint& complaint);
bool decode(json::View from, ToolCall& to, const json::Path& path, json::Complaint& complaint);
bool decode(json::View from, AgentCapabilities& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, ClientCapabilities& to, const json::Path& path,
            json::Complaint& complaint);
void encode(json::Writer& out, const ContentBlock& from);
void encode(json::Writer& out, const McpServer& from);
void encode(json::Writer& out, const ConfigOption& from);
void encode(json::Writer& out, const Command& from);
void encode(json::Writer& out, const SystemPrompt& from);
void encode(json::Writer& out, const PlanEntry& from);
void encode(json::Writer& out, const AgentCapabilities& from);
void encode(json::Writer& out, const ClientCapabilities& from);
/// The members of a tool call, without the braces.
void encode_members(json::Writer& out, const ToolCall& from);

// The messages.
bool decode(json::View from, InitializeRequest& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, InitializeResponse& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, AuthenticateRequest& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, AuthenticateResponse& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, LogoutRequest& to, const json::Path& path, json::Complaint& complaint);
bool decode(json::View from, LogoutResponse& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, NewSessionRequest& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, NewSessionResponse& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, LoadSessionRequest& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, LoadSessionResponse& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, ResumeSessionRequest& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, ForkSessionRequest& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, ListSessionsRequest& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, ListSessionsResponse& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, DeleteSessionRequest& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, DeleteSessionResponse& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, CloseSessionRequest& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, CloseSessionResponse& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, SetModeRequest& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, SetModeResponse& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, SetConfigOptionRequest& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, SetConfigOptionResponse& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, PromptRequest& to, const json::Path& path, json::Complaint& complaint);
bool decode(json::View from, PromptResponse& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, SteerRequest& to, const json::Path& path, json::Complaint& complaint);
bool decode(json::View from, SteerResponse& to, const json::Path& path, json::Complaint& complaint);
bool decode(json::View from, PermissionRequest& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, PermissionResponse& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, ReadTextFileRequest& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, ReadTextFileResponse& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, WriteTextFileRequest& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, WriteTextFileResponse& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, CreateTerminalRequest& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, CreateTerminalResponse& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, TerminalRequest& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, TerminalOutputResponse& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, WaitForTerminalExitResponse& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, KillTerminalResponse& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, ReleaseTerminalResponse& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, ElicitationRequest& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, ElicitationResponse& to, const json::Path& path,
            json::Complaint& complaint);

void encode(json::Writer& out, const InitializeRequest& from);
void encode(json::Writer& out, const InitializeResponse& from);
void encode(json::Writer& out, const AuthenticateRequest& from);
void encode(json::Writer& out, const AuthenticateResponse& from);
void encode(json::Writer& out, const LogoutRequest& from);
void encode(json::Writer& out, const LogoutResponse& from);
void encode(json::Writer& out, const NewSessionRequest& from);
void encode(json::Writer& out, const NewSessionResponse& from);
void encode(json::Writer& out, const LoadSessionRequest& from);
void encode(json::Writer& out, const LoadSessionResponse& from);
void encode(json::Writer& out, const ResumeSessionRequest& from);
void encode(json::Writer& out, const ForkSessionRequest& from);
void encode(json::Writer& out, const ListSessionsRequest& from);
void encode(json::Writer& out, const ListSessionsResponse& from);
void encode(json::Writer& out, const DeleteSessionRequest& from);
void encode(json::Writer& out, const DeleteSessionResponse& from);
void encode(json::Writer& out, const CloseSessionRequest& from);
void encode(json::Writer& out, const CloseSessionResponse& from);
void encode(json::Writer& out, const SetModeRequest& from);
void encode(json::Writer& out, const SetModeResponse& from);
void encode(json::Writer& out, const SetConfigOptionRequest& from);
void encode(json::Writer& out, const SetConfigOptionResponse& from);
void encode(json::Writer& out, const PromptRequest& from);
void encode(json::Writer& out, const PromptResponse& from);
void encode(json::Writer& out, const SteerRequest& from);
void encode(json::Writer& out, const SteerResponse& from);
void encode(json::Writer& out, const PermissionRequest& from);
void encode(json::Writer& out, const PermissionResponse& from);
void encode(json::Writer& out, const ReadTextFileRequest& from);
void encode(json::Writer& out, const ReadTextFileResponse& from);
void encode(json::Writer& out, const WriteTextFileRequest& from);
void encode(json::Writer& out, const WriteTextFileResponse& from);
void encode(json::Writer& out, const CreateTerminalRequest& from);
void encode(json::Writer& out, const CreateTerminalResponse& from);
void encode(json::Writer& out, const TerminalRequest& from);
void encode(json::Writer& out, const TerminalOutputResponse& from);
void encode(json::Writer& out, const WaitForTerminalExitResponse& from);
void encode(json::Writer& out, const KillTerminalResponse& from);
void encode(json::Writer& out, const ReleaseTerminalResponse& from);
void encode(json::Writer& out, const ElicitationRequest& from);
void encode(json::Writer& out, const ElicitationResponse& from);

/// The parameters of a request that came in. Absent ones are an empty object.
template <class T>
Result<T> read_params(json::View params) {
  T to;
  const json::Path path("params");
  json::Complaint complaint;
  if (decode(params.exists() ? params : json::View("{}"), to, path, complaint)) return to;
  return fail(
      Error(ErrorKind::invalid_params, std::move(complaint.message)).at(std::move(complaint.path)));
}

/// The result of a request that went out. A bad one is the other side's fault: `blame`.
template <class T>
Result<T> read_result(json::View result, ErrorKind blame) {
  T to;
  const json::Path path("result");
  json::Complaint complaint;
  if (decode(result.is_null() ? json::View("{}") : result, to, path, complaint)) return to;
  return fail(Error(blame, "bad answer: " + complaint.message).at(std::move(complaint.path)));
}

template <class T>
std::string write(const T& message) {
  std::string out;
  json::Writer writer(out);
  encode(writer, message);
  return out;
}

}  // namespace tine::v1
