#include "protocol/v1/types/tools.h"

#include "protocol/v1/codec/parts.h"

namespace tine::v1 {
namespace {

constexpr std::array<std::string_view, 10> kinds = {"read",        "edit",    "delete", "move",
                                                    "search",      "execute", "think",  "fetch",
                                                    "switch_mode", "other"};
constexpr std::array<std::string_view, 4> statuses = {"pending", "in_progress", "completed",
                                                      "failed"};
constexpr std::array<std::string_view, 3> tool_content_types = {"content", "diff", "terminal"};
constexpr std::array<std::string_view, 3> priorities = {"high", "medium", "low"};
constexpr std::array<std::string_view, 3> plan_statuses = {"pending", "in_progress", "completed"};

}  // namespace

std::string_view name_of(ToolKind kind) { return enum_name(kind, kinds); }
std::string_view name_of(ToolStatus status) { return enum_name(status, statuses); }

bool decode(json::View from, ToolKind& to, const json::Path& path, json::Complaint& complaint) {
  return decode_enum(from, to, kinds, path, complaint);
}

bool decode(json::View from, ToolStatus& to, const json::Path& path, json::Complaint& complaint) {
  return decode_enum(from, to, statuses, path, complaint);
}

bool decode(json::View from, ToolContent::Type& to, const json::Path& path,
            json::Complaint& complaint) {
  return decode_enum(from, to, tool_content_types, path, complaint);
}

bool decode(json::View from, ToolContent& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  reader.required("type", to.type);
  if (!reader.ok()) return false;
  switch (to.type) {
    case ToolContent::Type::content:
      return reader.required("content", to.content).ok();
    case ToolContent::Type::diff:
      reader.required("path", to.path).required("newText", to.new_text);
      return reader.lenient("oldText", to.old_text).ok();
    case ToolContent::Type::terminal:
      return reader.required("terminalId", to.terminal_id).ok();
  }
  return false;
}

void encode(json::Writer& out, const ToolContent& from) {
  out.begin_object().member("type", enum_name(from.type, tool_content_types));
  switch (from.type) {
    case ToolContent::Type::content:
      out.key("content");
      encode(out, from.content);
      break;
    case ToolContent::Type::diff:
      out.member("path", std::string_view(from.path));
      optional_member(out, "oldText", from.old_text);
      out.member("newText", std::string_view(from.new_text));
      break;
    case ToolContent::Type::terminal:
      out.member("terminalId", std::string_view(from.terminal_id));
      break;
  }
  out.end_object();
}

bool decode(json::View from, ToolLocation& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("path", to.path).lenient("line", to.line).ok();
}

void encode(json::Writer& out, const ToolLocation& from) {
  out.begin_object().member("path", std::string_view(from.path));
  optional_member(out, "line", from.line);
  out.end_object();
}

bool decode(json::View from, ToolCall& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  reader.required("toolCallId", to.id).lenient("title", to.title).lenient("name", to.name);
  reader.lenient("kind", to.kind).lenient("status", to.status);
  if (!reader.ok()) return false;
  if (reader.find("content").is_array()) {
    reader.valid_items("content", to.content.emplace());
  }
  if (reader.find("locations").is_array()) {
    reader.valid_items("locations", to.locations.emplace());
  }
  reader.raw("rawInput", to.raw_input).raw("rawOutput", to.raw_output);
  reader.raw_object("_meta", to.meta);
  to.raw = from.raw();
  return reader.ok();
}

void encode_members(json::Writer& out, const ToolCall& from) {
  out.member("toolCallId", std::string_view(from.id));
  optional_member(out, "title", from.title);
  optional_member(out, "name", from.name);
  if (from.kind) out.member("kind", name_of(*from.kind));
  if (from.status) out.member("status", name_of(*from.status));
  optional_member(out, "content", from.content);
  optional_member(out, "locations", from.locations);
  out.raw_member("rawInput", from.raw_input).raw_member("rawOutput", from.raw_output);
  out.raw_member("_meta", from.meta);
}

void encode(json::Writer& out, const PlanEntry& from) {
  out.begin_object().member("content", std::string_view(from.content));
  out.member("priority", enum_name(from.priority, priorities));
  out.member("status", enum_name(from.status, plan_statuses)).end_object();
}

}  // namespace tine::v1
