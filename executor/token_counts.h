#pragma once
// What a provider has counted, read by the names that it gives its counts.
//
// Plain functions on views.

#include <string_view>

#include "base/json/view.h"
#include "executor/usage.h"

namespace tine::executor {

/// The names of the counts; empty: the provider has no such count.
struct CountNames {
  std::string_view input;
  std::string_view cache_read;
  std::string_view cache_write;
  std::string_view output;
  std::string_view thought;
};

Tokens tokens_in(json::View counts, const CountNames& names);

/// Whether nothing was read or written. Zeros alone are of a call that was cut short, or of none.
bool is_nothing(const Tokens& tokens);

}  // namespace tine::executor
