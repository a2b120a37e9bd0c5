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
/// Whether the cursor of the terminal on stdout stands behind something.
bool is_within_line();

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

// On a terminal, stderr can have a line at the bottom that says what is going on. What is printed
// goes above it, and what goes to stderr begins on a line of its own.

/// Shows the line, or another one in its place; it must fit the terminal. Without a terminal on
/// stderr nothing is shown.
void show_status(std::string line);
void remove_status();
/// Takes the line away for somebody else who writes to stderr, and puts it back.
void hide_status();
void restore_status();
/// Keeps the line away while a person types, and no longer.
void hold_status(bool held);

/// A line that a person types at the bottom of the terminal.
class TypedLine {
 public:
  TypedLine() = default;
  TypedLine(const TypedLine&) = delete;
  TypedLine& operator=(const TypedLine&) = delete;
  virtual ~TypedLine() = default;

  /// Called in turns: before anything is printed, and behind it, when the cursor stands at the
  /// beginning of a line.
  virtual void hide() = 0;
  virtual void show() = 0;
};
/// From now on it is hidden while something is printed; null: nobody types.
void set_typed_line(TypedLine* line);
/// Draws on the terminal, bytes unchanged; leaves alone what stands at the bottom.
bool draw(std::string_view bytes);

/// "tine: what happened" and what to do about it.
void print_error(const Error& error);

/// Whether stdout is a terminal that may be shown colours.
bool colours();

}  // namespace tine::cli
