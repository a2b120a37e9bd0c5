#include "session/live/cancel_request.h"

#include <functional>

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

}  // namespace

Result<void> request_cancel(const store::Folder& session) {
  return session.replace(request_file, "cancel\n", false);
}

transport::Task<void> heed_cancel_requests(std::shared_ptr<Session> session,
                                           std::shared_ptr<transport::Event> over) {
  const Library& library = session->library();
  const auto entry = library.store.find(session->id());
  if (!entry) co_return;
  auto opened = library.store.open(*entry);
  if (!opened) co_return;
  const auto folder = std::make_shared<store::Folder>(std::move(*opened));
  bool is_first = true;  // what is there when the turn begins was meant for an earlier one
  for (bool ended = false; !ended;) {
    const auto asked = std::make_shared<bool>(false);
    std::function<void()> look = [folder, asked] { *asked = take_request(*folder); };
    co_await library.store.worker().run(std::move(look));
    if (*asked && !is_first) session->cancel();
    is_first = false;
    ended = co_await over->wait_for(limits::request_look);
  }
}

}  // namespace tine::session
