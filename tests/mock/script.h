#pragma once
// What a mocked model does, told by the prompt itself in directives: `[[run: ls]] [[say: done]]`.
// So it needs no state, and any number of conversations and branches can run at a time. The
// directives make one answer after the other: each ends with a call of a tool, whose result the
// next one follows.
//
//   [[say: TEXT]]  [[think: TEXT]]  [[slow: CHUNKS MS]]  [[clock: CHUNKS MS]]
//   [[run: COMMAND]]  [[escalate: COMMAND]]  [[patch: PATCH]]  [[plan: STEP | STEP]]
//   [[call: NAME JSON]]  [[mcp: NAMESPACE NAME JSON]]
//   [[status: CODE TIMES RETRY_AFTER]]  [[quota]]  [[limit: RESETS_AT]]
//   [[context]]  [[drop: TIMES]]  [[hang: headers|body]]
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

/// Whether the step calls a tool, and so ends an answer.
bool calls_tool(const Step& step);

/// The steps of the answer that follows `results` results of tools. A prompt without directives is
/// answered "ok".
std::vector<Step> steps_of_answer(std::string_view prompt, std::size_t results);

/// The words of an argument; the last of `most` takes the rest.
std::vector<std::string> words(std::string_view argument, std::size_t most);

}  // namespace tine::mock
