#pragma once
// The records of a session, its ancestors' first, and those that other processes add meanwhile.
//
// On the loop's thread; the world outlives it.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "cli/world.h"
#include "session/record/chain_reader.h"

namespace tine::cli {

class Followed {
 public:
  /// Gives false when it wants no more.
  using See = std::function<bool(const session::store::Line& line)>;

  /// By its id, or the beginning of one; from behind the record of that number on.
  static transport::Task<Result<std::unique_ptr<Followed>>> open(World& world, std::string id,
                                                                 std::uint64_t from_seq);

  const std::string& id() const { return entry_.id; }
  /// Reads what is written by now. False: `see` wants no more.
  transport::Task<Result<bool>> read(transport::CancelSource shutdown, See see);
  /// Goes on until the turn that runs has ended, or `shutdown` fires. backend_gone: the process
  /// that ran it has gone.
  transport::Task<Result<bool>> follow(transport::CancelSource shutdown, See see);
  /// Whether a turn of what was read has not ended.
  bool turn_open() const { return turn_open_; }

 private:
  Followed(World& world, session::store::IndexEntry entry, const session::History& history,
           std::uint64_t from_seq)
      : world_(world),
        entry_(std::move(entry)),
        reader_(world.store, history, from_seq, session::store::Damage::report) {}

  World& world_;
  session::store::IndexEntry entry_;
  session::ChainReader reader_;
  bool turn_open_ = false;
};

}  // namespace tine::cli
