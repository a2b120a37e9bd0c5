#include "cli/converse/measure/figures.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/visible.h"
#include "cli/amounts.h"
#include "cli/table.h"
#include "session/meta.h"
#include "transport/rpc_error.h"

namespace tine::cli {
namespace {

using executor::Tokens;

/// None: none of them is known. Of two in the middle it is what lies between.
template <class Number, class Get>
std::optional<Number> middle(const std::vector<Sample>& samples, Get get) {
  std::vector<Number> known;
  for (const Sample& each : samples) {
    if (const std::optional<Number> number = get(each)) known.push_back(*number);
  }
  if (known.empty()) return std::nullopt;
  std::sort(known.begin(), known.end());
  const std::size_t half = known.size() / 2;
  if (known.size() % 2 == 1) return known[half];
  return known[half - 1] + (known[half] - known[half - 1]) / 2;
}

/// Read, and not from the cache.
std::optional<std::uint64_t> uncached(const Tokens& tokens) {
  if (!tokens.input) return std::nullopt;
  return *tokens.input + tokens.cache_write.value_or(0);
}

std::optional<double> saving(const std::optional<double>& before,
                             const std::optional<double>& after) {
  if (!before || !after || *before <= 0) return std::nullopt;
  return 1.0 - *after / *before;
}

std::optional<double> as_number(const std::optional<std::uint64_t>& count) {
  return count ? std::optional(static_cast<double>(*count)) : std::nullopt;
}

std::vector<std::string> cells(const MeasuredWay& way) {
  if (way.samples.empty()) return {way.name, "-"};
  const Sample typical = median(way.samples);
  const Tokens& tokens = typical.tokens;
  return {way.name,
          count_text(tokens.prompt()),
          count_text(tokens.input),
          count_text(tokens.cache_read),
          count_text(tokens.cache_write),
          count_text(tokens.output),
          percent_text(tokens.cache_hit_ratio()),
          money_text(typical.dollars),
          seconds_text(typical.time)};
}

std::string reason_text(const MeasuredWay& way) {
  if (way.reason.empty()) return {};
  return way.name + (way.samples.empty() ? ": not measured: " : ": ended early: ") +
         visible_line(way.reason) + "\n";
}

/// "71 % fewer", or more.
std::string change(const std::optional<double>& saved) {
  if (!saved) return {};
  return percent_text(std::abs(*saved)) + (*saved < 0 ? " more" : " less");
}

std::string saved_text(const Saved& saved) {
  std::string text = "One session with replies beside five delegations: ";
  std::string parts;
  const auto add = [&parts](const std::optional<double>& part, const char* what) {
    if (part) parts.append(parts.empty() ? "" : ", ").append(change(part)).append(" ").append(what);
  };
  add(saved.uncached, "read outside the cache");
  add(saved.prompt, "read in all");
  add(saved.dollars, "money");
  add(saved.time, "time");
  return text + (parts.empty() ? "nothing is known" : parts) + ".\n";
}

json::Document sample_document(const Sample& sample) {
  json::Document out;
  out["tokens"] = json::parsed(session::tokens_json(sample.tokens));
  out["dollars"] = nullptr;
  if (sample.dollars) out["dollars"] = *sample.dollars;
  out["ms"] = sample.time.count();
  return out;
}

json::Document way_document(const MeasuredWay& way) {
  json::Document out;
  out["way"] = way.name;
  json::Document& samples = out["samples"] = json::Document::array();
  for (const Sample& each : way.samples) samples.push_back(sample_document(each));
  out["median"] = nullptr;
  if (!way.samples.empty()) out["median"] = sample_document(median(way.samples));
  out["reason"] = nullptr;
  if (!way.reason.empty()) out["reason"] = way.reason;
  return out;
}

json::Document number_or_null(const std::optional<double>& number) {
  if (!number) return nullptr;
  return *number;
}

}  // namespace

void Sample::add(const Sample& more) {
  tokens.add(more.tokens);
  if (more.dollars) dollars = dollars.value_or(0) + *more.dollars;
  time += more.time;
}

Sample median(const std::vector<Sample>& samples) {
  const auto count = [&samples](auto part) {
    return middle<std::uint64_t>(samples, [part](const Sample& each) { return each.tokens.*part; });
  };
  Sample out;
  out.tokens = {.input = count(&Tokens::input),
                .cache_read = count(&Tokens::cache_read),
                .cache_write = count(&Tokens::cache_write),
                .output = count(&Tokens::output),
                .thought = count(&Tokens::thought)};
  out.dollars = middle<double>(samples, [](const Sample& each) { return each.dollars; });
  const auto time = middle<std::int64_t>(
      samples, [](const Sample& each) { return std::optional(std::int64_t{each.time.count()}); });
  out.time = std::chrono::milliseconds(time.value_or(0));
  return out;
}

std::optional<Saved> saved(const Figures& figures) {
  if (figures.delegations.samples.empty() || figures.replies.samples.empty()) return std::nullopt;
  const Sample before = median(figures.delegations.samples);
  const Sample after = median(figures.replies.samples);
  const auto milliseconds = [](const Sample& sample) {
    return std::optional(static_cast<double>(sample.time.count()));
  };
  return Saved{
      .prompt = saving(as_number(before.tokens.prompt()), as_number(after.tokens.prompt())),
      .uncached = saving(as_number(uncached(before.tokens)), as_number(uncached(after.tokens))),
      .dollars = saving(before.dollars, after.dollars),
      .time = saving(milliseconds(before), milliseconds(after))};
}

std::string figures_text(const Figures& figures) {
  std::string text = visible_line(figures.backend);
  if (!figures.model.empty()) text += ", " + visible_line(figures.model);
  if (figures.is_modelled) text += " (modelled: it asks no model)";
  text += "\n";
  Table table({"way", "prompt", "fresh", "cached", "written", "output", "hits", "money", "time"});
  for (const MeasuredWay& each : figures.ways) table.add(cells(each));
  table.add(cells(figures.delegations));
  table.add(cells(figures.replies));
  text += table.text();
  for (const MeasuredWay& each : figures.ways) text += reason_text(each);
  text += reason_text(figures.delegations) + reason_text(figures.replies);
  if (const auto part = saved(figures)) text += saved_text(*part);
  return text;
}

json::Document figures_document(const Figures& figures) {
  json::Document out;
  out["backend"] = figures.backend;
  out["model"] = figures.model;
  out["modelled"] = figures.is_modelled;
  json::Document& ways = out["ways"] = json::Document::array();
  for (const MeasuredWay& each : figures.ways) ways.push_back(way_document(each));
  json::Document& questions = out["questions"];
  questions["delegations"] = way_document(figures.delegations);
  questions["replies"] = way_document(figures.replies);
  questions["saved"] = nullptr;
  if (const auto part = saved(figures)) {
    json::Document& saved = questions["saved"];
    saved["prompt"] = number_or_null(part->prompt);
    saved["uncached"] = number_or_null(part->uncached);
    saved["dollars"] = number_or_null(part->dollars);
    saved["time"] = number_or_null(part->time);
  }
  if (figures.fault) out["error"] = json::parsed(transport::error_object(*figures.fault));
  return out;
}

}  // namespace tine::cli
