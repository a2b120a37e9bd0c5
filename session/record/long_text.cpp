#include "session/record/long_text.h"

#include "base/json/redact.h"

namespace tine::session {

transport::Task<std::string> redacted_in_slices(transport::Loop& loop, Redactor& redactor,
                                                std::string text) {
  json::Redaction redaction(text, redactor);
  while (redaction.read()) co_await transport::yield(loop);
  co_return redaction.take();
}

}  // namespace tine::session
