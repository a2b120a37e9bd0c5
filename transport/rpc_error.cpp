#include "transport/rpc_error.h"

#include <algorithm>
#include <array>

#include "base/json/controls.h"
#include "base/json/writer.h"

namespace tine::transport {
namespace {

struct CodeMeaning {
  int code;
  ErrorKind kind;
};

/// What a code means when nothing else is said. -32603 is not here: it says nothing.
constexpr std::array code_meanings = {
    CodeMeaning{-32700, ErrorKind::parse_error},
    CodeMeaning{-32600, ErrorKind::invalid_request},
    CodeMeaning{-32601, ErrorKind::unknown_method},
    CodeMeaning{-32602, ErrorKind::invalid_params},
    CodeMeaning{-32000, ErrorKind::auth_required},
    CodeMeaning{-32002, ErrorKind::session_not_found},
    CodeMeaning{-32800, ErrorKind::cancelled},
};

/// The members of another program's `data`, less ours, which are written anew.
std::string foreign_members(json::View data) {
  std::string members;
  if (data.exists() && !data.is_null() && !data.is_object())
    return members.append("\"details\":").append(data.raw());
  for (const auto& member : data.members()) {
    if (member.key.equals("tine")) continue;
    if (!members.empty()) members.push_back(',');
    members.append(member.key.raw()).append(":").append(member.value.raw());
  }
  return members;
}

/// On these a person must act, who may see nothing but the message.
constexpr std::array person_acts = {
    ErrorKind::session_locked,    ErrorKind::auth_required,    ErrorKind::backend_not_installed,
    ErrorKind::backend_too_old,   ErrorKind::usage_limit,      ErrorKind::rate_limited,
    ErrorKind::conversation_lost, ErrorKind::context_exceeded, ErrorKind::model_unavailable,
    ErrorKind::storage_failed,    ErrorKind::storage_full,     ErrorKind::damaged,
    ErrorKind::config_invalid,
};

std::string_view message_of(const Error& error) {
  return error.message.empty() ? facts(error.kind).name : std::string_view(error.message);
}

std::string_view hint_of(const Error& error) {
  return error.hint.empty() ? facts(error.kind).hint : std::string_view(error.hint);
}

/// Puts a sentence behind what is there already, unless it is said there.
void add_sentence(std::string& text, std::string_view sentence) {
  if (sentence.empty() || text.find(sentence) != std::string::npos) return;
  if (!text.empty()) {
    const bool ended = std::string_view(".!?:").find(text.back()) != std::string_view::npos;
    text += ended ? " " : ". ";
  }
  text += sentence;
}

std::string for_person(const Error& error) {
  std::string text(message_of(error));
  // What another program has said beside its message is often the cause.
  const std::string data = "{" + error.data + "}";
  if (const auto details = json::View(data).find("details").string()) add_sentence(text, *details);
  add_sentence(text, hint_of(error));
  return text;
}

}  // namespace

std::string error_object(const Error& error, ErrorForm form) {
  const ErrorKindFacts& kind = facts(error.kind);
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  writer.member("code", error.code.value_or(kind.code));
  if (form == ErrorForm::for_person) {
    const std::string text = for_person(error);
    const bool acts = std::ranges::find(person_acts, error.kind) != person_acts.end();
    writer.member("message", acts ? std::string_view(text) : message_of(error));
    writer.key("data").begin_object();
    writer.member("details", std::string_view(text));
    writer.end_object().end_object();
    return json::with_pictures(std::move(out));
  }
  writer.member("message", message_of(error));
  writer.key("data").begin_object();
  writer.raw_members(error.data);
  writer.key("tine").begin_object();
  writer.member("kind", kind.name);
  writer.member("retryable", error.retryable.value_or(kind.retryable));
  writer.key("retryAfter");
  if (error.retry_after) {
    writer.number(static_cast<double>(error.retry_after->count()) / 1000.0);
  } else {
    writer.null();
  }
  writer.member("hint", hint_of(error));
  if (!error.path.empty()) writer.member("path", std::string_view(error.path));
  writer.end_object().end_object().end_object();
  return json::with_pictures(std::move(out));
}

Error error_from(json::View object) {
  Error error;
  error.kind = ErrorKind::backend_failed;
  error.message = object.find("message").string().value_or("an error without a message");
  if (const auto code = object.find("code").integer()) {
    error.code = static_cast<int>(std::clamp<std::int64_t>(*code, INT32_MIN, INT32_MAX));
    for (const CodeMeaning& meaning : code_meanings) {
      if (meaning.code == *error.code) error.kind = meaning.kind;
    }
  }
  const json::View data = object.find("data");
  error.data = foreign_members(data);
  const json::View ours = data.find("tine");
  if (const auto name = ours.find("kind").string()) {
    error.kind = error_kind_named(*name).value_or(error.kind);
  }
  if (auto hint = ours.find("hint").string()) error.hint = std::move(*hint);
  if (auto path = ours.find("path").string()) error.path = std::move(*path);
  error.retryable = ours.find("retryable").boolean();
  if (const auto after = ours.find("retryAfter").number()) {
    const double longest = 1e9;  // seconds; what another program claims may be anything
    error.retry_after = std::chrono::milliseconds(
        static_cast<std::int64_t>(std::clamp(*after, 0.0, longest) * 1000.0));
  }
  return error;
}

}  // namespace tine::transport
