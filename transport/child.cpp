#include "transport/child.h"

#include <sys/wait.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>

namespace tine::transport {

Result<std::unique_ptr<Child>> Child::start(Loop& loop, const ChildSpec& spec) {
  auto spawned = spawn_process(spec);
  if (!spawned) return fail(cannot_start(spec.command.front(), spec.cwd, spawned.error()));
  std::unique_ptr<Child> child(new Child(loop, std::move(*spawned)));
  return child;
}

Child::Child(Loop& loop, Spawned spawned)
    : loop_(loop),
      own_(std::move(spawned.child)),
      watch_(std::move(spawned.watch)),
      channel_(make_fd_channel(loop, std::move(spawned.out), std::move(spawned.in))),
      stderr_(std::move(spawned.err)) {}

Child::~Child() {
  if (reaped_) return;
  signal(SIGKILL);
  ::waitpid(pid(), nullptr, 0);
}

void Child::signal(int number) const {
  // It leads a session of its own, and so a group.
  if (!reaped_) ::kill(-pid(), number);
}

Task<int> Child::exited() {
  boost::asio::posix::stream_descriptor watch(loop_.executor(), watch_.release());
  boost::system::error_code ignored;
  co_await watch.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                            boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  int status = 0;
  ::waitpid(pid(), &status, 0);
  reaped_ = true;
  co_return status;
}

}  // namespace tine::transport
