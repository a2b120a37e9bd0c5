#include "session/record/drift.h"

#include "base/json/writer.h"

namespace tine::session {
namespace {

void write_head(json::Writer& out, std::string_view name, const GitHead& head) {
  out.key(name).begin_object();
  if (!head.branch.empty()) out.member("branch", std::string_view(head.branch));
  out.member("commit", std::string_view(head.commit)).end_object();
}

}  // namespace

std::string drift_data(std::string_view way, const GitHead& before, const GitHead& now,
                       std::string_view text) {
  std::string data;
  json::Writer out(data);
  out.begin_object().member("way", way);
  write_head(out, "before", before);
  write_head(out, "now", now);
  if (!text.empty()) out.member("text", text);
  out.end_object();
  return data;
}

void take_drift(json::View data, store::State& state) {
  const json::View now = data.find("now");
  const std::string commit = json::text_in(now, "commit");
  state.git = store::GitState{.branch = json::text_in(now, "branch"),
                              .commit = commit,
                              .after = commit,
                              .after_branch = std::nullopt,
                              .dirty = std::nullopt};
  state.drift = json::text_in(data, "text");
}

}  // namespace tine::session
