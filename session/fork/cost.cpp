#include "session/fork/cost.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "session/limits.h"

namespace tine::session {
namespace {

constexpr double million = 1e6;

/// To a millionth of a dollar: the rest is noise of the arithmetic.
double rounded(double dollars) { return std::round(dollars * million) / million; }

std::string number_text(double number) {
  std::array<char, 32> room{};
  const auto [end, fault] =
      std::to_chars(room.data(), room.data() + room.size(), number, std::chars_format::fixed);
  return fault == std::errc() ? std::string(room.data(), end) : std::string();
}

template <class T>
void member_or_null(json::Writer& writer, std::string_view name, const std::optional<T>& value) {
  if (value) {
    writer.member(name, *value);
  } else {
    writer.key(name).null();
  }
}

}  // namespace

ForkBill fork_bill(const ForkCost& expected, const ForkCost& actual) {
  const bool falls_short = expected.cache_read && actual.cache_read &&
                           *actual.cache_read < *expected.cache_read / limits::cache_shortfall;
  return {.expected = expected, .actual = actual, .shortfall = falls_short};
}

ForkCost cost_of(const executor::Tokens& call) {
  return {.fresh = call.input,
          .cache_read = call.cache_read,
          .cache_write = call.cache_write,
          .dollars = std::nullopt};
}

std::optional<double> dollars_for(const ForkCost& tokens, std::string_view model,
                                  std::chrono::seconds lifetime, Prices& prices) {
  if (!tokens.fresh) return std::nullopt;
  const std::uint64_t read = tokens.cache_read.value_or(0);
  const std::uint64_t write = tokens.cache_write.value_or(0);
  const Price* const price = prices.find(model, *tokens.fresh + read + write);
  if (price == nullptr) return std::nullopt;
  const auto written = price->written_for(lifetime);
  if (write > 0 && !written) return std::nullopt;
  const double sum = static_cast<double>(*tokens.fresh) * price->input +
                     static_cast<double>(read) * price->cached_input +
                     static_cast<double>(write) * written.value_or(0);
  return rounded(sum / million);
}

std::optional<double> dollars_of_turn(const executor::Tokens& turn, std::string_view model,
                                      std::chrono::seconds lifetime, Prices& prices) {
  const auto read = dollars_for(cost_of(turn), model, lifetime, prices);
  const Price* const price = read ? prices.find(model, *turn.prompt()) : nullptr;
  if (price == nullptr || !turn.output) return std::nullopt;
  return rounded(*read + static_cast<double>(*turn.output) * price->output / million);
}

std::string_view main_model(const executor::TurnUsage& usage) {
  const auto most =
      std::max_element(usage.models.begin(), usage.models.end(),
                       [](const executor::ModelTokens& one, const executor::ModelTokens& other) {
                         return one.tokens.prompt().value_or(0) < other.tokens.prompt().value_or(0);
                       });
  return most == usage.models.end() ? std::string_view() : most->model;
}

void write_cost(json::Writer& writer, const ForkCost& cost) {
  writer.begin_object();
  member_or_null(writer, "fresh", cost.fresh);
  member_or_null(writer, "cacheRead", cost.cache_read);
  member_or_null(writer, "cacheWrite", cost.cache_write);
  member_or_null(writer, "dollars", cost.dollars);
  writer.end_object();
}

ForkCost cost_in(json::View object) {
  return {.fresh = json::count_in(object, "fresh"),
          .cache_read = json::count_in(object, "cacheRead"),
          .cache_write = json::count_in(object, "cacheWrite"),
          .dollars = object.find("dollars").number()};
}

std::string cost_text(const ForkCost& cost) {
  if (!cost.fresh) return "it is not known what its past costs";
  std::string parts;
  const auto add = [&parts](const std::optional<std::uint64_t>& tokens, std::string_view what) {
    if (tokens.value_or(0) == 0) return;
    parts.append(parts.empty() ? "" : ", ").append(std::to_string(*tokens)).append(what);
  };
  add(cost.fresh, " tokens");
  add(cost.cache_write, " tokens that go into the provider's cache");
  add(cost.cache_read, " tokens from the provider's cache");
  if (parts.empty()) parts = "nothing";
  if (cost.dollars) parts.append(" (").append(number_text(*cost.dollars)).append(" dollars)");
  return "its past costs " + parts;
}

}  // namespace tine::session
