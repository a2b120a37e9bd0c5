#include "session/record/calls.h"

#include "base/json/writer.h"
#include "protocol/v1/methods.h"

namespace tine::session {
namespace {

namespace method = v1::method;

std::string whole(json::View object) {
  return std::string(object.is_object() ? object.raw() : "{}");
}

/// How long the text is that is the member `key`.
std::uint64_t size_of(json::View object, std::string_view key) {
  return json::text_in(object, key).size();
}

std::string written(json::View params) {
  std::string text;
  json::Writer(text)
      .begin_object()
      .raw_member("path", params.find("path").raw())
      .member("bytes", size_of(params, "content"))
      .end_object();
  return text;
}

std::string terminal(json::View params) {
  std::string text;
  json::Writer out(text);
  out.begin_object().raw_member("command", params.find("command").raw());
  const json::View args = params.find("args");
  out.key("args").raw(args.is_array() ? args.raw() : "[]");
  // Of the environment only the names: what stands in it is often a credential.
  out.key("env").begin_array();
  for (const json::View each : params.find("env").elements())
    out.string(json::text_in(each, "name"));
  out.end_array().raw_member("cwd", params.find("cwd").raw()).end_object();
  return text;
}

std::string output(json::View result) {
  std::string text;
  json::Writer(text)
      .begin_object()
      .member("bytes", size_of(result, "output"))
      .raw_member("truncated", result.find("truncated").raw())
      .raw_member("exitStatus", result.find("exitStatus").raw())
      .end_object();
  return text;
}

}  // namespace

std::string recorded_question(std::string_view name, json::View params) {
  if (name == method::WriteTextFile::name) return written(params);
  if (name == method::CreateTerminal::name) return terminal(params);
  if (!name.starts_with("terminal/")) return whole(params);
  std::string text;
  json::Writer(text)
      .begin_object()
      .raw_member("terminalId", params.find("terminalId").raw())
      .end_object();
  return text;
}

std::string recorded_answer(std::string_view name, json::View result) {
  if (name == method::TerminalOutput::name) return output(result);
  if (name != method::ReadTextFile::name) return whole(result);
  std::string text;
  json::Writer(text).begin_object().member("bytes", size_of(result, "content")).end_object();
  return text;
}

}  // namespace tine::session
