#pragma once
// What the tool calls of all backends are made of.
//
// Plain functions.

#include <optional>
#include <string>
#include <string_view>

#include "protocol/v1/types.h"

namespace tine::executor {

/// The first line of `text`, at most limits::title of it.
std::string short_title(std::string text);

/// What stands behind the last slash.
std::string file_name(std::string_view path);

v1::ToolContent text_content(std::string text);
/// `before` is none for a new file.
v1::ToolContent diff_content(std::string path, std::optional<std::string> before,
                             std::string after);

}  // namespace tine::executor
