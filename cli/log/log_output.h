#pragma once
// Writes the log: to stderr, and to a file that is rotated and may be shared with other processes.
// Secrets and what could control a terminal are taken out first. Nothing goes to stdout.
//
// A plain function; the sink that it makes lives on the loop's thread, and what it refers to
// outlives it. The file is opened with the first message.

#include <cstdint>
#include <string>

#include "base/log.h"
#include "base/redact/redactor.h"

namespace tine::cli {

Log::Level level_named(std::string_view name);

/// How messages are handed over.
enum class LogDelivery : std::uint8_t {
  direct,  ///< written before the call returns: for verbs, which wait for their reader anyway
  queued,  ///< to a thread, so that the loop never waits: for a server
};

struct LogPlan {
  std::string file;             ///< empty: none
  bool json = false;            ///< one object per line
  std::int64_t files = 5;       ///< with the one that is written
  std::int64_t file_bytes = 0;  ///< at which a file is rotated
  LogDelivery delivery = LogDelivery::direct;
  Log::Level on_stderr = Log::Level::debug;  ///< the lowest level that goes there
};

Log::Sink make_log_sink(const LogPlan& plan, Redactor& redactor);

}  // namespace tine::cli
