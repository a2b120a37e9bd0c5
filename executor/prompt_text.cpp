#include "executor/prompt_text.h"

namespace tine::executor {
namespace {

std::string reference(const std::string& name, const std::string& uri) {
  return "[@" + name + "](" + uri + ")";
}

}  // namespace

std::string prompt_text(const v1::ContentBlock& block) {
  switch (block.type) {
    case v1::ContentType::text:
      return block.text;
    case v1::ContentType::resource_link:
      return reference(block.name, block.uri);
    case v1::ContentType::resource:
      if (block.text.empty()) return reference(block.uri, block.uri);
      return "<context ref=\"" + block.uri + "\">\n" + block.text + "\n</context>";
    case v1::ContentType::image:
    case v1::ContentType::audio:
      return {};
  }
  return {};
}

}  // namespace tine::executor
