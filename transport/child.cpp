#include "transport/child.h"

#include <csignal>

#include "transport/limits.h"

namespace tine::transport {

Result<std::unique_ptr<Child>> Child::start(Loop& loop, const ChildSpec& spec) {
  auto share = loop.descriptors().take(limits::child_descriptors);
  if (!share) return fail(std::move(share.error()));
  return start_with(loop, spec, std::move(*share));
}

Task<Result<std::unique_ptr<Child>>> Child::start_within(Loop& loop, ChildSpec spec,
                                                         Milliseconds time) {
  CancelSource never;
  auto share =
      co_await loop.descriptors().take_within(loop, limits::child_descriptors, time, never);
  if (!share) co_return fail(std::move(share.error()));
  co_return start_with(loop, spec, std::move(*share));
}

Result<std::unique_ptr<Child>> Child::start_with(Loop& loop, const ChildSpec& spec,
                                                 DescriptorBudget::Share share) {
  auto spawned = spawn_process(loop, spec);
  if (!spawned) return fail(cannot_start(spec.command.front(), spec.cwd, spawned.error()));
  // No attribute of posix_spawn does this, so it runs with our limit for its first moments.
  set_descriptor_limit(spawned->child.pid(), given_descriptor_limit());
  std::unique_ptr<Child> child(new Child(loop, std::move(*spawned), std::move(share)));
  return child;
}

Child::Child(Loop& loop, Spawned spawned, DescriptorBudget::Share share)
    : share_(std::move(share)),
      own_(std::move(spawned.child)),
      process_(std::move(spawned.process)),
      channel_(make_fd_channel(loop, std::move(spawned.out), std::move(spawned.in))),
      stderr_(std::move(spawned.err)) {}

Child::~Child() {
  // Boost.Process kills and reaps it; we do the rest of its group.
  signal(SIGKILL);
}

void Child::signal(int number) const {
  // It leads a session of its own, and so a group.
  if (process_.is_open()) ::kill(-pid(), number);
}

Task<int> Child::exited() {
  const int status = co_await wait_for(process_);
  co_return status;
}

}  // namespace tine::transport
