#include "session/record/growing_calls.h"

#include <algorithm>
#include <utility>

#include "base/json/view.h"
#include "base/json/writer.h"
#include "session/limits.h"

namespace tine::session {
namespace {

/// The texts of a tool call's content. Its other members are names, paths and data.
void texts_of_content(json::View content, std::vector<json::View>& out) {
  for (const json::View part : content.elements()) {
    for (const json::View text :
         {part.find("content").find("text"), part.find("oldText"), part.find("newText")}) {
      if (text.is_string()) out.push_back(text);
    }
  }
}

/// All strings in a value, at any depth.
void texts_of_output(json::View output, std::vector<json::View>& out) {
  std::vector<json::View> open = {output};
  while (!open.empty()) {
    const json::View each = open.back();
    open.pop_back();
    if (each.is_string()) out.push_back(each);
    for (const json::View element : each.elements()) open.push_back(element);
    for (const auto& [name, value] : each.members()) open.push_back(value);
  }
}

bool may_stand_in_escape(char c) {
  return c == '\\' || c == 'u' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
         (c >= 'A' && c <= 'F');
}

/// Where the last `bytes` of an escaped text begin, or a little more: between two characters, of
/// which none is cut in two. The whole text when there is no such place nearby.
std::size_t end_of_text(std::string_view escaped, std::size_t bytes) {
  constexpr std::size_t nearby = 4096;
  if (escaped.size() <= bytes + nearby) return 0;
  const std::size_t last = escaped.size() - bytes;
  for (std::size_t place = last; place > last - nearby; --place) {
    const bool within = (static_cast<unsigned char>(escaped[place]) & 0xC0U) == 0x80U;
    if (!within && !may_stand_in_escape(escaped[place - 1])) return place;
  }
  return 0;
}

}  // namespace

bool ends_call(json::View update) {
  const json::View status = update.find("status");
  return status.equals("completed") || status.equals("failed");
}

bool GrowingCalls::hold_back(const std::vector<json::View>& texts, std::vector<End>& ends) {
  const std::size_t before = ends.size();
  std::string decided;
  std::string value;
  for (const json::View text : texts) {
    const std::string_view escaped = text.escaped();
    const std::size_t begin = end_of_text(escaped, limits::looked_at_for_end);
    value.clear();
    json::unescape(escaped.substr(begin), value);
    RedactionStream stream(redactor_);
    decided.clear();
    stream.feed(value, decided);
    if (stream.held() == 0) continue;
    // What stands before is as it came.
    End& end = ends.emplace_back(End{.place = escaped.substr(begin), .decided = {}});
    json::escape(std::string_view(value).substr(0, value.size() - stream.held()), end.decided);
  }
  return ends.size() > before;
}

std::optional<std::string> GrowingCalls::hold_back(std::string_view payload) {
  const json::View update(payload);
  Call call;
  call.id = update.find("toolCallId").raw();
  if (const auto known = find(call.id); known != calls_.end()) {
    call = std::move(*known);
    calls_.erase(known);
  }
  std::vector<End> ends;
  if (const json::View content = update.find("content"); content.exists()) {
    std::vector<json::View> texts;
    texts_of_content(content, texts);
    call.content = hold_back(texts, ends) ? content.raw() : std::string_view();
  }
  if (const json::View output = update.find("rawOutput"); output.exists()) {
    std::vector<json::View> texts;
    texts_of_output(output, texts);
    call.raw_output = hold_back(texts, ends) ? output.raw() : std::string_view();
  }
  if (!call.content.empty() || !call.raw_output.empty()) calls_.push_back(std::move(call));
  if (ends.empty()) return std::nullopt;
  std::sort(ends.begin(), ends.end(),
            [](const End& one, const End& other) { return one.place.data() < other.place.data(); });
  std::string out;
  const char* copied = payload.data();
  for (const End& end : ends) {
    out.append(copied, end.place.data()).append(end.decided);
    copied = end.place.data() + end.place.size();
  }
  return out.append(copied, payload.data() + payload.size());
}

std::vector<GrowingCalls::Call>::iterator GrowingCalls::find(std::string_view id) {
  return std::find_if(calls_.begin(), calls_.end(),
                      [id](const Call& each) { return each.id == id; });
}

std::string GrowingCalls::update_of(const Call& call) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("sessionUpdate", "tool_call_update").key("toolCallId").raw(call.id);
  if (!call.content.empty()) writer.key("content").raw(call.content);
  if (!call.raw_output.empty()) writer.key("rawOutput").raw(call.raw_output);
  writer.end_object();
  return out;
}

std::optional<std::string> GrowingCalls::end(json::View last) {
  const auto known = find(last.find("toolCallId").raw());
  if (known == calls_.end()) return std::nullopt;
  Call call = std::move(*known);
  calls_.erase(known);
  if (last.find("content").exists()) call.content.clear();
  if (last.find("rawOutput").exists()) call.raw_output.clear();
  if (call.content.empty() && call.raw_output.empty()) return std::nullopt;
  return update_of(call);
}

std::optional<std::string> GrowingCalls::end_of_surplus() {
  if (calls_.size() <= limits::growing_calls) return std::nullopt;
  const Call call = std::move(calls_.front());
  calls_.erase(calls_.begin());
  return update_of(call);
}

std::vector<std::string> GrowingCalls::held() const {
  std::vector<std::string> out;
  out.reserve(calls_.size());
  for (const Call& call : calls_) out.push_back(update_of(call));
  return out;
}

std::vector<std::string> GrowingCalls::end_all() {
  std::vector<std::string> out = held();
  calls_.clear();
  return out;
}

}  // namespace tine::session
