#include "protocol/v1/update.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/handled.h"
#include "base/json/writer.h"
#include "protocol/v1/escaped_text.h"
#include "protocol/v1/limits.h"

namespace tine::v1 {
namespace {

constexpr std::array<std::string_view, 19> names = {"user_message_chunk",
                                                    "agent_message_chunk",
                                                    "agent_thought_chunk",
                                                    "tool_call",
                                                    "tool_call_update",
                                                    "plan",
                                                    "plan_update",
                                                    "plan_removed",
                                                    "available_commands_update",
                                                    "current_mode_update",
                                                    "config_option_update",
                                                    "session_info_update",
                                                    "usage_update",
                                                    "notice",
                                                    "compaction_update",
                                                    "compaction_summary_chunk",
                                                    "subagent_update",
                                                    "session_message",
                                                    "session_message_chunk"};
static_assert(names.size() == static_cast<std::size_t>(UpdateKind::other));

UpdateKind kind_named(json::View name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (name.equals(names[i])) return static_cast<UpdateKind>(i);
  }
  return UpdateKind::other;
}

constexpr std::string_view head =
    R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":")";
constexpr std::string_view middle = R"(","update":)";
constexpr std::string_view tail = "}}";

bool is_message_chunk(UpdateKind kind) {
  return kind == UpdateKind::user_message_chunk || kind == UpdateKind::agent_message_chunk ||
         kind == UpdateKind::agent_thought_chunk;
}

/// The text of a content block, where it is one of plain text.
json::View plain_text_at(json::Walk& walk) {
  json::View type;
  json::View text;
  walk.object([&](json::View key) {
    if (key.equals("type")) {
      type = walk.value();
    } else if (key.equals("text")) {
      text = walk.value();
    } else {
      walk.value();
    }
  });
  return type.equals("text") && text.is_string() ? text : json::View();
}

/// The update that is next. Of members that come twice the last one counts, as with json::View.
ToldUpdate told_at(json::Walk& walk) {
  ToldUpdate out;
  json::View name;
  json::View text;
  out.json = walk.object([&](json::View key) {
    if (key.equals("sessionUpdate")) {
      name = walk.value();
    } else if (key.equals("content")) {
      text = plain_text_at(walk);
    } else {
      walk.value();
    }
  });
  out.kind = kind_named(name);
  if (!is_message_chunk(out.kind) || !text.exists()) return out;
  out.text.begin = static_cast<std::size_t>(text.raw().data() - out.json.raw().data()) + 1;
  out.text.end = out.text.begin + text.escaped().size();
  return out;
}

}  // namespace

std::string_view name_of(UpdateKind kind) {
  return kind == UpdateKind::other ? std::string_view() : names[static_cast<std::size_t>(kind)];
}

UpdateKind classify(json::View update) { return kind_named(update.find("sessionUpdate")); }

ToldUpdate look_at(json::View update) {
  json::Walk walk(update);
  return told_at(walk);
}

UpdateParams update_params(json::View params) {
  UpdateParams out;
  json::Walk walk(params);
  walk.object([&](json::View key) {
    if (key.equals("sessionId")) {
      out.session = walk.value();
    } else if (key.equals("update")) {
      out.update = told_at(walk);
    } else {
      walk.value();
    }
  });
  return out;
}

Update adopt(std::string session, const ToldUpdate& told) {
  Update out;
  out.session = std::move(session);
  out.payload = told.json.raw();
  count_handled(out.payload.size());
  out.kind = told.kind;
  out.text = told.text;
  return out;
}

Update adopt(std::string session, json::View update) {
  return adopt(std::move(session), look_at(update));
}

UpdateLine update_line(std::string_view session, const Update& update) {
  count_handled(update.payload.size());
  UpdateLine line;
  line.text.reserve(head.size() + session.size() + middle.size() + update.payload.size() + 16);
  line.text.append(head);
  json::escape(session, line.text);
  line.text.append(middle);
  if (!update.text.none()) {
    line.splice.begin = line.text.size() + update.text.begin;
    line.splice.end = line.text.size() + update.text.end;
  }
  line.text.append(update.payload).append(tail);
  return line;
}

void long_lines(std::shared_ptr<const Update> update,
                const std::function<void(transport::LongLine)>& sink) {
  const std::string_view payload(update->payload);
  std::string before(head);
  json::escape(update->session, before);
  before.append(middle);
  const transport::Splice text = update->text.end - update->text.begin > limits::max_text_chunk
                                     ? update->text
                                     : transport::Splice{.begin = 0, .end = payload.size()};
  before.append(payload.substr(0, text.begin));
  std::string after(payload.substr(text.end));
  after.append(tail);
  std::string_view rest = payload.substr(text.begin, text.end - text.begin);
  while (!rest.empty()) {
    const bool is_whole = rest.size() == payload.size();
    const std::size_t part = is_whole ? rest.size() : cut_place(rest, limits::max_text_chunk);
    sink({.before = before, .owner = update, .part = rest.substr(0, part), .after = after});
    rest.remove_prefix(part);
  }
}

void split(Update update, const std::function<void(Update)>& sink) {
  const std::size_t length = update.text.end - update.text.begin;
  if (length <= limits::max_text_chunk) {
    sink(std::move(update));
    return;
  }
  const std::string_view payload(update.payload);
  const std::string_view before = payload.substr(0, update.text.begin);
  const std::string_view after = payload.substr(update.text.end);
  std::string_view rest = payload.substr(update.text.begin, length);
  while (!rest.empty()) {
    const std::size_t part = cut_place(rest, limits::max_text_chunk);
    Update piece;
    piece.session = update.session;
    piece.kind = update.kind;
    piece.payload.reserve(before.size() + part + after.size());
    piece.payload.append(before).append(rest.substr(0, part)).append(after);
    piece.text = {before.size(), before.size() + part};
    rest.remove_prefix(part);
    sink(std::move(piece));
  }
}

}  // namespace tine::v1
