#pragma once
// What the program tells about itself: a line a message, with time and level. Never to stdout,
// which belongs to the protocol.
//
// Made by main and passed on; the sink decides where lines go. On the loop's thread.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/env.h"

namespace tine {

class Log {
 public:
  enum class Level : std::uint8_t { debug, info, warning, error, off };
  /// Gets whole lines, newline included.
  using Sink = std::function<void(std::string_view line)>;

  Log(Env& env, Level least, Sink sink) : env_(env), least_(least), sink_(std::move(sink)) {}

  void debug(std::string_view text) { write(Level::debug, text); }
  void info(std::string_view text) { write(Level::info, text); }
  void warning(std::string_view text) { write(Level::warning, text); }
  void error(std::string_view text) { write(Level::error, text); }

 private:
  void write(Level level, std::string_view text);

  Env& env_;
  Level least_;
  Sink sink_;
};

}  // namespace tine
