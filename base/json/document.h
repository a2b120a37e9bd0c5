#pragma once
// JSON documents that are built or read whole, away from the stream of messages. What streams goes
// through the Scanner, the View and the Writer.
//
// Plain functions. Include <nlohmann/json.hpp> only in the few sources that build a document.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace tine::json {

/// Its members keep their order.
using Document = nlohmann::ordered_json;

/// Parses JSON that has been checked already, such as the raw text of a View. What does not parse
/// becomes null.
Document parsed(std::string_view text);

/// Returns the document in one line. Bytes that are not UTF-8 become U+FFFD.
std::string text_of(const Document& document);

}  // namespace tine::json
