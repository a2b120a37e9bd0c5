#pragma once
// What a scripted agent does for a prompt, told by the prompt itself: `[[say: hi]] [[exit: 3]]`.
// Words outside of directives are kept as the past of the session and do nothing.
//
//   [[say: TEXT]]  [[update: JSON]]  [[recall]]  [[client]]  [[meta]]  [[steered]]
//   [[usage: JSON]]  [[result: JSON]]  [[error: JSON]]
//   [[permission]]  [[ask: METHOD JSON]]  [[questions: N]]  [[reuse]]  [[notify: METHOD JSON]]
//   [[late: TEXT]]  [[twice]]  [[stray]]  [[elsewhere: SESSION]]  [[flood: N BYTES]]
//   [[count: N]]  [[clock: N MICROSECONDS]]  [[raw: TEXT]]  [[bytes]]  [[big: BYTES]]
//   [[slow: MILLISECONDS]]  [[exit: CODE]]  [[stop]]  [[deaf]]  [[wait]]
//
// Functions and values.

#include <string>
#include <vector>

namespace tine::tests {

struct Directive {
  std::string name;
  std::string argument;
};

/// The directives of a prompt, in order. `[[` and `]]` in an argument match.
std::vector<Directive> directives_of(const std::string& prompt);

}  // namespace tine::tests
