#pragma once
// Starts a process for Boost.Process, with posix_spawn. It is used as Boost.Process's own launchers
// are, which disturb the loop of the process that uses them: in Boost 1.81 they tell the io_context
// of a fork from within a child that shares its memory, and leave descriptors open in the child.
//
// An initializer adds to what posix_spawn is given, in its on_setup(launcher, executable, argv); it
// outlives the call. None runs in the child.

#include <spawn.h>
#include <unistd.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/optional.hpp>
#include <boost/type_traits.hpp>
//
#include <boost/asio/detail/throw_error.hpp>  // which the next header needs and does not include
#include <boost/process/v2/process.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace tine::transport {

class SpawnLauncher {
 public:
  using ErrorCode = boost::system::error_code;
  using Process = boost::process::v2::process;

  SpawnLauncher();
  ~SpawnLauncher();
  SpawnLauncher(const SpawnLauncher&) = delete;
  SpawnLauncher& operator=(const SpawnLauncher&) = delete;

  /// Starts `executable` in a session of its own, with every signal as it is by default and no
  /// descriptor of ours but those that an initializer hands on. `args` come after the executable's
  /// name. The process that is returned is empty when `error` is set, and there is no child then: a
  /// child that cannot be waited for is killed.
  template <class... Initializers>
  Process operator()(boost::asio::any_io_executor executor, ErrorCode& error,
                     const std::filesystem::path& executable, const std::vector<std::string>& args,
                     Initializers&&... initializers) {
    const std::vector<const char*> argv = words_of(executable, args);
    const auto set_up = [&](auto& each) {
      if (!error) error = each.on_setup(*this, executable, argv.data());
    };
    (set_up(initializers), ...);
    if (error) return Process(executor);
    return launch(std::move(executor), error, executable, argv);
  }

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
  const char* const* env = ::environ;
  int first_closed = STDERR_FILENO + 1;  ///< descriptors from this one on are not handed on

 private:
  static std::vector<const char*> words_of(const std::filesystem::path& executable,
                                           const std::vector<std::string>& args);
  Process launch(boost::asio::any_io_executor executor, ErrorCode& error,
                 const std::filesystem::path& executable, const std::vector<const char*>& argv);
};

}  // namespace tine::transport
