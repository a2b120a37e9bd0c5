#pragma once
// What a mocked model does, told by the prompt itself in directives: `[[run: ls]] [[say: done]]`.
// So it needs no state, and any number of conversations and branches can run at a time. The
// directives make one answer after the other: each ends with a call of a tool, whose result the
// next one follows.
//
//   [[say: TEXT]]  [[recall]]  [[think: TEXT]]  [[slow: CHUNKS MS]]  [[clock: CHUNKS MS]]
//   [[later: MS]]   the answer begins after that time, and others read of its prompt from then on
//   [[run: COMMAND]]  [[call: NAME JSON]]
//   [[status: CODE TIMES RETRY_AFTER]]  [[context]]  [[limit: RESETS_AT TIMES DIALECT]]
//   [[drop: TIMES]]  [[hang: headers|body TIMES]]
// of the Responses API alone:
//   [[escalate: COMMAND]]  [[patch: PATCH]]  [[plan: STEP | STEP]]  [[mcp: NAMESPACE NAME JSON]]
//   [[quota]]
// of the Messages API alone:
//   [[calls: NAME JSON | NAME JSON]]
//   [[reset: TIMES]]  [[truncate: TIMES]]  [[overloaded_event: TIMES]]
//   [[stop: max_tokens|refusal TIMES]]
//
// An argument may itself hold directives, as the prompt of a subagent does: `[[` and `]]` match.
//
// [[recall]] says all that the person has said in the conversation.
//
// A clock's chunks are the times at which they are sent, for who measures how long they take.
//
// Functions and values.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tine::mock {

struct Step {
  std::string name;
  std::string argument;
};

/// How many tools the step calls. One that calls any ends an answer.
std::size_t calls_of(const Step& step);

/// The parts of an argument that names several.
std::vector<std::string> parts_of(std::string_view argument, std::string_view separator);

/// What a step says, and how long it waits after each chunk.
struct Speech {
  std::vector<std::string> chunks;
  int pause_ms = 0;
  bool clock = false;  ///< the chunks are the time as it is when they are sent

  std::string chunk(std::size_t i) const;
  std::string text() const;
};

/// Of `say` and `think` a chunk is a word, of `slow` a number, of `clock` a time.
Speech speech_of(const Step& step);

/// What was said to a model so far.
struct Situation {
  std::string prompt;       ///< what was asked last
  std::size_t results = 0;  ///< of tools, that came after it
  std::string told;         ///< all that the person has said
};

/// The steps of the answer that is due. A prompt without directives is answered "ok".
std::vector<Step> steps_of_answer(const Situation& situation);

/// The words of an argument; the last of `most` takes the rest.
std::vector<std::string> words(std::string_view argument, std::size_t most);

}  // namespace tine::mock
