#pragma once
// What a line of a transcript means for who wants to tell in few words what happened.
//
// Values, and a plain function that may run beside the loop.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/v1/types/tools.h"
#include "session/store/line.h"

namespace tine::session {

struct PromptPassage {
  std::uint64_t turn = 0;
  std::string text;  ///< files and pictures as references
};

struct AnswerPassage {
  std::string message;  ///< the id of the message that the text belongs to
  std::string text;
};

/// What was done to a file.
struct FileChange {
  enum class How : std::uint8_t { added, changed, emptied, removed, moved };
  std::string path;
  How how = How::changed;
  std::uint64_t more = 0;   ///< lines that were added
  std::uint64_t fewer = 0;  ///< lines that were taken away
  std::string text;         ///< what is new; empty when it is too long
};

/// A tool call, or a change to one: what is not set stays as it was.
struct CallPassage {
  std::string id;
  std::optional<std::string> title;
  std::optional<v1::ToolKind> kind;
  std::optional<v1::ToolStatus> status;
  std::optional<std::vector<FileChange>> changes;
  std::optional<std::string> output;
  std::vector<std::string> places;  ///< files that it is about; empty: not set
  std::string terminal;             ///< which it runs in; empty: not set
  std::optional<std::int64_t> exit_code;
};

struct PlanPassage {
  struct Step {
    std::string text;
    std::string status;
  };
  std::vector<Step> steps;
};

/// A person was asked something, or a terminal how its command has ended.
struct QuestionPassage {
  std::uint64_t id = 0;
  std::string text;      ///< empty: not put to a person
  std::string terminal;  ///< empty: not about one
};

struct ReplyPassage {
  std::uint64_t question = 0;
  bool settled = false;  ///< it was answered
  std::optional<std::int64_t> exit_code;
};

struct FaultPassage {
  std::string kind;
};

struct TurnEndPassage {
  bool kept = false;  ///< the provider has kept the turn
  std::string stop;
  std::vector<std::string> failed_calls;  ///< that were open when the turn was broken off
};

using Passage = std::variant<std::monostate, PromptPassage, AnswerPassage, CallPassage, PlanPassage,
                             QuestionPassage, ReplyPassage, FaultPassage, TurnEndPassage>;

/// Reads the line. The text of a change to a file is left out when it has more than `room` bytes.
Passage passage_of(const store::Line& line, std::size_t room);

}  // namespace tine::session
