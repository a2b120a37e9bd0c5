#pragma once
// Cuts a chunk of text that is long into pieces, each of them an update as if the text had come so.
//
// On the stack or in a coroutine's frame; borrows the update.

#include <string_view>

#include "protocol/v1/update.h"

namespace tine::session {

class UpdatePieces {
 public:
  /// The update has a text.
  explicit UpdatePieces(const v1::Update& update);

  /// The next piece, of at most limits::redaction_window bytes of text; false when there is none.
  bool next(v1::Update& piece);

 private:
  std::string_view before_;
  std::string_view rest_;
  std::string_view after_;
  v1::UpdateKind kind_;
  bool may_be_cut_;
};

}  // namespace tine::session
