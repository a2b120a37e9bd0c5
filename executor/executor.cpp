#include "executor/executor.h"

namespace tine::executor {

Executor::Reply<Executor::Adopted> Executor::adopt(ConversationSpec /*spec*/,
                                                   std::string /*provider_id*/) {
  co_return fail(Error(ErrorKind::unsupported, "the backend " + std::string(name()) +
                                                   " takes over no conversations of others")
                     .with_hint("Choose a backend that does."));
}

}  // namespace tine::executor
