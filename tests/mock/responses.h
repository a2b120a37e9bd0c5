#pragma once
// The dialect of OpenAI's Responses API, as far as Codex speaks it.
//
// On the loop's thread; lives as long as the server.

#include <nlohmann/json.hpp>
#include <string>

#include "tests/mock/clock.h"
#include "tests/mock/faults.h"
#include "tests/mock/http.h"
#include "tests/mock/prefix_cache.h"
#include "tests/mock/recording.h"
#include "tests/mock/script.h"

namespace tine::mock {

class Responses {
 public:
  Responses(Recording& recording, const Clock& clock) : recording_(recording), clock_(clock) {}

  transport::Task<void> handle(HttpRequest request, Exchange& exchange);

 private:
  struct Call;
  using Playing = transport::Task<void>;
  Playing play(Exchange& exchange, Call& call);
  Playing say(Exchange& exchange, Call& call, Speech speech);
  Playing think(Exchange& exchange, Call& call, std::string text);
  Playing item(Exchange& exchange, Call& call, nlohmann::json item);
  /// Whether the step is a fault that still has to happen; then it has.
  transport::Task<bool> fault(Exchange& exchange, Call& call, Step step);
  Playing complete(Exchange& exchange, Call& call);
  std::string next_id(const char* prefix);

  Recording& recording_;
  const Clock& clock_;
  PrefixCache cache_;
  Faults faults_{"responses"};
  std::size_t ids_ = 0;
};

}  // namespace tine::mock
