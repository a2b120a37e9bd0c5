#include "executor/token_counts.h"

namespace tine::executor {

Tokens tokens_in(json::View counts, const CountNames& names) {
  const auto count = [counts](std::string_view name) {
    return name.empty() ? std::nullopt : count_in(counts, name);
  };
  Tokens tokens;
  tokens.input = count(names.input);
  tokens.cache_read = count(names.cache_read);
  tokens.cache_write = count(names.cache_write);
  tokens.output = count(names.output);
  tokens.thought = count(names.thought);
  return tokens;
}

bool is_nothing(const Tokens& tokens) {
  return tokens.prompt().value_or(0) == 0 && tokens.output.value_or(0) == 0;
}

}  // namespace tine::executor
