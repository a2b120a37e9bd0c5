#include "protocol/v1/message_gaps.h"

#include <utility>

#include "protocol/v1/build_update.h"
#include "protocol/v1/limits.h"

namespace tine::v1 {

std::optional<Update> MessageGaps::before(const Update& update) {
  if (update.kind == UpdateKind::user_message_chunk) end_turn(update.session);
  if (update.kind != UpdateKind::agent_message_chunk) return std::nullopt;
  auto id = json::View(update.payload).find("messageId").string();
  if (!id || id->empty()) return std::nullopt;
  if (last_.size() >= limits::gap_sessions && !last_.contains(update.session)) last_.clear();
  std::string& last = last_[update.session];
  if (last == *id) return std::nullopt;
  const std::string before = std::exchange(last, std::move(*id));
  if (before.empty()) return std::nullopt;
  Update gap = text_chunk(UpdateKind::agent_message_chunk, "\n\n", before);
  gap.session = update.session;
  return gap;
}

}  // namespace tine::v1
