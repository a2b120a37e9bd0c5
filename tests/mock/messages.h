#pragma once
// The dialect of Anthropic's Messages API, as far as Claude Code speaks it: answers whole or as a
// stream, the counting of tokens, errors in the service's words, and its prompt cache.
//
// On the loop's thread; lives as long as the server.

#include <nlohmann/json.hpp>
#include <string>

#include "tests/mock/breakpoint_cache.h"
#include "tests/mock/clock.h"
#include "tests/mock/faults.h"
#include "tests/mock/http.h"
#include "tests/mock/recording.h"
#include "tests/mock/script.h"

namespace tine::mock {

class Messages {
 public:
  Messages(Recording& recording, const Clock& clock) : recording_(recording), clock_(clock) {}

  transport::Task<void> handle(HttpRequest request, Exchange& exchange);

 private:
  struct Answer;
  using Playing = transport::Task<void>;
  Answer compose(const nlohmann::json& body);
  /// Adds what the step contributes; gives whether the answer goes on after it.
  bool add(Answer& answer, const Step& step, const std::string& place);
  Playing refuse(Exchange& exchange, const Answer& answer, std::string key);
  Playing stream(Exchange& exchange, const Answer& answer);
  Playing stream_block(Exchange& exchange, const Answer& answer, std::size_t index);
  Playing break_off(Exchange& exchange, const Answer& answer);
  std::string next_id(const char* prefix);

  Recording& recording_;
  const Clock& clock_;
  BreakpointCache cache_;
  Faults faults_{"messages"};
  std::size_t ids_ = 0;
};

}  // namespace tine::mock
