#pragma once
// What the user has configured for the keeping of sessions.
//
// A value; the service holds it.

#include <cstdint>
#include <string>

namespace tine::session {

struct Policy {
  bool sync_each_turn = false;  ///< durability = "turn"
  bool keep_text = true;        ///< history = "full"
  /// 0: no limit.
  std::int64_t max_session_bytes = 0;
  std::int64_t max_total_bytes = 0;
  std::int64_t retention_days = 0;
  std::uint64_t max_depth = 5;
};

}  // namespace tine::session
