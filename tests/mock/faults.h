#pragma once
// How often the faults of a script have happened: those with a number of TIMES strike so often for
// each prompt and each place in its script, and then let the answer through. A limit may be that of
// one dialect alone.
//
// A value of one server.

#include <map>
#include <string>
#include <string_view>

#include "tests/mock/script.h"

namespace tine::mock {

class Faults {
 public:
  explicit Faults(std::string_view dialect) : dialect_(dialect) {}
  /// Whether the fault still has to happen; it is counted then. `place` names the prompt and the
  /// answer of its script.
  bool strikes(const std::string& place, const Step& step);

 private:
  std::string dialect_;
  std::map<std::string, int> happened_;
};

}  // namespace tine::mock
