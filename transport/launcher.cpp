#include "transport/launcher.h"

#include <sys/wait.h>

#include <cerrno>
#include <csignal>

#include "transport/process_tree.h"

namespace tine::transport {
namespace {

boost::system::error_code of_errno(int number) {
  return {number, boost::system::system_category()};
}

}  // namespace

SpawnLauncher::SpawnLauncher() {
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
}

SpawnLauncher::~SpawnLauncher() {
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
}

std::vector<const char*> SpawnLauncher::words_of(const std::filesystem::path& executable,
                                                 const std::vector<std::string>& args) {
  std::vector<const char*> out{executable.c_str()};
  for (const std::string& each : args) out.push_back(each.c_str());
  out.push_back(nullptr);
  return out;
}

SpawnLauncher::Process SpawnLauncher::launch(boost::asio::any_io_executor executor,
                                             ErrorCode& error,
                                             const std::filesystem::path& executable,
                                             const std::vector<const char*>& argv) {
  posix_spawn_file_actions_addclosefrom_np(&actions, first_closed);
  sigset_t none{};
  sigset_t all{};
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);  // we ignore SIGPIPE, it must not
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = 0;
  const int failed = ::posix_spawn(&pid, executable.c_str(), &actions, &attributes,
                                   const_cast<char* const*>(argv.data()),  // NOLINT: posix_spawn
                                   const_cast<char* const*>(env));         // NOLINT
  error = of_errno(failed);
  if (failed != 0) return Process(executor);
  try {
    // Opens the descriptor by which it is waited for.
    return Process(executor, pid);
  } catch (const boost::system::system_error& fault) {
    // It does not say why there was no descriptor to be had.
    const bool none_left = fault.code().value() == EBADF;
    error = none_left ? of_errno(EMFILE) : fault.code();
  }
  kill_trees({pid});
  // To look for what it has started takes descriptors, too: at least its group is killed without.
  ::kill(-pid, SIGKILL);
  // What it had started already is given to us when it is gone.
  while (::waitpid(-pid, nullptr, 0) > 0 || errno == EINTR) {
  }
  return Process(executor);
}

}  // namespace tine::transport
