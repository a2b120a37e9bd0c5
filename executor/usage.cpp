#include "executor/usage.h"

#include <algorithm>

namespace tine::executor {
namespace {

void add_known(std::optional<std::uint64_t>& sum, const std::optional<std::uint64_t>& part) {
  if (part) sum = sum.value_or(0) + *part;
}

}  // namespace

std::string_view name_of(UsageSource source) {
  switch (source) {
    case UsageSource::provider:
      return "provider";
    case UsageSource::preset:
      return "preset";
    case UsageSource::detected:
      return "detected";
    case UsageSource::assumed:
      return "assumed";
    case UsageSource::estimate:
      return "estimate";
  }
  return "assumed";
}

bool Tokens::unknown() const { return *this == Tokens(); }

std::optional<std::uint64_t> Tokens::prompt() const {
  if (!input) return std::nullopt;
  return *input + cache_read.value_or(0) + cache_write.value_or(0);
}

std::optional<std::uint64_t> Tokens::answer() const {
  if (!output) return std::nullopt;
  return *output - std::min(*output, thought.value_or(0));
}

std::optional<double> Tokens::cache_hit_ratio() const {
  const auto whole = prompt();
  if (!whole || !cache_read || *whole == 0) return std::nullopt;
  return static_cast<double>(*cache_read) / static_cast<double>(*whole);
}

void Tokens::add(const Tokens& more) {
  add_known(input, more.input);
  add_known(cache_read, more.cache_read);
  add_known(cache_write, more.cache_write);
  add_known(output, more.output);
  add_known(thought, more.thought);
}

v1::Usage Tokens::on_the_wire() const {
  v1::Usage usage;
  usage.input = input;
  usage.output = output;
  usage.thought = thought;
  usage.cached_read = cache_read;
  usage.cached_write = cache_write;
  if (const auto whole = prompt(); whole && output) usage.total = *whole + *output;
  return usage;
}

void TurnUsage::add_spent(const TurnUsage& more) {
  tokens.add(more.tokens);
  for (const ModelTokens& each : more.models) {
    const auto same = std::find_if(models.begin(), models.end(), [&](const ModelTokens& known) {
      return known.model == each.model;
    });
    if (same == models.end()) {
      models.push_back(each);
    } else {
      same->tokens.add(each.tokens);
    }
  }
}

void TurnUsage::add_call(const Tokens& call) {
  if (first_call.unknown()) first_call = call;
  last_prompt = call.prompt();
  last_answer = call.answer();
  tokens.add(call);
}

}  // namespace tine::executor
