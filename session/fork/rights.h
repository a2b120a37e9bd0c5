#pragma once
// What a fork may do without asking when it begins: never more than its parent.
//
// Plain functions.

#include <optional>

#include "base/result.h"
#include "executor/executor.h"

namespace tine::session {

/// The settings of a fork on another backend than its parent's: as `wanted`, in the widest mode up
/// to that one which is no wider than the parent. What is not known of the parent (`most` is none)
/// gives the narrowest mode. unsupported: each mode of the backend may do more.
Result<executor::Settings> narrowed(const executor::Executor& backend, executor::Settings wanted,
                                    std::optional<executor::Width> most);

}  // namespace tine::session
