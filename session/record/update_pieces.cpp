#include "session/record/update_pieces.h"

#include "base/redact/limits.h"
#include "protocol/v1/escaped_text.h"
#include "session/limits.h"

namespace tine::session {

UpdatePieces::UpdatePieces(const v1::Update& update)
    : before_(std::string_view(update.payload).substr(0, update.text.begin)),
      rest_(std::string_view(update.payload)
                .substr(update.text.begin, update.text.end - update.text.begin)),
      after_(std::string_view(update.payload).substr(update.text.end)),
      kind_(update.kind),
      // What stands around the text comes with each piece of it.
      may_be_cut_(before_.size() + after_.size() <= limits::long_update) {}

bool UpdatePieces::next(v1::Update& piece) {
  if (rest_.empty()) return false;
  const std::size_t length =
      may_be_cut_ ? v1::cut_place(rest_, limits::redaction_window) : rest_.size();
  piece.kind = kind_;
  piece.payload = before_;
  piece.payload.append(rest_.substr(0, length));
  piece.text.begin = before_.size();
  piece.text.end = piece.payload.size();
  piece.payload.append(after_);
  rest_.remove_prefix(length);
  return true;
}

}  // namespace tine::session
