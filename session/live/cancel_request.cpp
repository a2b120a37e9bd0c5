#include "session/live/cancel_request.h"

#include <functional>
#include <utility>

#include "session/limits.h"
#include "session/live/session.h"
#include "session/store/store.h"

namespace tine::session {
namespace {

constexpr const char* request_file = "locks/cancel";

/// Whether there is a request; it is removed.
bool take_request(const store::Folder& session) {
  return session.has(request_file) && session.remove_file(request_file).has_value();
}

transport::Task<void> heed(std::shared_ptr<Session> session,
                           std::shared_ptr<transport::Event> over) {
  const Library& library = session->library();
  const auto entry = library.store.find(session->id());
  if (!entry) co_return;
  bool is_first = true;  // what is there when the turn begins was meant for an earlier one
  bool ended = false;
  while (!ended) {
    // Opened for each look: a turn holds no descriptor for it.
    if (auto opened = library.store.open(*entry)) {
      const auto folder = std::make_shared<store::Folder>(std::move(*opened));
      const auto asked = std::make_shared<bool>(false);
      std::function<void()> look = [folder, asked] { *asked = take_request(*folder); };
      co_await library.store.worker().run(std::move(look));
      if (*asked && !is_first && !over->is_set()) session->cancel();
      is_first = false;
    }
    ended = co_await over->wait_for(limits::request_look);
  }
}

}  // namespace

Result<void> request_cancel(const store::Folder& session) {
  return session.replace(request_file, "cancel\n", false);
}

HeededRequests::HeededRequests(const std::shared_ptr<Session>& session)
    : over_(std::make_shared<transport::Event>(session->library().loop)) {
  session->library().loop.spawn(heed(session, over_));
}

}  // namespace tine::session
