#include "protocol/v1/codec/parts.h"

namespace tine::v1 {

bool decode(json::View from, CreateTerminalRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("sessionId", to.session_id)
      .required("command", to.command)
      .optional("args", to.args)
      .optional("env", to.env)
      .optional("cwd", to.cwd)
      .check("cwd", !to.cwd || is_absolute(*to.cwd), absolute_path)
      .optional("outputByteLimit", to.output_byte_limit)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const CreateTerminalRequest& from) {
  out.begin_object().member("sessionId", std::string_view(from.session_id));
  out.member("command", std::string_view(from.command));
  filled_list_member(out, "args", from.args);
  filled_list_member(out, "env", from.env);
  optional_member(out, "cwd", from.cwd);
  optional_member(out, "outputByteLimit", from.output_byte_limit);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, CreateTerminalResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("terminalId", to.terminal_id).raw_object("_meta", to.meta).ok();
}

void encode(json::Writer& out, const CreateTerminalResponse& from) {
  out.begin_object().member("terminalId", std::string_view(from.terminal_id));
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, TerminalRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("sessionId", to.session_id)
      .required("terminalId", to.terminal_id)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const TerminalRequest& from) {
  out.begin_object().member("sessionId", std::string_view(from.session_id));
  out.member("terminalId", std::string_view(from.terminal_id));
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, TerminalExit& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.lenient("exitCode", to.exit_code)
      .lenient("signal", to.signal)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const TerminalExit& from) {
  out.begin_object();
  optional_member(out, "exitCode", from.exit_code);
  optional_member(out, "signal", from.signal);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, TerminalOutputResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("output", to.output)
      .required("truncated", to.truncated)
      .lenient("exitStatus", to.exit)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const TerminalOutputResponse& from) {
  out.begin_object().member("output", std::string_view(from.output));
  out.member("truncated", from.truncated);
  optional_member(out, "exitStatus", from.exit);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, KillTerminalResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  return decode_meta_only(from, to, path, complaint);
}
void encode(json::Writer& out, const KillTerminalResponse& from) { encode_meta_only(out, from); }

bool decode(json::View from, ReleaseTerminalResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  return decode_meta_only(from, to, path, complaint);
}
void encode(json::Writer& out, const ReleaseTerminalResponse& from) { encode_meta_only(out, from); }

}  // namespace tine::v1
