#include "cli/verbs/session/words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>

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

std::string local_time(std::int64_t wall_ms) {
  const auto seconds = static_cast<std::time_t>(wall_ms / 1000);
  std::tm parts{};
  std::array<char, 32> text{};
  if (::localtime_r(&seconds, &parts) == nullptr) return short_time(wall_ms);
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M", &parts);
  return text.data();
}

std::string holder_text(const session::store::Holder& holder) {
  return "PID " + std::to_string(holder.pid) + " on " + holder.host + " (" + holder.reason +
         ") since " + holder.since;
}

std::string spoken_time(std::int64_t wall_ms, std::int64_t now_ms) {
  constexpr std::int64_t second = 1000;
  constexpr std::int64_t minute = 60 * second;
  constexpr std::int64_t hour = 60 * minute;
  constexpr std::int64_t day = 24 * hour;
  const std::int64_t past = now_ms - wall_ms;
  if (past >= 0 && past < minute) return "just now";
  if (past >= 0 && past < hour)
    return counted(static_cast<std::uint64_t>(past / minute), "minute") + " ago";
  std::string then = local_time(wall_ms);
  const std::string time = then.substr(11);
  const auto is_day = [&](std::int64_t of_ms) {
    return local_time(of_ms).starts_with(then.substr(0, 10));
  };
  if (is_day(now_ms)) return "today " + time;
  if (is_day(now_ms - day)) return "yesterday " + time;
  return then;
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
    text += ", cache hits " + std::to_string(std::lround(*ratio * 100.0)) + " %";
  return text;
}

SessionFacts facts_of(session::store::Store& store, session::store::Store::Found found) {
  SessionFacts facts;
  facts.path = store.path_of(found.entry);
  facts.entry = std::move(found.entry);
  if (found.state) {
    facts.state = std::move(*found.state);
    return facts;
  }
  facts.fault = found.state.error().message;
  facts.state.id = facts.entry.id;
  facts.state.description = facts.entry.title;
  facts.state.parent = facts.entry.parent;
  return facts;
}

SessionFacts facts_of(session::store::Store& store, const session::store::IndexEntry& entry) {
  return facts_of(store, {.entry = entry, .state = store.read_state(entry)});
}

std::vector<std::string> parts_of(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const std::string_view part = list.substr(0, list.find(','));
    if (!part.empty()) out.emplace_back(part);
    list.remove_prefix(std::min(part.size() + 1, list.size()));
  }
  return out;
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
