#include "protocol/v1/types/client_calls.h"

#include "protocol/v1/codec/parts.h"

namespace tine::v1 {
namespace {

constexpr std::array<std::string_view, 4> option_kinds = {"allow_once", "allow_always",
                                                          "reject_once", "reject_always"};
constexpr std::array<std::string_view, 2> elicitation_modes = {"form", "url"};

}  // namespace

const PermissionOption* chosen(const std::vector<PermissionOption>& options,
                               const PermissionResponse& response) {
  if (!response.option_id) return nullptr;
  for (const PermissionOption& option : options) {
    if (option.id == *response.option_id) return &option;
  }
  return nullptr;
}

bool decode(json::View from, PermissionOption::Kind& to, const json::Path& path,
            json::Complaint& complaint) {
  return decode_enum(from, to, option_kinds, path, complaint);
}

bool decode(json::View from, PermissionOption& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("optionId", to.id)
      .required("name", to.name)
      .required("kind", to.kind)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const PermissionOption& from) {
  out.begin_object().member("optionId", std::string_view(from.id));
  out.member("name", std::string_view(from.name));
  out.member("kind", enum_name(from.kind, option_kinds));
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, PermissionRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("sessionId", to.session_id)
      .required("toolCall", to.tool_call)
      .required("options", to.options)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const PermissionRequest& from) {
  out.begin_object().member("sessionId", std::string_view(from.session_id));
  if (from.tool_call.raw.empty()) {
    out.key("toolCall").begin_object();
    encode_members(out, from.tool_call);
    out.end_object();
  } else {
    out.raw_member("toolCall", from.tool_call.raw);
  }
  list_member(out, "options", from.options);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, PermissionResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  reader.raw_object("_meta", to.meta);
  if (!reader.ok()) return false;
  const json::Path outcome_path = path.member("outcome");
  json::ObjectReader outcome(reader.find("outcome"), outcome_path, complaint);
  if (!outcome.ok()) return false;
  if (outcome.find("outcome").equals("cancelled")) return true;
  outcome.check("outcome", outcome.find("outcome").equals("selected"),
                "one of cancelled, selected");
  return outcome.required("optionId", to.option_id).ok();
}

void encode(json::Writer& out, const PermissionResponse& from) {
  out.begin_object().key("outcome").begin_object();
  if (from.option_id) {
    out.member("outcome", "selected").member("optionId", std::string_view(*from.option_id));
  } else {
    out.member("outcome", "cancelled");
  }
  out.end_object().raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, ReadTextFileRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("sessionId", to.session_id)
      .required("path", to.path)
      .check("path", is_absolute(to.path), absolute_path)
      .optional("line", to.line)
      .optional("limit", to.limit)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const ReadTextFileRequest& from) {
  out.begin_object().member("sessionId", std::string_view(from.session_id));
  out.member("path", std::string_view(from.path));
  optional_member(out, "line", from.line);
  optional_member(out, "limit", from.limit);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, ReadTextFileResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("content", to.content).raw_object("_meta", to.meta).ok();
}

void encode(json::Writer& out, const ReadTextFileResponse& from) {
  out.begin_object().member("content", std::string_view(from.content));
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, WriteTextFileRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("sessionId", to.session_id)
      .required("path", to.path)
      .check("path", is_absolute(to.path), absolute_path)
      .required("content", to.content)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const WriteTextFileRequest& from) {
  out.begin_object().member("sessionId", std::string_view(from.session_id));
  out.member("path", std::string_view(from.path));
  out.member("content", std::string_view(from.content));
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, WriteTextFileResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  return decode_meta_only(from, to, path, complaint);
}
void encode(json::Writer& out, const WriteTextFileResponse& from) { encode_meta_only(out, from); }

bool decode(json::View from, ElicitationRequest::Mode& to, const json::Path& path,
            json::Complaint& complaint) {
  return decode_enum(from, to, elicitation_modes, path, complaint);
}

bool decode(json::View from, ElicitationRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  reader.required("message", to.message).required("mode", to.mode);
  reader.raw_object("_meta", to.meta);
  if (reader.ok() && reader.find("requestId").exists() && !reader.find("sessionId").exists()) {
    reader.raw("requestId", to.request_id);
    if (to.request_id.empty()) to.request_id = "null";
  } else {
    reader.required("sessionId", to.session_id).lenient("toolCallId", to.tool_call_id);
  }
  if (!reader.ok()) return false;
  if (to.mode == ElicitationRequest::Mode::form) {
    reader.check("requestedSchema", reader.find("requestedSchema").is_object(), "object");
    return reader.raw_object("requestedSchema", to.requested_schema).ok();
  }
  return reader.required("elicitationId", to.elicitation_id).required("url", to.url).ok();
}

void encode(json::Writer& out, const ElicitationRequest& from) {
  out.begin_object().member("mode", enum_name(from.mode, elicitation_modes));
  out.member("message", std::string_view(from.message));
  if (from.request_id.empty()) {
    out.member("sessionId", std::string_view(from.session_id));
    text_member(out, "toolCallId", from.tool_call_id);
  } else {
    out.raw_member("requestId", from.request_id);
  }
  if (from.mode == ElicitationRequest::Mode::form) {
    out.raw_member("requestedSchema", from.requested_schema);
  } else {
    out.member("elicitationId", std::string_view(from.elicitation_id));
    out.member("url", std::string_view(from.url));
  }
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, ElicitationResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  reader.required("action", to.action).raw_object("_meta", to.meta);
  if (reader.ok() && to.action == "accept") reader.raw_object("content", to.content);
  return reader.ok();
}

void encode(json::Writer& out, const ElicitationResponse& from) {
  out.begin_object().member("action", std::string_view(from.action));
  out.raw_member("content", from.content).raw_member("_meta", from.meta).end_object();
}

}  // namespace tine::v1
