#include "cli/verbs/session/words.h"

#include <array>
#include <cstdio>

#include "base/ulid.h"
#include "cli/print.h"

namespace tine::cli {

std::string title_text(std::string_view title) {
  return title.empty() ? "(no title)" : visible_line(title);
}

std::string short_time(std::int64_t wall_ms) {
  std::string text = rfc3339(wall_ms).substr(0, 16);
  text[10] = ' ';
  return text;
}

std::string amount(const std::optional<std::uint64_t>& count) {
  return count ? std::to_string(*count) : std::string("?");
}

std::string counted(std::uint64_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

std::string size_text(std::int64_t bytes) {
  constexpr std::array<std::string_view, 4> units{"KiB", "MiB", "GiB", "TiB"};
  constexpr double step = 1024.0;
  auto value = static_cast<double>(bytes);
  if (value < step) return std::to_string(bytes) + " B";
  std::size_t unit = 0;
  for (value /= step; value >= step && unit + 1 < units.size(); ++unit) value /= step;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f ", value);
  return text.data() + std::string(units.at(unit));
}

std::string short_tokens(const executor::Tokens& tokens) {
  return amount(tokens.prompt()) + "/" + amount(tokens.cache_read) + "/" + amount(tokens.output);
}

std::string long_tokens(const executor::Tokens& tokens) {
  if (tokens.unknown()) return "not known";
  std::string text = "prompt " + amount(tokens.prompt()) + " (fresh " + amount(tokens.input) +
                     ", from the cache " + amount(tokens.cache_read) + ", written to it " +
                     amount(tokens.cache_write) + "), output " + amount(tokens.output) +
                     " (thought " + amount(tokens.thought) + ")";
  if (const auto ratio = tokens.cache_hit_ratio())
    text += ", cache hits " + std::to_string(static_cast<int>(*ratio * 100.0 + 0.5)) + " %";
  return text;
}

SessionFacts facts_of(session::store::Store& store, const session::store::IndexEntry& entry) {
  SessionFacts facts;
  facts.entry = entry;
  facts.path = store.path_of(entry);
  if (auto state = store.read_state(entry)) {
    facts.state = std::move(*state);
    return facts;
  } else {
    facts.fault = state.error().message;
  }
  facts.state.id = entry.id;
  facts.state.description = entry.title;
  facts.state.parent = entry.parent;
  return facts;
}

std::string plan_text(const session::RetentionPlan& plan) {
  std::string text;
  std::uint64_t sessions = 0;
  for (const session::Removal& removal : plan.removals) {
    const session::Family& family = removal.family;
    text += short_time(family.last_used_ms) + "  " + size_text(family.bytes) + "  " +
            std::string(session::text_of(removal.reason)) + "\n";
    for (const auto& each : family.members)
      text += "  " + each.id + "  " + title_text(each.title) + "\n";
    sessions += family.members.size();
  }
  return text + counted(sessions, "session") + ", " + size_text(plan.bytes) + "; " +
         size_text(plan.kept_bytes) + " stay\n";
}

}  // namespace tine::cli
