#include "executor/executor.h"

namespace tine::executor {

std::shared_ptr<const Settings> Executor::shared(Settings settings) {
  if (auto last = last_shared_.lock(); last && *last == settings) return last;
  auto made = std::make_shared<const Settings>(std::move(settings));
  last_shared_ = made;
  return made;
}

std::string Executor::loading_obstacle(const Loading& loading) const {
  if (loading.is_usual()) return {};
  return "has no way that tine knows to load less than it does by itself";
}

transport::Task<std::string> Executor::terminal_obstacle(v1::Workspace /*workspace*/) {
  co_return "tine knows no way to fork " + std::string(name()) + " in a terminal";
}

Executor::Reply<std::unique_ptr<Conversation>> Executor::fork_in_terminal(ConversationSpec spec,
                                                                          ProviderPoint /*at*/) {
  std::string obstacle = co_await terminal_obstacle(std::move(spec.workspace));
  co_return fail(ErrorKind::unsupported, std::move(obstacle));
}

Executor::Reply<Executor::Adopted> Executor::adopt(ConversationSpec /*spec*/,
                                                   std::string /*provider_id*/) {
  co_return fail(Error(ErrorKind::unsupported, "the backend " + std::string(name()) +
                                                   " takes over no conversations of others")
                     .with_hint("Choose a backend that does."));
}

}  // namespace tine::executor
