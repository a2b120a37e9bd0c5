#pragma once
// What models cost: the table that is compiled in (schemas/prices.toml) and, before it, the file of
// the user, who may have another contract. Both are read when a price is asked for, not before. A
// model that no entry fits has no price: none is better than a wrong one.
//
// One per process, on the loop's thread.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace tine::session {

/// In US dollars for a million tokens.
struct Price {
  double input = 0;  ///< neither read from the provider's cache nor written to it
  double cached_input = 0;
  double output = 0;
  /// By how long the cache keeps what is written, the shortest time first; empty: as input.
  std::vector<std::pair<std::chrono::minutes, double>> cache_write;

  /// What is written to a cache that keeps it so long; none: not known.
  std::optional<double> written_for(std::chrono::seconds lifetime) const;
};

/// The prices of a file, in its order.
class PriceTable {
 public:
  /// `file` names it in errors, which say line and column. One that is wrong in any place is not
  /// used at all.
  static Result<PriceTable> parse(std::string_view text, const std::string& file);

  /// Of a prompt of so many tokens; null: not known.
  const Price* find(std::string_view model, std::uint64_t prompt) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::vector<std::string> models;
    std::optional<std::uint64_t> longest_prompt;
    Price price;
  };
  std::vector<Entry> entries_;
};

/// schemas/prices.toml.
std::string_view built_in_prices();

class Prices {
 public:
  /// Gives the text of a file; none: there is no such file.
  using Read = std::function<Result<std::optional<std::string>>(const std::string& path)>;

  /// `file`: of the user; empty: there is none.
  Prices(std::string file, Read read) : file_(std::move(file)), read_(std::move(read)) {}
  Prices(const Prices&) = delete;
  Prices& operator=(const Prices&) = delete;

  const std::string& file() const { return file_; }
  /// Of a prompt of so many tokens; null: not known.
  const Price* find(std::string_view model, std::uint64_t prompt);
  /// Says why the user's file is not used, once to each caller that waits for it; none: it is fine,
  /// or there is none.
  std::optional<Error> take_fault();
  /// Whether the user's file is there and used.
  bool has_own();

 private:
  void load();

  std::string file_;
  Read read_;
  bool is_loaded_ = false;
  std::optional<PriceTable> own_;
  PriceTable built_in_;
  std::optional<Error> fault_;
};

}  // namespace tine::session
