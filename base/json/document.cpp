#include "base/json/document.h"

#include <nlohmann/json.hpp>

namespace tine::json {

Document parsed(std::string_view text) {
  Document document = Document::parse(text, nullptr, false);
  return document.is_discarded() ? Document() : document;
}

std::string text_of(const Document& document) {
  return document.dump(-1, ' ', false, Document::error_handler_t::replace);
}

}  // namespace tine::json
