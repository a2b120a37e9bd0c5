#pragma once
// Starts a process with a pipe to each of its stdin, stdout and, when asked for, stderr, in a
// session of its own, with no other descriptor of ours and with every signal as it is by default.
//
// A plain function and its values; the descriptors are the caller's. See child.h for what to use.

#include <sys/types.h>

#include <boost/optional.hpp>
#include <boost/type_traits.hpp>
//
#include <boost/asio/detail/throw_error.hpp>  // which the next header needs and does not include
#include <boost/process/v2/process.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "transport/fd.h"
#include "transport/loop.h"

namespace tine::transport {

/// Keeps a pid among those that this process has started, as long as it lives: a subreaper is given
/// other processes' children too, and must tell them apart.
class OwnChild {
 public:
  OwnChild() = default;
  explicit OwnChild(pid_t pid);
  OwnChild(OwnChild&& other) noexcept;
  OwnChild& operator=(OwnChild&& other) noexcept;
  ~OwnChild() { forget(); }

  pid_t pid() const { return pid_; }
  static bool is_one(pid_t pid);

 private:
  void forget();
  pid_t pid_ = 0;
};

struct SpawnSpec {
  /// The first word is the program: a path, or a name that is looked for in the absolute folders of
  /// the environment's PATH.
  std::vector<std::string> command;
  std::vector<std::string> environment;  ///< NAME=value, the whole of it
  std::string cwd;                       ///< empty: ours
  bool own_stderr = false;               ///< its stderr is ours
  int descriptor_3 = -1;                 ///< what it gets as descriptor 3; negative: nothing
  int terminal = -1;  ///< what it gets as stdin, stdout and stderr; negative: pipes to us
};

struct Spawned {
  OwnChild child;
  /// Not detached: waited for with wait_for(), or killed by its destructor.
  boost::process::v2::process process;
  // Of one that runs in a terminal there are none.
  Fd in;   ///< writes to its stdin; non-blocking
  Fd out;  ///< reads its stdout; non-blocking
  Fd err;  ///< reads its stderr, unless that is ours
};

/// Else the errno.
tl::expected<Spawned, int> spawn_process(Loop& loop, const SpawnSpec& spec);

/// Waits until it has exited and gives its status, as waitpid does.
Task<int> wait_for(boost::process::v2::process& process);

/// How `program` could not be started in `cwd`.
Error cannot_start(const std::string& program, const std::string& cwd, int error);

/// For exec and its relatives; points into `strings`.
std::vector<char*> pointers(const std::vector<std::string>& strings);

}  // namespace tine::transport
