#pragma once
// Looks through a session's files for damage: each line of its transcript, and that their numbers
// follow. Changes nothing and needs no lock, so writers may be at work.
//
// A plain function on the loop's thread, with a pause after each slice.

#include <cstdint>
#include <string>
#include <vector>

#include "session/store/store.h"
#include "transport/cancel.h"
#include "transport/loop.h"

namespace tine::session {

struct Fault {
  std::string file;
  std::uint64_t line = 0;  ///< 0: the file as a whole
  std::string what;

  bool operator==(const Fault&) const = default;
};

struct Inspection {
  std::uint64_t lines = 0;
  std::uint64_t last_seq = 0;
  std::vector<Fault> faults;  ///< at most limits::reported_faults of the transcript
  /// Bytes behind the last whole line. Of a running session the line that is being written; else
  /// what a lost process has left, which the next one to open the session sets aside.
  std::size_t tail = 0;
  bool running = false;
};

transport::Task<Inspection> inspect(transport::Loop& loop, store::Store& store,
                                    store::IndexEntry entry, transport::CancelSource cancel);

}  // namespace tine::session
