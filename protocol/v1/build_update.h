#pragma once
// Makes the updates that this program sends on its own account. Each gives an update without a
// session: who sends it fills that in.
//
// Plain functions. `meta` is always the JSON of `_meta`, empty for none.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/v1/types.h"
#include "protocol/v1/update.h"

namespace tine::v1 {

/// A piece of a message's text. `kind` is one of the three message chunks. All chunks of a message
/// bear the same id.
Update text_chunk(UpdateKind kind, std::string_view text, std::string_view message_id,
                  std::string_view meta = {});
/// A piece of a message that is any block of content.
Update content_chunk(UpdateKind kind, const ContentBlock& block, std::string_view message_id,
                     std::string_view meta = {});

/// A new tool call: `call` has a title.
Update tool_call(const ToolCall& call);
Update tool_call_update(const ToolCall& change);
Update plan(const std::vector<PlanEntry>& entries, std::string_view meta = {});
Update available_commands(const std::vector<Command>& commands, std::string_view meta = {});
Update current_mode(std::string_view mode_id, std::string_view meta = {});
Update config_options(const std::vector<ConfigOption>& options, std::string_view meta = {});
/// What is none stays as it was.
Update session_info(std::optional<std::string_view> title,
                    std::optional<std::string_view> updated_at, std::string_view meta = {});
Update usage_update(const ContextUsage& usage);

enum class Severity : std::uint8_t { info, warning, error };
/// `title` is not empty. Goes only to clients that take notices, see for_client().
Update notice(Severity severity, std::string_view title, std::string_view description = {},
              std::string_view meta = {});

enum class CompactionStatus : std::uint8_t { in_progress, completed, failed, cancelled };
/// Goes only to clients that take them, see for_client().
Update compaction_update(std::string_view compaction_id, CompactionStatus status,
                         std::string_view summary = {}, std::string_view error = {},
                         std::string_view meta = {});

}  // namespace tine::v1
