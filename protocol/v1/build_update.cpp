#include "protocol/v1/build_update.h"

#include <array>
#include <utility>

#include "protocol/v1/codec/parts.h"

namespace tine::v1 {
namespace {

constexpr std::array<std::string_view, 3> severities = {"info", "warning", "error"};
constexpr std::array<std::string_view, 4> compaction_statuses = {"in_progress", "completed",
                                                                 "failed", "cancelled"};

template <class Members>
Update build(UpdateKind kind, std::string_view meta, Members members) {
  Update update;
  update.kind = kind;
  json::Writer out(update.payload);
  out.begin_object().member("sessionUpdate", name_of(kind));
  members(out);
  out.raw_member("_meta", meta).end_object();
  return update;
}

}  // namespace

Update text_chunk(UpdateKind kind, std::string_view text, std::string_view message_id,
                  std::string_view meta) {
  Update update;
  update.kind = kind;
  std::string& out = update.payload;
  out.reserve(text.size() + message_id.size() + meta.size() + 128);
  out.append(R"({"sessionUpdate":")").append(name_of(kind));
  out.append(R"(","content":{"type":"text","text":")");
  update.text.begin = out.size();
  json::escape(text, out);
  update.text.end = out.size();
  out.append("\"}");
  if (!message_id.empty()) {
    out.append(R"(,"messageId":")");
    json::escape(message_id, out);
    out.push_back('"');
  }
  if (!meta.empty()) out.append(R"(,"_meta":)").append(meta);
  out.push_back('}');
  return update;
}

Update content_chunk(UpdateKind kind, const ContentBlock& block, std::string_view message_id,
                     std::string_view meta) {
  Update update;
  update.kind = kind;
  // A block may be as large as a message: it is written once, in its place.
  std::string& payload = update.payload;
  payload.reserve(block.raw.size() + block.text.size() + message_id.size() + meta.size() + 128);
  json::Writer out(payload);
  out.begin_object().member("sessionUpdate", name_of(kind)).key("content");
  const std::size_t content = payload.size();
  encode(out, block);
  if (block.type == ContentType::text) {
    const json::View written(std::string_view(payload).substr(content));
    const json::View text = written.find("text");
    update.text.begin = static_cast<std::size_t>(text.raw().data() - payload.data()) + 1;
    update.text.end = update.text.begin + text.escaped().size();
  }
  text_member(out, "messageId", message_id);
  out.raw_member("_meta", meta).end_object();
  return update;
}

Update tool_call(const ToolCall& call) {
  return build(UpdateKind::tool_call, {}, [&](json::Writer& out) { encode_members(out, call); });
}

Update tool_call_update(const ToolCall& change) {
  return build(UpdateKind::tool_call_update, {},
               [&](json::Writer& out) { encode_members(out, change); });
}

Update plan(const std::vector<PlanEntry>& entries, std::string_view meta) {
  return build(UpdateKind::plan, meta,
               [&](json::Writer& out) { list_member(out, "entries", entries); });
}

Update available_commands(const std::vector<Command>& commands, std::string_view meta) {
  return build(UpdateKind::available_commands_update, meta,
               [&](json::Writer& out) { list_member(out, "availableCommands", commands); });
}

Update current_mode(std::string_view mode_id, std::string_view meta) {
  return build(UpdateKind::current_mode_update, meta,
               [&](json::Writer& out) { out.member("currentModeId", mode_id); });
}

Update config_options(const std::vector<ConfigOption>& options, std::string_view meta) {
  return build(UpdateKind::config_option_update, meta,
               [&](json::Writer& out) { list_member(out, "configOptions", options); });
}

Update session_info(std::optional<std::string_view> title,
                    std::optional<std::string_view> updated_at, std::string_view meta) {
  return build(UpdateKind::session_info_update, meta, [&](json::Writer& out) {
    if (title) out.member("title", *title);
    if (updated_at) out.member("updatedAt", *updated_at);
  });
}

Update usage_update(const ContextUsage& usage) {
  return build(UpdateKind::usage_update, usage.meta, [&](json::Writer& out) {
    out.member("used", usage.used).member("size", usage.size);
    if (!usage.cost) return;
    out.key("cost").begin_object().member("amount", usage.cost->amount);
    out.member("currency", std::string_view(usage.cost->currency)).end_object();
  });
}

Update notice(Severity severity, std::string_view title, std::string_view description,
              std::string_view meta) {
  return build(UpdateKind::notice, meta, [&](json::Writer& out) {
    out.member("severity", enum_name(severity, severities)).member("title", title);
    text_member(out, "description", description);
  });
}

Update compaction_update(std::string_view compaction_id, CompactionStatus status,
                         std::string_view summary, std::string_view error, std::string_view meta) {
  return build(UpdateKind::compaction_update, meta, [&](json::Writer& out) {
    out.member("compactionId", compaction_id);
    out.member("status", enum_name(status, compaction_statuses));
    if (!summary.empty()) {
      out.key("summary").begin_array();
      out.begin_object().member("type", "text").member("text", summary).end_object();
      out.end_array();
    }
    text_member(out, "error", error);
  });
}

}  // namespace tine::v1
