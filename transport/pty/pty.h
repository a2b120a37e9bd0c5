#pragma once
// A pseudo-terminal: our side of it, and the side that a program has in place of pipes.
//
// A value with an owner. Closing all that is open of our side hangs up: the program's session gets
// SIGHUP, and its reads end.

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "transport/channel.h"
#include "transport/fd.h"
#include "transport/loop.h"

namespace tine::transport {

struct TerminalSize {
  std::uint16_t columns = 120;
  std::uint16_t rows = 40;

  bool operator==(const TerminalSize&) const = default;
};

class Pty {
 public:
  /// Neither side is inherited by a program, nor becomes the controlling terminal of this process.
  static Result<Pty> open(TerminalSize size);

  /// For the process that is started in it. To be taken once, and closed when that runs: as long as
  /// it is open we do not read the end.
  Fd take_program_side() { return std::move(program_side_); }
  /// Reads what the program writes, and writes what it reads. Both stay open when this object goes.
  Result<std::unique_ptr<Channel>> make_channel(Loop& loop) const;
  /// The program is told by SIGWINCH.
  Result<void> resize(TerminalSize size) const;

 private:
  Pty(Fd ours, Fd program_side) : ours_(std::move(ours)), program_side_(std::move(program_side)) {}

  Fd ours_;
  Fd program_side_;
};

}  // namespace tine::transport
