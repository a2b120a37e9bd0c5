#pragma once
// Tool calls and plans, as updates and permission questions carry them. Values.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/v1/types/content.h"

namespace tine::v1 {

enum class ToolKind : std::uint8_t {
  read,
  edit,
  remove,  ///< `delete`
  move,
  search,
  execute,
  think,
  fetch,
  switch_mode,
  other,
};
std::string_view name_of(ToolKind kind);

enum class ToolStatus : std::uint8_t { pending, in_progress, completed, failed };
std::string_view name_of(ToolStatus status);

struct ToolContent {
  enum class Type : std::uint8_t { content, diff, terminal };
  Type type = Type::content;
  ContentBlock content;
  std::string path;                     ///< diff; absolute
  std::optional<std::string> old_text;  ///< diff; none: a new file
  std::string new_text;                 ///< diff
  std::string terminal_id;

  bool operator==(const ToolContent&) const = default;
};

struct ToolLocation {
  std::string path;
  std::optional<std::uint32_t> line;

  bool operator==(const ToolLocation&) const = default;
};

/// A new tool call (with a title), or a change to one: what is not set stays as it was.
struct ToolCall {
  std::string id;
  std::optional<std::string> title;
  std::optional<std::string> name;  ///< of the tool, as the backend calls it
  std::optional<ToolKind> kind;
  std::optional<ToolStatus> status;
  std::optional<std::vector<ToolContent>> content;  ///< replaces what was there
  std::optional<std::vector<ToolLocation>> locations;
  std::string raw_input;   ///< JSON; empty: not set
  std::string raw_output;  ///< JSON; empty: not set
  std::string meta;
  std::string raw;  ///< of a permission question: as it came

  bool operator==(const ToolCall&) const = default;
};

struct PlanEntry {
  enum class Priority : std::uint8_t { high, medium, low };
  enum class Status : std::uint8_t { pending, in_progress, completed };
  std::string content;
  Priority priority = Priority::medium;
  Status status = Status::pending;

  bool operator==(const PlanEntry&) const = default;
};

}  // namespace tine::v1
