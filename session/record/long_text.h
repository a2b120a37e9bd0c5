#pragma once
// Long texts on their way into a record, without holding up the loop: what takes long is done in
// slices, or beside the loop.
//
// Coroutines on the loop's thread; loop and redactor outlive them.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/redact/redactor.h"
#include "protocol/v1/types/content.h"
#include "transport/cancel.h"
#include "transport/loop.h"

namespace tine::session {

/// What a prompt says, as content_json() gives it, without its secrets; none when `cancel` fires
/// before it is done. The blocks are as they were when it returns.
transport::Task<std::optional<std::string>> clean_content(transport::Loop& loop, Redactor& redactor,
                                                          std::vector<v1::ContentBlock>& blocks,
                                                          transport::CancelSource cancel);

/// The checksum of such a content, which is the same whatever numbers the markers in it have: those
/// of another process may differ. The caller keeps the text.
transport::Task<std::uint32_t> content_checksum(transport::Loop& loop, const std::string& content);

}  // namespace tine::session
