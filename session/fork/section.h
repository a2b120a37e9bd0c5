#pragma once
// The parts of a text that must not have more than so many tokens: headings with what stands below
// them, of which as much is taken as there is room for.
//
// Values.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "base/tokens/estimate.h"

namespace tine::session {

inline constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

/// The tokens that are left. Texts are priced one by one: together they never have more.
class Budget {
 public:
  explicit Budget(std::uint64_t tokens) : left_(tokens) {}
  std::uint64_t left() const { return left_; }
  bool spend(std::uint64_t tokens) {
    if (tokens > left_) return false;
    left_ -= tokens;
    return true;
  }
  void give_back(std::uint64_t tokens) { left_ += tokens; }

 private:
  std::uint64_t left_;
};

/// A heading and what stands below it, as far as it is taken.
class Section {
 public:
  explicit Section(std::string_view heading) : heading_("\n" + std::string(heading) + "\n") {}

  /// `detail` stands below `text`, and never without it.
  void add(std::string text, std::string detail = {}) {
    parts_.push_back({.text = std::move(text), .detail = std::move(detail)});
  }
  std::size_t size() const { return parts_.size(); }
  std::uint64_t heading_price() const { return tokens::estimate(heading_); }

  /// Takes the part if the budget and `allowed`, which gets less, have room for it.
  bool take(std::size_t part, Budget& budget, std::uint64_t& allowed) {
    Part& wanted = parts_[part];
    if (wanted.taken || wanted.text.empty()) return wanted.taken;
    const std::uint64_t cost = tokens::estimate(wanted.text) + (begun_ ? 0 : heading_price());
    wanted.taken = pay(cost, budget, allowed);
    begun_ = begun_ || wanted.taken;
    return wanted.taken;
  }
  bool take(std::size_t part, Budget& budget) {
    std::uint64_t allowed = unlimited;
    return take(part, budget, allowed);
  }
  /// Takes as many as have room, the last one first.
  void take_newest(Budget& budget, std::uint64_t allowed) {
    for (std::size_t i = parts_.size(); i > 0; --i) take(i - 1, budget, allowed);
  }
  void take_newest_details(Budget& budget, std::uint64_t allowed) {
    for (Part& each : parts_ | std::views::reverse) {
      if (!each.taken || each.detail_taken || each.detail.empty()) continue;
      each.detail_taken = pay(tokens::estimate(each.detail), budget, allowed);
    }
  }
  /// Gives back what its only part has cost.
  void give_back(Budget& budget) {
    if (!begun_) return;
    budget.give_back(heading_price() + tokens::estimate(parts_.front().text));
    parts_.front().taken = begun_ = false;
  }

  bool begun() const { return begun_; }
  void append_to(std::string& out) const {
    if (!begun_) return;
    out += heading_;
    for (const Part& each : parts_) {
      if (each.taken) out += each.text;
      if (each.detail_taken) out += each.detail;
    }
  }

 private:
  struct Part {
    std::string text;
    std::string detail;
    bool taken = false;
    bool detail_taken = false;
  };
  static bool pay(std::uint64_t cost, Budget& budget, std::uint64_t& allowed) {
    if (cost > allowed || !budget.spend(cost)) return false;
    allowed -= cost;
    return true;
  }

  std::string heading_;
  std::vector<Part> parts_;
  bool begun_ = false;
};

}  // namespace tine::session
