#include "session/live/prompt_words.h"

namespace tine::session {

std::string command_line(const std::vector<v1::ContentBlock>& blocks) {
  if (blocks.empty() || blocks.front().type != v1::ContentType::text) return {};
  const std::string_view text = blocks.front().text;
  if (!text.starts_with("/tine-")) return {};
  return std::string(text.substr(1, text.find('\n') - 1));
}

bool is_for_backend(const std::vector<v1::ContentBlock>& blocks) {
  if (blocks.empty() || blocks.front().type != v1::ContentType::text) return false;
  const std::string_view text = blocks.front().text;
  const std::string_view word = text.substr(0, text.find_first_of(" \t\r\n"));
  return word.size() > 1 && word.front() == '/' && word.find('/', 1) == std::string_view::npos;
}

std::string_view first_text(const std::vector<v1::ContentBlock>& blocks) {
  for (const v1::ContentBlock& block : blocks) {
    if (block.type == v1::ContentType::text && !block.text.empty()) return block.text;
  }
  return {};
}

}  // namespace tine::session
