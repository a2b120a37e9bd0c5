#include "session/prices.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/toml/document.h"
#include "base/visible.h"
#include "session/limits.h"

namespace tine::session {
namespace {

using toml::Node;
using Type = Node::Type;

/// Longer than any cache keeps anything.
constexpr std::chrono::minutes always = std::chrono::hours(24 * 365 * 100);

bool fits_model(std::string_view pattern, std::string_view model) {
  if (!pattern.ends_with('*')) return pattern == model;
  pattern.remove_suffix(1);
  return model.starts_with(pattern);
}

/// Reads one table after the other, and keeps the first fault.
class PriceReader {
 public:
  explicit PriceReader(const std::string& file) : file_(file) {}

  const std::optional<Error>& fault() const { return fault_; }

  void complain(const Node& about, const std::string& what) {
    if (fault_) return;
    fault_ = Error(ErrorKind::config_invalid, file_ + ":" + std::to_string(about.at.line) + ":" +
                                                  std::to_string(about.at.column) + ": " + what)
                 .with_hint("Mend or remove the file.");
  }

  /// What an entry must have.
  const Node* needed(const Node& entry, std::string_view key) {
    const Node* const found = entry.find(key);
    if (found == nullptr) complain(entry, "a price needs the key " + std::string(key));
    return found;
  }

  double dollars(const Node& node) {
    const double amount =
        node.type == Type::integer ? static_cast<double>(node.integer) : node.number;
    const bool is_number = node.type == Type::integer || node.type == Type::number;
    if (is_number && amount >= 0 && amount <= limits::highest_price) return amount;
    complain(node, visible_line(node.key) + ": expected dollars for a million tokens, from 0 to " +
                       std::to_string(limits::highest_price));
    return 0;
  }
  double dollars(const Node& entry, std::string_view key) {
    const Node* const found = needed(entry, key);
    return found == nullptr ? 0 : dollars(*found);
  }

  std::vector<std::string> models(const Node& entry) {
    std::vector<std::string> names;
    const Node* const found = needed(entry, "models");
    if (found == nullptr) return names;
    for (const Node& each : found->children) {
      if (each.type == Type::string && !each.text.empty()) names.push_back(each.text);
    }
    if (names.empty() || names.size() != found->children.size())
      complain(*found, "models: expected a list of names");
    return names;
  }

  std::optional<std::uint64_t> longest_prompt(const Node& entry) {
    const Node* const found = entry.find("longest_prompt");
    if (found == nullptr) return std::nullopt;
    if (found->type == Type::integer && found->integer > 0)
      return static_cast<std::uint64_t>(found->integer);
    complain(*found, "longest_prompt: expected a number of tokens");
    return std::nullopt;
  }

  std::vector<std::pair<std::chrono::minutes, double>> cache_write(const Node& entry) {
    std::vector<std::pair<std::chrono::minutes, double>> prices;
    const Node* const found = entry.find("cache_write");
    if (found == nullptr) return prices;
    if (found->type != Type::table) {
      prices.emplace_back(always, dollars(*found));
      return prices;
    }
    for (const Node& each : found->children) prices.emplace_back(minutes(each), dollars(each));
    std::sort(prices.begin(), prices.end());
    return prices;
  }

 private:
  /// "5m", "1h"
  std::chrono::minutes minutes(const Node& node) {
    const std::string& text = node.key;
    std::uint16_t count = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, count);
    const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
    if (error == std::errc() && count > 0 && unit == "m") return std::chrono::minutes(count);
    if (error == std::errc() && count > 0 && unit == "h") return std::chrono::hours(count);
    complain(node, "cache_write: expected a time such as 5m or 1h, found " + visible_line(text));
    return {};
  }

  const std::string& file_;
  std::optional<Error> fault_;
};

}  // namespace

std::optional<double> Price::written_for(std::chrono::seconds lifetime) const {
  if (cache_write.empty()) return input;
  for (const auto& [kept, price] : cache_write) {
    if (kept >= lifetime) return price;
  }
  return std::nullopt;
}

Result<PriceTable> PriceTable::parse(std::string_view text, const std::string& file) {
  const auto root = toml::parse(text, file, ErrorKind::config_invalid);
  if (!root) return fail(root.error());
  PriceReader in(file);
  const Node* const version = root->find("version");
  if (version == nullptr || version->type != Type::integer || version->integer != 1)
    in.complain(version == nullptr ? *root : *version, "expected version = 1");
  PriceTable table;
  const Node* const list = root->find("price");
  if (list != nullptr && list->type != Type::array)
    in.complain(*list, "price: expected tables that begin with [[price]]");
  for (const Node& each : list == nullptr ? std::vector<Node>() : list->children) {
    if (each.type != Type::table) {
      in.complain(each, "price: expected tables that begin with [[price]]");
      break;
    }
    table.entries_.push_back({.models = in.models(each),
                              .longest_prompt = in.longest_prompt(each),
                              .price = {.input = in.dollars(each, "input"),
                                        .cached_input = in.dollars(each, "cached_input"),
                                        .output = in.dollars(each, "output"),
                                        .cache_write = in.cache_write(each)}});
  }
  if (in.fault()) return fail(*in.fault());
  return table;
}

const Price* PriceTable::find(std::string_view model, std::uint64_t prompt) const {
  for (const Entry& each : entries_) {
    if (each.longest_prompt && prompt > *each.longest_prompt) continue;
    const bool is_it =
        std::any_of(each.models.begin(), each.models.end(),
                    [model](const std::string& pattern) { return fits_model(pattern, model); });
    if (is_it) return &each.price;
  }
  return nullptr;
}

void Prices::load() {
  if (std::exchange(is_loaded_, true)) return;
  if (auto table = PriceTable::parse(built_in_prices(), "prices.toml"))
    built_in_ = std::move(*table);
  if (file_.empty()) return;
  auto text = read_(file_);
  if (!text) {
    fault_ = std::move(text.error());
  } else if (text->has_value()) {
    auto table = PriceTable::parse(**text, file_);
    if (table) {
      own_ = std::move(*table);
    } else {
      fault_ = std::move(table.error());
    }
  }
  if (fault_) fault_->message += "; no price in the file is used";
}

const Price* Prices::find(std::string_view model, std::uint64_t prompt) {
  if (model.empty()) return nullptr;
  load();
  const Price* const own = own_ ? own_->find(model, prompt) : nullptr;
  return own != nullptr ? own : built_in_.find(model, prompt);
}

std::optional<Error> Prices::take_fault() {
  load();
  return std::exchange(fault_, std::nullopt);
}

bool Prices::has_own() {
  load();
  return own_.has_value();
}

}  // namespace tine::session
