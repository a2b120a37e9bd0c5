#pragma once
// What is remembered of a project, as a text that the first prompt of a new session carries: in
// quotes, with a frame that tells what it is, and never more of it than there is room for.
//
// Plain functions. The same memory gives the same text.

#include <cstdint>
#include <string>

#include "session/memory/memory_file.h"
#include "session/policy.h"
#include "session/record/record.h"
#include "transport/loop.h"

namespace tine::session {

/// What a brief is made from.
struct BriefBasis {
  ProjectState project;
  std::vector<SessionMemory> sessions;  ///< the one that was changed last is the first
  std::string branch;                   ///< the present one; empty: none
};

/// Empty: there is nothing to tell.
std::string brief_text(const BriefBasis& basis, MemoryBrief how);

/// The same for the project of a directory, as it stands now, without secrets; read beside the
/// loop, on whose thread this is called. Empty also where the memory cannot be read: the log says
/// why.
transport::Task<std::string> brief_for(Library library, std::string cwd, MemoryBrief how);

}  // namespace tine::session
