#include "session/record/update_redactor.h"

#include <algorithm>

#include "base/json/view.h"
#include "base/json/writer.h"
#include "session/limits.h"

namespace tine::session {
namespace {

/// Whether a client shows it in the place where it came, so that the text before it must come
/// first.
bool has_a_place(v1::UpdateKind kind) {
  switch (kind) {
    case v1::UpdateKind::user_message_chunk:
    case v1::UpdateKind::agent_message_chunk:
    case v1::UpdateKind::agent_thought_chunk:
    case v1::UpdateKind::tool_call:
    case v1::UpdateKind::plan:
    case v1::UpdateKind::notice:
    case v1::UpdateKind::compaction_update:
    case v1::UpdateKind::compaction_summary_chunk:
    case v1::UpdateKind::session_message:
    case v1::UpdateKind::session_message_chunk:
    case v1::UpdateKind::subagent_update:
    case v1::UpdateKind::other:
      return true;
    default:
      return false;
  }
}

/// A tail that is the last word of a sentence, as nearly every message ends with one: too short and
/// too plain to be worth keeping out of its order.
bool is_plain_word(std::string_view tail) {
  const std::size_t end = tail.find_last_not_of(".,:;!?)'\"") + 1;
  return end <= limits::plain_word &&
         std::all_of(tail.begin(), tail.begin() + static_cast<std::ptrdiff_t>(end),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

}  // namespace

std::string_view message_id(const v1::Update& update) {
  switch (update.kind) {
    case v1::UpdateKind::user_message_chunk:
    case v1::UpdateKind::agent_message_chunk:
    case v1::UpdateKind::agent_thought_chunk:
      return json::View(update.payload).find("messageId").raw();
    default:
      return {};
  }
}

void UpdateRedactor::update(const v1::Update& update) {
  if (!update.text.none()) return chunk(update);
  for (const Part& part : parts_of(update)) pass(part.kind, part.payload());
}

UpdateRedactor::LongUpdate::LongUpdate(UpdateRedactor& redactor, const v1::Update& update,
                                       const json::LongValues& values)
    : redactor_(redactor) {
  const json::LongValues::Use use(values);
  parts_ = redactor.parts_of(update);
}

bool UpdateRedactor::LongUpdate::read() {
  if (clean_.size() == parts_.size()) return false;
  const Part& part = parts_[clean_.size()];
  if (!redaction_) redaction_.emplace(part.payload(), redactor_.redactor_);
  if (redaction_->read()) return true;
  v1::Update& clean = clean_.emplace_back();
  clean.kind = part.kind;
  clean.payload = redaction_->take();
  redaction_.reset();
  return clean_.size() < parts_.size();
}

void UpdateRedactor::pass(v1::UpdateKind kind, std::string_view payload) {
  v1::Update clean;
  clean.kind = kind;
  clean.payload = json::redacted(payload, redactor_);
  sink_(clean);
}

/// What is to be recorded in the place of an update that is no chunk of text.
std::vector<UpdateRedactor::Part> UpdateRedactor::parts_of(const v1::Update& update) {
  if (has_a_place(update.kind)) finish_messages();
  std::vector<Part> parts;
  const bool is_call =
      update.kind == v1::UpdateKind::tool_call || update.kind == v1::UpdateKind::tool_call_update;
  const json::View call(update.payload);
  if (is_call && !ends_call(call)) {
    parts.push_back({update.kind, calls_.hold_back(update.payload), update.payload});
    if (auto rest = calls_.end_of_surplus())
      parts.push_back({v1::UpdateKind::tool_call_update, std::move(*rest), {}});
    return parts;
  }
  if (is_call) {
    if (auto rest = calls_.end(call))
      parts.push_back({v1::UpdateKind::tool_call_update, std::move(*rest), {}});
  }
  parts.push_back({update.kind, std::nullopt, update.payload});
  return parts;
}

UpdateRedactor::Message& UpdateRedactor::message_of(const v1::Update& update) {
  const std::string_view payload(update.payload);
  const std::string_view before = payload.substr(0, update.text.begin);
  const std::string_view after = payload.substr(update.text.end);
  const auto same = [&](const Message& each) {
    return each.kind == update.kind && each.before == before && each.after == after;
  };
  if (!messages_.empty() && same(messages_.front())) return messages_.front();

  const std::string_view id = message_id(update);
  const auto known = std::find_if(messages_.begin(), messages_.end(), [&](const Message& each) {
    return each.kind == update.kind && each.id == id;
  });
  if (known != messages_.end()) {
    messages_.splice(messages_.begin(), messages_, known);
    settle(*known);
  } else {
    messages_.emplace_front(redactor_);
    messages_.front().kind = update.kind;
    messages_.front().id = id;
  }
  Message& message = messages_.front();
  message.before = before;
  message.after = after;
  // What stands around the text is judged with an empty one in its place.
  std::string shell = json::redacted(message.before + message.after, redactor_);
  const bool is_clean = shell.size() == before.size() + after.size() && shell.starts_with(before);
  if (is_clean) {
    message.clean_before = before;
    message.clean_after = after;
  } else {
    // The text's place in it is found anew.
    const v1::Update again = v1::adopt({}, json::View(shell));
    message.clean_before = shell.substr(0, again.text.begin);
    message.clean_after = shell.substr(again.text.end);
  }
  return message;
}

/// Another message speaks. Those that are over, or end in a plain word, are let go of; the others
/// keep their places, also when all of their text is still held back.
void UpdateRedactor::leave_others(const Message& current) {
  for (auto each = messages_.begin(); each != messages_.end();) {
    const bool other = &*each != &current;
    if (other) settle(*each);
    const bool over = other && (each->id.empty() || is_plain_word(each->stream.held_text()));
    if (over) end(*each);
    if (other && !over && !each->has_begun) pass(*each, {});
    each = over ? messages_.erase(each) : std::next(each);
  }
  if (messages_.size() > limits::open_messages) {
    end(messages_.back());
    messages_.pop_back();
  }
}

void UpdateRedactor::chunk(const v1::Update& update) {
  Message& message = message_of(update);
  if (messages_.size() > 1) leave_others(message);
  const std::string_view escaped =
      std::string_view(update.payload)
          .substr(update.text.begin, update.text.end - update.text.begin);
  std::string_view text = escaped;
  if (escaped.find('\\') != std::string_view::npos) {
    decoded_.clear();
    json::unescape(escaped, decoded_);
    text = decoded_;
  }
  message.waiting += text;
  if (message.waiting.size() >= limits::gathered_text) settle(message);
}

void UpdateRedactor::settle(Message& message) {
  if (message.waiting.empty()) return;
  clean_.clear();
  message.stream.feed(message.waiting, clean_);
  message.waiting.clear();
  if (!clean_.empty()) pass(message, clean_);
}

void UpdateRedactor::settle() {
  for (auto each = messages_.rbegin(); each != messages_.rend(); ++each) settle(*each);
}

std::size_t UpdateRedactor::waiting() const {
  std::size_t bytes = 0;
  for (const Message& each : messages_) bytes += each.waiting.size();
  return bytes;
}

void UpdateRedactor::pass(Message& message, std::string_view text) {
  message.has_begun = true;
  v1::Update clean;
  clean.kind = message.kind;
  clean.payload.reserve(message.clean_before.size() + text.size() + message.clean_after.size() +
                        16);
  clean.payload = message.clean_before;
  clean.text.begin = clean.payload.size();
  json::escape(text, clean.payload);
  clean.text.end = clean.payload.size();
  clean.payload += message.clean_after;
  sink_(clean);
}

void UpdateRedactor::end(Message& message) {
  settle(message);
  clean_.clear();
  message.stream.finish(clean_);
  if (!clean_.empty()) pass(message, clean_);
}

void UpdateRedactor::finish() {
  finish_messages();
  for (const std::string& rest : calls_.end_all()) pass(v1::UpdateKind::tool_call_update, rest);
}

void UpdateRedactor::finish_messages() {
  // The one that spoke first comes first.
  for (auto each = messages_.rbegin(); each != messages_.rend(); ++each) end(*each);
  messages_.clear();
}

void UpdateRedactor::held(const Sink& see) const {
  for (auto each = messages_.rbegin(); each != messages_.rend(); ++each) {
    if (each->stream.held() == 0 && each->waiting.empty()) continue;
    v1::Update rest;
    rest.kind = each->kind;
    rest.payload = each->before;
    rest.text.begin = rest.payload.size();
    json::escape(std::string(each->stream.held_text()) + each->waiting, rest.payload);
    rest.text.end = rest.payload.size();
    rest.payload += each->after;
    see(rest);
  }
  for (const std::string& call : calls_.held()) {
    v1::Update rest;
    rest.kind = v1::UpdateKind::tool_call_update;
    rest.payload = call;
    see(rest);
  }
}

}  // namespace tine::session
