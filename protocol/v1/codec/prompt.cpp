#include "protocol/v1/types/prompt.h"

#include "protocol/v1/codec/parts.h"
#include "protocol/v1/limits.h"

namespace tine::v1 {
namespace {

constexpr std::array<std::string_view, 5> stop_reasons = {
    "end_turn", "max_tokens", "max_turn_requests", "refusal", "cancelled"};

constexpr std::array<std::string_view, 3> steer_outcomes = {"injected", "startedNewTurn",
                                                            "promptRequired"};
constexpr std::string_view only_into_turn = "promptRequired";

}  // namespace

std::string_view name_of(StopReason reason) { return enum_name(reason, stop_reasons); }

bool decode(json::View from, StopReason& to, const json::Path& path, json::Complaint& complaint) {
  return decode_enum(from, to, stop_reasons, path, complaint);
}

bool decode(json::View from, Usage& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("totalTokens", to.total)
      .required("inputTokens", to.input)
      .required("outputTokens", to.output)
      .lenient("thoughtTokens", to.thought)
      .lenient("cachedReadTokens", to.cached_read)
      .lenient("cachedWriteTokens", to.cached_write)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const Usage& from) {
  out.begin_object();
  optional_member(out, "totalTokens", from.total);
  optional_member(out, "inputTokens", from.input);
  optional_member(out, "outputTokens", from.output);
  optional_member(out, "thoughtTokens", from.thought);
  optional_member(out, "cachedReadTokens", from.cached_read);
  optional_member(out, "cachedWriteTokens", from.cached_write);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, PromptRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("sessionId", to.session_id)
      .required("prompt", to.prompt)
      .check("prompt", to.prompt.size() <= limits::prompt_blocks, "at most 16384 content blocks")
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const PromptRequest& from) {
  out.begin_object().member("sessionId", std::string_view(from.session_id));
  list_member(out, "prompt", from.prompt);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, PromptResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("stopReason", to.stop_reason)
      .lenient("usage", to.usage)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const PromptResponse& from) {
  out.begin_object().member("stopReason", name_of(from.stop_reason));
  if (from.usage && from.usage->complete()) optional_member(out, "usage", from.usage);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, SteerRequest& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  const json::View idle = reader.find("_meta").find("steering").find("idleBehavior");
  to.only_into_turn = idle.equals(only_into_turn);
  return reader.required("sessionId", to.session_id)
      .required("prompt", to.prompt)
      .check("prompt", to.prompt.size() <= limits::prompt_blocks, "at most 16384 content blocks")
      .check("prompt", !to.prompt.empty(), "at least one content block")
      .check("_meta", !idle.exists() || idle.is_null() || to.only_into_turn,
             "steering.idleBehavior \"promptRequired\"")
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const SteerRequest& from) {
  out.begin_object().member("sessionId", std::string_view(from.session_id));
  list_member(out, "prompt", from.prompt);
  if (from.only_into_turn && from.meta.empty()) {
    out.key("_meta").begin_object().key("steering").begin_object();
    out.member("idleBehavior", only_into_turn).end_object().end_object();
  }
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, SteerResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  const json::View outcome = reader.find("outcome");
  if (!decode_enum(outcome, to.outcome, steer_outcomes, path.member("outcome"), complaint))
    return false;
  return reader.lenient("reason", to.reason).raw_object("_meta", to.meta).ok();
}

void encode(json::Writer& out, const SteerResponse& from) {
  out.begin_object().member("outcome", enum_name(from.outcome, steer_outcomes));
  text_member(out, "reason", from.reason);
  out.raw_member("_meta", from.meta).end_object();
}

}  // namespace tine::v1
