#pragma once
// A terminal without a window: from what a program writes to it, it makes a screen, answers, and
// the strings that the program says to whoever has the terminal (OSC: its title, its state).
//
// A value; what it is fed may be cut anywhere.

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "transport/terminal/screen.h"
#include "transport/terminal/sequence_parser.h"
#include "transport/terminal/utf8_decoder.h"

namespace tine::transport {

class Terminal final : private SequenceListener {
 public:
  explicit Terminal(TerminalSize size) : screen_(size) {}

  void feed(std::string_view bytes);
  /// What is to be written to the program; once.
  std::string take_replies() { return std::exchange(replies_, {}); }
  /// Called with each OSC string, as in "0;a title".
  void on_osc(std::function<void(std::string_view)> callback) { heard_ = std::move(callback); }
  const Screen& screen() const { return screen_; }
  void resize(TerminalSize size) { screen_.resize(size); }

 private:
  void on_text(char32_t character) override { screen_.take_text(character); }
  void on_control(char32_t control) override { screen_.take_control(control); }
  void on_escape(const Sequence& sequence) override { screen_.take_escape(sequence); }
  void on_csi(const Sequence& sequence) override;
  void on_osc(std::string_view text) override;
  void on_dcs(const Sequence& /*sequence*/, std::string_view /*data*/) override {}
  void reply(const std::string& text);

  Utf8Decoder decoder_;
  SequenceParser parser_;
  Screen screen_;
  std::string replies_;
  std::function<void(std::string_view)> heard_;
};

}  // namespace tine::transport
