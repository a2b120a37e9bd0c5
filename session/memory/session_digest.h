#pragma once
// What came out of a session, as a page of Markdown for people: output/digest.md in the session's
// folder. Decisions, what was done and what is open stand with the commits and turns they belong
// to.
//
// Plain functions; the text is made from the memory alone.

#include <string>
#include <vector>

#include "session/memory/memory_file.h"
#include "session/record/record.h"
#include "session/store/state.h"
#include "transport/loop.h"

namespace tine::session {

struct SessionDigest {
  std::string title;
  std::string session;
  bool is_concluded = false;
  ProjectState project;
  std::vector<SessionMemory> branches;  ///< those of the session alone
};

/// Empty: nothing is remembered of the session.
std::string digest_page(const SessionDigest& digest);

/// Writes the page anew, beside the loop. Of a session of which nothing is remembered there is
/// none. The log says so when it cannot be written.
transport::Task<void> write_digest(Library library, store::State state);

}  // namespace tine::session
