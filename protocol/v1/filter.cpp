#include "protocol/v1/filter.h"

#include <algorithm>

#include "base/json/writer.h"
#include "protocol/v1/build_update.h"

namespace tine::v1 {
namespace {

bool is_boolean(json::View option) { return option.find("type").equals("boolean"); }

bool has_boolean_option(json::View update) {
  for (const json::View option : update.find("configOptions").elements()) {
    if (is_boolean(option)) return true;
  }
  return false;
}

Update without_boolean_options(const Update& update) {
  Update out;
  out.session = update.session;
  out.kind = update.kind;
  json::Writer writer(out.payload);
  writer.begin_object();
  for (const auto& member : json::View(update.payload).members()) {
    writer.key(member.key.string().value_or(std::string()));
    if (!member.key.equals("configOptions")) {
      writer.raw(member.value.raw());
      continue;
    }
    writer.begin_array();
    for (const json::View option : member.value.elements()) {
      if (!is_boolean(option)) writer.raw(option.raw());
    }
    writer.end_array();
  }
  writer.end_object();
  return out;
}

void append_line(std::string& to, std::optional<std::string> text) {
  if (!text || text->empty()) return;
  if (!to.empty()) to.push_back('\n');
  to.append(*text);
}

/// What a notice says in words; empty when it need not be said.
std::string words_of_notice(json::View notice) {
  const json::View severity = notice.find("severity");
  std::string words;
  if (severity.equals("warning")) words = "Warning: ";
  if (severity.equals("error")) words = "Error: ";
  if (words.empty()) return words;
  words.append(notice.find("title").string().value_or(std::string()));
  append_line(words, notice.find("description").string());
  return words;
}

std::string words_of_compaction(json::View compaction) {
  const json::View status = compaction.find("status");
  if (status.equals("completed")) return "The conversation was compacted to make room.";
  if (!status.equals("failed")) return {};
  std::string words = "The conversation could not be compacted.";
  append_line(words, compaction.find("error").string());
  return words;
}

}  // namespace

std::vector<ConfigOption> for_client(const ClientCapabilities& client,
                                     std::vector<ConfigOption> options) {
  if (!client.boolean_options) {
    std::erase_if(options, [](const ConfigOption& option) {
      return option.type == ConfigOption::Type::boolean;
    });
  }
  return options;
}

bool takes(const ClientCapabilities& client, const Update& update) {
  switch (update.kind) {
    case UpdateKind::notice:
      return client.notices;
    case UpdateKind::compaction_update:
    case UpdateKind::compaction_summary_chunk:
      return client.compaction;
    case UpdateKind::plan_update:
    case UpdateKind::plan_removed:
      return client.plan_updates;
    case UpdateKind::subagent_update:
    case UpdateKind::session_message:
    case UpdateKind::session_message_chunk:
      return client.subagents;
    case UpdateKind::config_option_update:
      return client.boolean_options || !has_boolean_option(json::View(update.payload));
    default:
      return true;
  }
}

std::optional<Update> fallback(const ClientCapabilities& client, const Update& update,
                               std::string_view fallback_id) {
  if (takes(client, update)) return update;
  std::string words;
  const json::View payload(update.payload);
  if (update.kind == UpdateKind::config_option_update) return without_boolean_options(update);
  if (update.kind == UpdateKind::notice) words = words_of_notice(payload);
  if (update.kind == UpdateKind::compaction_update) words = words_of_compaction(payload);
  if (words.empty()) return std::nullopt;
  Update thought = text_chunk(UpdateKind::agent_thought_chunk, words, fallback_id);
  thought.session = update.session;
  return thought;
}

}  // namespace tine::v1
