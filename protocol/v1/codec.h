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
bool decode(json::View from, ToolCall& to, const json::Path& path, json::Complaint& complaint);
bool decode(json::View from, AgentCapabilities& to, const json::Path& path,
            json::Complaint& complaint);
bool decode(json::View from, ClientCapabilities& to, const json::Path& path,
            json::Complaint& complaint);
void encode(json::Writer& out, const ContentBlock& from);
void encode(json::Writer& out, const McpServer& from);
void encode(json::Writer& out, const ConfigOption& from);
void encode(json::Writer& out, const Command& from);
void encode(json::Writer& out, const PlanEntry& from);
void encode(json::Writer& out, const AgentCapabilities& from);
void encode(json::Writer& out, const ClientCapabilities& from);
/// The members of a tool call, without the braces.
void encode_members(json::Writer& out, const ToolCall& from);

// clang-format off
#define TINE_V1_MESSAGES(X)                                                                       \
  X(InitializeRequest) X(InitializeResponse) X(AuthenticateRequest) X(AuthenticateResponse)       \
  X(LogoutRequest) X(LogoutResponse) X(NewSessionRequest) X(NewSessionResponse)                   \
  X(LoadSessionRequest) X(LoadSessionResponse) X(ResumeSessionRequest) X(ForkSessionRequest)      \
  X(ListSessionsRequest) X(ListSessionsResponse) X(DeleteSessionRequest) X(DeleteSessionResponse) \
  X(CloseSessionRequest) X(CloseSessionResponse) X(SetModeRequest) X(SetModeResponse)             \
  X(SetConfigOptionRequest) X(SetConfigOptionResponse) X(PromptRequest) X(PromptResponse)         \
  X(PermissionRequest) X(PermissionResponse) X(ReadTextFileRequest) X(ReadTextFileResponse)       \
  X(WriteTextFileRequest) X(WriteTextFileResponse) X(CreateTerminalRequest)                       \
  X(CreateTerminalResponse) X(TerminalRequest) X(TerminalOutputResponse)                          \
  X(WaitForTerminalExitResponse) X(KillTerminalResponse) X(ReleaseTerminalResponse)               \
  X(ElicitationRequest) X(ElicitationResponse)
#define TINE_V1_DECLARE(Message)                                                                  \
  bool decode(json::View from, Message& to, const json::Path& path, json::Complaint& complaint);  \
  void encode(json::Writer& out, const Message& from);
TINE_V1_MESSAGES(TINE_V1_DECLARE)
#undef TINE_V1_DECLARE
#undef TINE_V1_MESSAGES
// clang-format on

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
