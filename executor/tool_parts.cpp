#include "executor/tool_parts.h"

#include <utility>

#include "executor/limits.h"

namespace tine::executor {

std::string short_title(std::string text) {
  if (const std::size_t line = text.find('\n'); line != std::string::npos) text.resize(line);
  if (text.size() <= limits::title) return text;
  std::size_t end = limits::title;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  text.resize(end);
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
