#include "executor/tool_parts.h"

#include <utility>

#include "base/json/utf8.h"
#include "executor/limits.h"

namespace tine::executor {

std::string short_title(std::string text) {
  if (const std::size_t line = text.find('\n'); line != std::string::npos) text.resize(line);
  if (text.size() <= limits::title) return text;
  text.resize(json::character_start(text, limits::title));
  return text + "…";
}

std::string file_name(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

v1::ToolContent text_content(std::string text) {
  v1::ToolContent content;
  content.content = v1::text_block(std::move(text));
  return content;
}

v1::ToolContent diff_content(std::string path, std::optional<std::string> before,
                             std::string after) {
  v1::ToolContent content;
  content.type = v1::ToolContent::Type::diff;
  content.path = std::move(path);
  content.old_text = std::move(before);
  content.new_text = std::move(after);
  return content;
}

}  // namespace tine::executor
