#include "session/outputs.h"

#include <algorithm>
#include <array>

#include "base/handled.h"
#include "base/json/writer.h"
#include "protocol/v1/update.h"
#include "session/limits.h"
#include "session/record/data.h"
#include "session/record/growing_calls.h"

namespace tine::session {
namespace {

/// A member of a tool call that may be large, and what it is called in a marker.
struct Part {
  std::string_view member;
  std::string_view name;
};
constexpr std::array<Part, 3> call_parts = {
    {{"content", "output"}, {"rawInput", "input"}, {"rawOutput", "raw output"}}};

const Part* part_of(json::View key) {
  const auto* const found =
      std::ranges::find_if(call_parts, [key](const Part& each) { return key.equals(each.member); });
  return found == call_parts.end() ? nullptr : found;
}

bool is_large(json::View value) { return value.raw().size() > limits::always_replayed; }

bool is_attachment(json::View content) {
  const json::View type = content.find("type");
  return type.is_string() && !type.equals("text") && is_large(content);
}

bool is_call(v1::UpdateKind kind) {
  return kind == v1::UpdateKind::tool_call || kind == v1::UpdateKind::tool_call_update;
}

bool is_chunk(v1::UpdateKind kind) {
  return kind == v1::UpdateKind::user_message_chunk ||
         kind == v1::UpdateKind::agent_message_chunk || kind == v1::UpdateKind::agent_thought_chunk;
}

void leave_out(std::size_t bytes, Weight& weight) {
  weight.removable += bytes;
  weight.whole -= bytes;
  weight.whole += limits::left_out_marker;
}

void weigh_call(json::View update, Weight& weight) {
  for (const auto& [key, value] : update.members()) {
    if (key.equals("toolCallId")) weight.call = value.raw();
    const Part* const part = part_of(key);
    if (part == nullptr) continue;
    const unsigned bit = 1U << static_cast<unsigned>(part - call_parts.data());
    weight.says |= bit;
    if (!is_large(value)) continue;
    weight.removes |= bit;
    leave_out(value.raw().size(), weight);
  }
  weight.ends_call = ends_call(update);
}

/// Names an attachment: a file by its address, else its type.
std::string name_of(json::View content) {
  std::string uri = json::text_in(content.find("resource"), "uri");
  return uri.empty() ? json::text_in(content, "type") : uri;
}

}  // namespace

Weight weight_of(const store::Line& line) {
  Weight weight;
  count_handled(line.data.raw().size());
  if (line.type == record_type::turn_end || line.type == record_type::turn_aborted) {
    weight.ends_turn = true;
  } else if (line.type == record_type::prompt) {
    for (const json::View block : line.data.find("content").elements()) {
      const std::size_t bytes = block.raw().size();
      weight.whole += bytes + limits::update_frame;
      if (is_attachment(block)) leave_out(bytes, weight);
    }
  } else if (line.type == record_type::update) {
    weight.whole = line.data.raw().size() + limits::update_frame;
    const v1::UpdateKind kind = v1::classify(line.data);
    if (is_call(kind)) weigh_call(line.data, weight);
    if (is_chunk(kind)) {
      const json::View content = line.data.find("content");
      if (is_attachment(content)) leave_out(content.raw().size(), weight);
    }
  }
  return weight;
}

std::string Markers::marker(std::string_view what, std::size_t bytes) {
  ++left_out_.parts;
  left_out_.bytes += bytes;
  std::string text = "[";
  text.append(what).append(": ").append(std::to_string(bytes));
  return text.append(" bytes left out; the whole: ").append(whole_).append("]");
}

std::string Markers::block(json::View block) {
  if (!is_attachment(block)) return std::string(block.raw());
  std::string out;
  json::Writer(out)
      .begin_object()
      .member("type", "text")
      .member("text", "\n" + marker(name_of(block), block.raw().size()) + "\n")
      .end_object();
  return out;
}

std::optional<std::string> Markers::update(json::View update) {
  const v1::UpdateKind kind = v1::classify(update);
  const bool is_marked = is_call(kind) || (is_chunk(kind) && is_attachment(update.find("content")));
  if (!is_marked) return std::nullopt;
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  for (const auto& [key, value] : update.members()) {
    writer.key(key.string().value_or(""));
    const Part* const part = is_call(kind) ? part_of(key) : nullptr;
    if (is_chunk(kind) && key.equals("content")) {
      writer.raw(block(value));
    } else if (part == nullptr || !is_large(value)) {
      writer.raw(value.raw());
    } else if (const std::string text = marker(part->name, value.raw().size());
               key.equals("content")) {
      writer.begin_array().begin_object().member("type", "content");
      writer.key("content").begin_object().member("type", "text").member("text", text);
      writer.end_object().end_object().end_array();
    } else {
      writer.begin_object().member("leftOut", text).end_object();
    }
  }
  writer.end_object();
  return out;
}

std::string without_outputs(json::View update) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  bool says_more = false;
  for (const auto& [key, value] : update.members()) {
    if (part_of(key) != nullptr && is_large(value)) continue;
    writer.key(key.string().value_or("")).raw(value.raw());
    says_more |= !key.equals("sessionUpdate") && !key.equals("toolCallId");
  }
  writer.end_object();
  return says_more ? out : std::string();
}

}  // namespace tine::session
