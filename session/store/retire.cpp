#include "session/store/retire.h"

namespace tine::session::store {

void retire(State& state) {
  // The way from active to retired leads over available.
  for (const Status next : {Status::available, Status::retired}) {
    if (may_become(state.status, next)) state.status = next;
  }
}

}  // namespace tine::session::store
