#include "transport/text_tail.h"

namespace tine::transport {

void TextTail::append(std::string_view piece) {
  kept_ += piece;
  if (kept_.size() <= size_) return;
  const std::size_t cut = kept_.size() - size_;
  before_ = kept_[cut - 1];
  kept_.erase(0, cut);
}

std::string TextTail::text() const {
  if (before_ == '\n') return kept_;
  std::size_t end = kept_.find('\n');
  if (end == std::string::npos || end + 1 == kept_.size()) end = kept_.find_first_of(" \t\n");
  return end == std::string::npos ? std::string() : kept_.substr(end + 1);
}

}  // namespace tine::transport
