#include "session/record/calls.h"

#include "base/json/writer.h"
#include "protocol/v1/codec.h"

namespace tine::session {
namespace {

constexpr const char* nothing = "{}";

}  // namespace

std::string recorded(const v1::PermissionRequest& request) { return v1::write(request); }
std::string recorded(const v1::PermissionResponse& response) { return v1::write(response); }
std::string recorded(const v1::ReadTextFileRequest& request) { return v1::write(request); }

std::string recorded(const v1::ReadTextFileResponse& response) {
  std::string text;
  json::Writer(text).begin_object().member("bytes", response.content.size()).end_object();
  return text;
}

std::string recorded(const v1::WriteTextFileRequest& request) {
  std::string text;
  json::Writer(text)
      .begin_object()
      .member("path", std::string_view(request.path))
      .member("bytes", request.content.size())
      .end_object();
  return text;
}

std::string recorded(const v1::WriteTextFileResponse& /*response*/) { return nothing; }

std::string recorded(const v1::CreateTerminalRequest& request) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("command", std::string_view(request.command)).key("args").begin_array();
  for (const std::string& each : request.args) out.string(each);
  out.end_array();
  // Of the environment only the names: what stands in it is often a credential.
  out.key("env").begin_array();
  for (const v1::NameValue& each : request.env) out.string(each.name);
  out.end_array();
  if (request.cwd) out.member("cwd", std::string_view(*request.cwd));
  out.end_object();
  return text;
}

std::string recorded(const v1::CreateTerminalResponse& response) { return v1::write(response); }

std::string recorded(const v1::TerminalRequest& request) {
  std::string text;
  json::Writer(text)
      .begin_object()
      .member("terminalId", std::string_view(request.terminal_id))
      .end_object();
  return text;
}

std::string recorded(const v1::TerminalOutputResponse& response) {
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("bytes", response.output.size())
      .member("truncated", response.truncated);
  if (response.exit) out.key("exitStatus").raw(v1::write(*response.exit));
  out.end_object();
  return text;
}

std::string recorded(const v1::TerminalExit& response) { return v1::write(response); }
std::string recorded(const v1::KillTerminalResponse& /*response*/) { return nothing; }
std::string recorded(const v1::ReleaseTerminalResponse& /*response*/) { return nothing; }
std::string recorded(const v1::ElicitationRequest& request) { return v1::write(request); }
std::string recorded(const v1::ElicitationResponse& response) { return v1::write(response); }

}  // namespace tine::session
