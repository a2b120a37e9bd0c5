#pragma once
// Looks for the line of a file that says that a program has written down a fork: see Trace.
//
// A value that keeps how far it has read. Looking blocks for as long as the disk does: it runs on a
// worker's thread.

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "executor/pty/recipe.h"
#include "transport/fd.h"

namespace tine::executor::pty {

class Tracker {
 public:
  Tracker(Trace trace, std::string parent) : trace_(std::move(trace)), parent_(std::move(parent)) {}

  /// The name of the fork, once it is there. `pids`: the processes of the program.
  std::optional<std::string> look(const std::vector<pid_t>& pids);

 private:
  /// A file, as far as it has been read.
  struct Reader {
    transport::Fd fd;
    std::string rest;  // the beginning of a line
    bool is_too_long = false;
  };

  void find_named();
  void find_open(const std::vector<pid_t>& pids);
  void add(const std::string& path);
  std::optional<std::string> read(Reader& reader) const;
  std::optional<std::string> name_in(std::string_view line) const;

  Trace trace_;
  std::string parent_;
  std::map<std::string, Reader> readers_;  // by path
};

}  // namespace tine::executor::pty
