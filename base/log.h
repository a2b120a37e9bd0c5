#pragma once
// What the program says about itself. Never to stdout, which belongs to the protocol.
//
// Made by main and passed on; the sink decides where messages go, and must not wait. On the loop's
// thread.

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include "base/env.h"

namespace tine {

class Log {
 public:
  enum class Level : std::uint8_t { debug, info, warning, error, off };

  struct Message {
    Level level = Level::info;
    std::int64_t wall_ms = 0;
    std::string_view text;
  };
  using Sink = std::function<void(const Message& message)>;

  Log(Env& env, Level least, Sink sink) : env_(env), least_(least), sink_(std::move(sink)) {}

  void debug(std::string_view text) { write(Level::debug, text); }
  void info(std::string_view text) { write(Level::info, text); }
  void warning(std::string_view text) { write(Level::warning, text); }
  void error(std::string_view text) { write(Level::error, text); }

 private:
  void write(Level level, std::string_view text) {
    if (level >= least_) sink_({.level = level, .wall_ms = env_.wall_ms(), .text = text});
  }

  Env& env_;
  Level least_;
  Sink sink_;
};

}  // namespace tine
