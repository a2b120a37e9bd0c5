#pragma once
// What acp-conform exits with.
//
// Constants.

namespace tine::conformance {

inline constexpr int all_well = 0;
inline constexpr int not_kept = 1;  ///< a requirement is not kept
inline constexpr int could_not_run = 2;

}  // namespace tine::conformance
