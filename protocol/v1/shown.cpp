#include "protocol/v1/shown.h"

#include <algorithm>
#include <array>

#include "base/json/controls.h"

namespace tine::v1 {
namespace {

std::string shown(std::string_view text, json::View call) {
  std::array kept = {call.find("rawInput").raw(), call.find("locations").raw()};
  std::ranges::sort(kept, {}, &std::string_view::data);
  return json::with_pictures(text, kept);
}

}  // namespace

void show_controls(Update& update) {
  if (!json::has_controls(update.payload)) return;
  const std::string_view payload(update.payload);
  if (update.text.none()) {
    update.payload = shown(payload, json::View(payload));
    return;
  }
  const transport::Splice text = update.text;
  std::string out = json::with_pictures(payload.substr(0, text.begin), {});
  update.text.begin = out.size();
  out += json::with_pictures(payload.substr(text.begin, text.end - text.begin), {});
  update.text.end = out.size();
  out += json::with_pictures(payload.substr(text.end), {});
  update.payload = std::move(out);
}

std::string with_controls_shown(std::string params) {
  if (!json::has_controls(params)) return params;
  return shown(params, json::View(params).find("toolCall"));
}

}  // namespace tine::v1
