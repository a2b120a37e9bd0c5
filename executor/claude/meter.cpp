#include "executor/claude/meter.h"

#include <utility>

#include "base/json/writer.h"
#include "executor/token_counts.h"

namespace tine::executor::claude {
namespace {

using Count = std::optional<std::uint64_t>;

/// Of one model, since the last result. Its parts are disjoint already.
constexpr CountNames names_of_model{.input = "inputTokens",
                                    .cache_read = "cacheReadInputTokens",
                                    .cache_write = "cacheCreationInputTokens",
                                    .output = "outputTokens",
                                    .thought = "thinkingTokens"};
/// Of one call of the model.
constexpr CountNames names_of_call{.input = "input_tokens",
                                   .cache_read = "cache_read_input_tokens",
                                   .cache_write = "cache_creation_input_tokens",
                                   .output = "output_tokens",
                                   .thought = {}};

/// What `usage` does not tell stays.
void take(Tokens& tokens, json::View usage) {
  const Tokens told = tokens_in(usage, names_of_call);
  const auto replace = [](Count& count, const Count& now) {
    if (now) count = now;
  };
  replace(tokens.input, told.input);
  replace(tokens.cache_read, told.cache_read);
  replace(tokens.cache_write, told.cache_write);
  replace(tokens.output, told.output);
}

/// The window of `model`, whose name may be followed by which variant of it is meant.
std::uint64_t window_of(json::View models, std::string_view model) {
  std::uint64_t window = 0;
  if (model.empty()) return window;
  for (const auto& [name, facts] : models.members()) {
    const std::string full = name.string().value_or(std::string());
    if (!full.starts_with(model)) continue;
    const std::uint64_t size = count_in(facts, "contextWindow").value_or(0);
    if (full == model) return size;
    window = size;
  }
  return window;
}

std::string raw_of(json::View result) {
  std::string raw;
  json::Writer out(raw);
  out.begin_object();
  for (const char* name : {"usage", "model_usage_since_last_result", "total_cost_usd"})
    out.raw_member(name, result.find(name).raw());
  out.end_object();
  return raw;
}

}  // namespace

void Meter::begin_call(json::View message) {
  call_ = message.find("id").string().value_or(std::string());
  model_ = message.find("model").string().value_or(std::string());
  context_ = Tokens();
  take(context_, message.find("usage"));
  rewritten_ = false;
  if (!first_) first_ = context_;
}

void Meter::hear(json::View line) {
  if (line.find("parent_tool_use_id").is_string()) return;
  const json::View type = line.find("type");
  if (type.equals("stream_event")) {
    const json::View event = line.find("event");
    if (event.find("type").equals("message_start")) begin_call(event.find("message"));
    if (event.find("type").equals("message_delta")) take(context_, event.find("usage"));
  } else if (type.equals("assistant")) {
    // An answer that was not streamed; one that was has begun before. What the CLI says itself in
    // the model's place costs nothing.
    const json::View message = line.find("message");
    if (!message.find("id").equals(call_) && !message.find("model").equals("<synthetic>"))
      begin_call(message);
  } else if (line.find("subtype").equals("compact_boundary")) {
    context_ = Tokens();
    context_.input = count_in(line.find("compact_metadata"), "post_tokens");
    rewritten_ = true;
  }
}

void Meter::spend(json::View result, double reported) {
  const auto total = result.find("total_cost_usd").number();
  const auto before = std::exchange(total_, total);
  const bool grows = total && before && *total >= *before;
  spent_ += grows ? *total - *before : reported;
}

TurnUsage Meter::read(json::View result) {
  TurnUsage usage;
  double cost = 0;
  const json::View models = result.find("model_usage_since_last_result");
  for (const auto& [name, counts] : models.members()) {
    cost += counts.find("costUSD").number().value_or(0);
    const Tokens tokens = tokens_in(counts, names_of_model);
    if (is_nothing(tokens)) continue;
    usage.tokens.add(tokens);
    usage.models.push_back({.model = name.string().value_or(std::string()), .tokens = tokens});
  }
  spend(result, cost);
  if (first_) usage.first_call = *std::exchange(first_, std::nullopt);
  if (!rewritten_ && !is_nothing(context_)) {
    usage.last_prompt = context_.prompt();
    usage.last_answer = context_.answer();
  }
  usage.raw = raw_of(result);
  v1::ContextUsage context;
  context.used = context_.prompt().value_or(0) + context_.output.value_or(0);
  context.size = window_of(result.find("modelUsage"), model_);
  context.cost = v1::Cost{.amount = spent_, .currency = "USD"};
  if (context.used > 0 && context.size > 0) usage.context = std::move(context);
  return usage;
}

}  // namespace tine::executor::claude
