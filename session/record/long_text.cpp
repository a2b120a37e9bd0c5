#include "session/record/long_text.h"

#include <functional>
#include <memory>
#include <utility>

#include "base/json/redact.h"
#include "session/record/data.h"
#include "transport/limits.h"
#include "transport/worker.h"

namespace tine::session {
transport::Task<std::optional<std::string>> clean_content(transport::Loop& loop, Redactor& redactor,
                                                          std::vector<v1::ContentBlock>& blocks,
                                                          transport::CancelSource cancel) {
  std::string content;
  if (v1::bytes_of(blocks) > transport::limits::long_message) {
    const auto shared = std::make_shared<std::vector<v1::ContentBlock>>(std::move(blocks));
    std::function<std::string()> make = [shared] { return content_json(*shared); };
    content = co_await transport::made_beside(loop, std::move(make));
    blocks = std::move(*shared);
  } else {
    content = content_json(blocks);
  }
  json::Redaction redaction(content, redactor);
  while (redaction.read()) {
    if (cancel.cancelled()) co_return std::nullopt;
    co_await transport::yield(loop);
  }
  if (!redaction.has_found()) co_return content;
  co_return redaction.take();
}

}  // namespace tine::session
