#pragma once
// A transcript, read: a file of cases, each a conversation with a server of its own.
// docs/testing.md tells how they are written.
//
// Values; no threads.

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "conformance/play/pattern.h"

namespace tine::conformance {

/// The longest wait for one message. Only there so that nothing hangs; no test is about it.
inline constexpr std::chrono::milliseconds default_patience{60'000};

/// A stretch of what is sent.
struct Piece {
  std::string text;
  std::size_t times = 1;
  bool filled = true;  ///< names in it are filled in
  bool is_message = false;
};

struct Expected {
  std::vector<Pattern> patterns;  ///< all of which must fit
  std::string source;
};

struct Send {
  std::vector<Piece> pieces;
  bool joined = false;  ///< in one write with what is sent before it, however the case is played
};
struct Next {
  Expected message;
  bool is_chance = false;  ///< it may come before the next answer; if not, the case ends
};
/// Chunks of the agent's message that make up a text.
struct Says {
  Pattern chunk;
  std::string text;
  bool glob = false;
};
struct AnyOrder {
  std::vector<Expected> messages;
};
/// Until what is expected next comes, anything may come, but for some.
struct Anything {
  std::vector<Expected> but;
};
struct EndOfInput {};
struct Signal {
  int number = SIGTERM;
};
struct Exit {
  static constexpr int any = -1;
  int status = 0;
};
/// What stderr holds at the end, as a glob.
struct Errors {
  std::string glob;
};
/// The client stops reading, or goes on.
struct Hearing {
  bool on = true;
};
/// Nothing more that the server writes fits between it and the client, which does not read. If that
/// does not happen, the case ends.
struct Full {};
/// The server is ended as an editor ends it, and started again in the same place.
struct Restart {};

struct Step {
  std::string place;   ///< "cancel.txt:12"
  std::string source;  ///< as written
  std::variant<Send, Next, Says, AnyOrder, Anything, EndOfInput, Signal, Exit, Errors, Hearing,
               Full, Restart>
      what;
};

struct Case {
  enum class Server : std::uint8_t {
    tine,
    echo  ///< sends back what it gets: for tests of the runner
  };
  enum class Where : std::uint8_t { everywhere, program, inside };

  std::string place;
  std::string title;
  std::vector<std::string> shows;  ///< lines of behaviour.txt
  Server server = Server::tine;
  Where where = Where::everywhere;
  std::vector<std::string> arguments{"acp"};
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<std::pair<std::string, std::string>> files;  ///< in $CWD: name and content
  std::vector<std::string> never;  ///< what must stand neither in a message nor on stderr
  std::vector<Expected> passes;    ///< what may come at any time
  std::string fails;               ///< a glob: how this case must fail; empty: it must not
  std::vector<std::string> tests;  ///< ids of requirements
  std::vector<std::string> needs;  ///< what the server must announce for the case to apply
  bool allows = false;             ///< the client allows what it is asked in passing
  bool in_pieces = false;          ///< each piece is sent when the one before has been read
  std::chrono::milliseconds patience = default_patience;
  std::chrono::milliseconds end_patience = default_patience;  ///< for the end behind the last step
  std::vector<Step> steps;

  /// Whether some of its lines must be read together: then none is cut.
  bool joined() const;
  /// Whether all that it sends is known beforehand, so that it can be sent at once.
  bool fixed() const;
};

/// Gives the text that `use NAME` stands for.
using SharedText = std::function<Checked<std::string>(const std::string& name)>;

/// The cases of a file, whose name and text these are.
Checked<std::vector<Case>> read_script(const std::string& name, const std::string& text,
                                       const SharedText& shared);

Checked<std::string> read_text(const std::filesystem::path& path);

/// What the text behind an arrow means.
Checked<Send> read_send(std::string_view text, bool whole_line);
Checked<Expected> read_expected(std::string_view text);
Checked<Says> read_says(std::string_view text);

}  // namespace tine::conformance
