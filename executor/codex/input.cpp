#include "executor/codex/input.h"

#include "base/json/writer.h"
#include "executor/prompt_text.h"

namespace tine::executor::codex {
namespace {

void write_text(json::Writer& out, std::string_view text) {
  out.begin_object().member("type", "text").member("text", text).end_object();
}

void write_input(json::Writer& out, const v1::ContentBlock& block) {
  const bool image = block.type == v1::ContentType::image;
  if (!image && block.type != v1::ContentType::audio) {
    write_text(out, prompt_text(block));
    return;
  }
  std::string url = "data:" + block.mime_type + ";base64,";
  url += v1::base64_data(block);
  out.begin_object()
      .member("type", image ? "image" : "audio")
      .member("url", std::string_view(url))
      .end_object();
}

}  // namespace

std::string turn_params(const std::string& thread_id, const std::vector<v1::ContentBlock>& prompt,
                        const std::string& workspace_sandbox, const Choices& choices,
                        const Choices& known) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("threadId", std::string_view(thread_id)).key("input").begin_array();
  for (const v1::ContentBlock& block : prompt) write_input(out, block);
  out.end_array();
  if (choices.model != known.model) out.member_unless_empty("model", choices.model);
  if (choices.effort != known.effort) out.member_unless_empty("effort", choices.effort);
  out.member("approvalPolicy", std::string_view(choices.approval)).key("sandboxPolicy");
  if (choices.sandbox == "workspace-write") {
    out.raw(workspace_sandbox);
  } else {
    const bool reads_only = choices.sandbox != "danger-full-access";
    out.begin_object().member("type", reads_only ? "readOnly" : "dangerFullAccess").end_object();
  }
  out.end_object();
  return text;
}

std::string steer_params(const std::string& thread_id, const std::string& turn_id,
                         const std::vector<v1::ContentBlock>& words) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("threadId", std::string_view(thread_id));
  out.member("expectedTurnId", std::string_view(turn_id)).key("input").begin_array();
  for (const v1::ContentBlock& block : words) write_input(out, block);
  out.end_array().end_object();
  return text;
}

}  // namespace tine::executor::codex
