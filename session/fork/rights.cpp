#include "session/fork/rights.h"

#include <string>

namespace tine::session {

Result<executor::Settings> narrowed(const executor::Executor& backend, executor::Settings wanted,
                                    std::optional<executor::Width> most) {
  const std::string name(backend.name());
  // Listed from the narrowest to the widest.
  const std::vector<v1::Mode>& modes = wanted.modes.available;
  std::string chosen;
  // What cannot be judged is let in only under a parent that asks nothing itself.
  const auto fits = [&] {
    const auto width = backend.width_of(wanted);
    return width ? most && *width <= *most : most == executor::Width::anything;
  };
  if (modes.empty() && fits()) return wanted;
  const std::string last = wanted.modes.current;
  for (const v1::Mode& mode : modes) {
    wanted.modes.current = mode.id;
    if (fits()) chosen = mode.id;
    if (mode.id == last) break;
  }
  if (chosen.empty() && !most && !modes.empty()) chosen = modes.front().id;
  if (chosen.empty()) {
    std::string text =
        "a fork on the backend " + name + " would do more without asking than its parent";
    if (most) text += ", which " + std::string(executor::describe(*most));
    return fail(Error(ErrorKind::unsupported, std::move(text))
                    .with_hint("Choose a wider mode for the parent, or another backend."));
  }
  wanted.modes.current = chosen;
  return wanted;
}

}  // namespace tine::session
