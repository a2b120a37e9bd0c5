#pragma once
// Prints on the descriptors that the program was started with. A terminal is given nothing that
// could do something to it (base/visible.h); a pipe or a file gets every byte as it is.
//
// Plain functions and a value; a reader that has gone is not an error. They wait until all is
// written.

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/visible.h"

namespace tine::cli {

/// False: nobody reads any more, or it cannot be written.
bool print(std::string_view text);
bool print_to_stderr(std::string_view text);
/// For text of our own that has colours in it.
bool print_styled(std::string_view text);

/// For stdout, when text comes in parts that may cut a character in two.
class PrintStream {
 public:
  PrintStream();
  /// False: nobody reads any more, or it cannot be written.
  bool print(std::string_view text);
  bool finish();

 private:
  bool terminal_;
  VisibleText visible_;
};

/// "tine: what happened" and what to do about it.
void print_error(const Error& error);

/// Whether stdout is a terminal that may be shown colours.
bool colours();

}  // namespace tine::cli
