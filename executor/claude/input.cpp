#include "executor/claude/input.h"

#include "base/json/writer.h"
#include "executor/prompt_text.h"

namespace tine::executor::claude {
namespace {

void write_image(json::Writer& out, const v1::ContentBlock& block) {
  std::string data = "\"";
  data.append(v1::base64_data(block)).push_back('"');
  out.begin_object().member("type", "image").key("source").begin_object();
  out.member("type", "base64")
      .member("media_type", std::string_view(block.mime_type))
      .raw_member("data", data);
  out.end_object().end_object();
}

void write_block(json::Writer& out, const v1::ContentBlock& block) {
  if (block.type == v1::ContentType::image) {
    write_image(out, block);
    return;
  }
  // The model refuses a text of nothing, as a sound would be, which is not announced.
  const std::string text = prompt_text(block);
  if (text.empty()) return;
  out.begin_object().member("type", "text").member("text", std::string_view(text)).end_object();
}

}  // namespace

std::string user_line(const std::vector<v1::ContentBlock>& prompt, std::string_view uuid) {
  std::string line;
  json::Writer out(line);
  out.begin_object().member("type", "user").key("message").begin_object();
  out.member("role", "user").key("content").begin_array();
  for (const v1::ContentBlock& block : prompt) write_block(out, block);
  out.end_array().end_object().member("uuid", uuid).end_object();
  return line;
}

}  // namespace tine::executor::claude
