#pragma once
// What a session's transcripts tell of its past, for who has to know it again: a backend that takes
// a conversation up, a fork that begins at a message.
//
// Plain functions on the loop's thread; they read in slices.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "executor/executor.h"
#include "session/record/history.h"
#include "session/record/record.h"
#include "session/store/store.h"
#include "transport/loop.h"

namespace tine::session {

/// A turn that the provider has kept.
struct KeptTurn : executor::PastTurn {
  std::string documents;  ///< of the project, that stood before all else; not in `prompt`
};

/// The turns up to the record `until` that the provider has kept, the first one first; none of
/// those that it has only been told of.
transport::Task<Result<std::vector<KeptTurn>>> past_turns(transport::Loop& loop,
                                                          store::Store& store,
                                                          std::shared_ptr<const History> history,
                                                          std::uint64_t until);

/// What a process that serves the session alone is told of it.
executor::ChildIdentity identity_of(const Library& library, const store::State& state);

/// Where the provider finds the session's conversation as it was at the record `seq`; none: it
/// knows nothing yet.
std::optional<executor::ProviderPoint> provider_point(const store::State& state,
                                                      const History& history, std::uint64_t seq);

/// Where a backend that the session has left before and comes back to still has it.
struct LeftAt {
  executor::ProviderPoint point;
  std::uint64_t seq = 0;  ///< the record that ends the turn
};
/// none: the backend has to be told of all that happened, or of nothing.
std::optional<LeftAt> left_at(const store::State& state, const History& history);

/// Where the last turn that the provider has kept until the record `seq` has happened: see
/// executor::ConversationSpec::origin.
executor::ProviderPoint origin_of(const store::State& state, const History& history,
                                  std::uint64_t seq);

/// The number of the first record of the message; 0: there is none of that id.
transport::Task<Result<std::uint64_t>> seq_of_message(transport::Loop& loop, store::Store& store,
                                                      std::shared_ptr<const History> history,
                                                      std::string message_id);

}  // namespace tine::session
