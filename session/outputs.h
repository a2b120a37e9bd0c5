#pragma once
// Knows what of a record a replay may leave out: inputs and outputs of tools, and attached data
// (images, sound, files). All else is what a person or an agent has said, or says in which state
// something is, and always goes.
//
// Plain functions, for any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json/view.h"
#include "session/meta.h"
#include "session/store/line.h"

namespace tine::session {

/// What a record costs a client.
struct Weight {
  std::uint64_t whole = 0;      ///< bytes that always go
  std::uint64_t removable = 0;  ///< bytes that may be left out
  /// Of a tool call that is not over, or is over with this record.
  std::string call;        ///< its id, as JSON; empty: the record is about none
  unsigned says = 0;       ///< the members that may be large, a bit each
  unsigned removes = 0;    ///< those of them that are
  bool ends_call = false;  ///< nothing more is said of it
  bool ends_turn = false;
};
Weight weight_of(const store::Line& line);

/// Puts markers in the place of what may be left out. `whole` tells where all of it is.
class Markers {
 public:
  explicit Markers(std::string whole) : whole_(std::move(whole)) {}

  /// An update with markers; none: nothing of it may be left out.
  std::optional<std::string> update(json::View update);
  /// A block of a prompt, or the marker that stands for it.
  std::string block(json::View block);

  const LeftOut& left_out() const { return left_out_; }

 private:
  std::string marker(std::string_view what, std::size_t bytes);

  std::string whole_;
  LeftOut left_out_;
};

/// An update of a tool call without what a later one says anew; empty: it says nothing else.
std::string without_outputs(json::View update);

}  // namespace tine::session
