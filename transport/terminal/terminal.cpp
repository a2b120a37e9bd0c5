#include "transport/terminal/terminal.h"

#include "transport/terminal/limits.h"
#include "transport/terminal/replies.h"

namespace tine::transport {

void Terminal::feed(std::string_view bytes) {
  decoder_.feed(bytes, [this](char32_t character) { parser_.take(character, *this); });
}

void Terminal::on_csi(const Sequence& sequence) {
  screen_.take_csi(sequence);
  reply(reply_to_csi(sequence, screen_));
}

void Terminal::on_osc(std::string_view text) {
  if (heard_) heard_(text);
  reply(reply_to_osc(text));
}

void Terminal::reply(const std::string& text) {
  if (replies_.size() + text.size() <= limits::terminal_replies) replies_ += text;
}

}  // namespace tine::transport
