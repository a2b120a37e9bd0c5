// Words of the person for the turn that runs.

#include <string>
#include <utility>

#include "protocol/v1/build_update.h"
#include "session/live/session.h"
#include "session/live/turns.h"

namespace tine::session {

transport::Task<Result<bool>> Turns::steer(std::vector<v1::ContentBlock> words) {
  const auto session = session_.shared_from_this();
  const auto running = running_.lock();
  if (!running || !running->is_played || running->cancel.cancelled()) co_return false;
  const std::shared_ptr<executor::Conversation> conversation = session_.conversation().get();
  if (!conversation) co_return false;
  std::vector<v1::ContentBlock> given = words;
  auto taken = co_await conversation->steer(std::move(given));
  if (!taken || !*taken) co_return taken;
  // The client that said it shows it.
  const std::string id = "prompt-" + std::to_string(session_.history()->turns() + 1) + "-" +
                         std::to_string(++running->steered);
  for (const v1::ContentBlock& block : words)
    session_.say(v1::content_chunk(v1::UpdateKind::user_message_chunk, block, id),
                 Session::Audience::record);
  co_return true;
}

}  // namespace tine::session
