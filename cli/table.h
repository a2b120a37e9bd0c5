#pragma once
// A table for a terminal: columns as wide as what stands in them.
//
// A value.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tine::cli {

class Table {
 public:
  /// Without heads.
  Table() = default;
  explicit Table(std::vector<std::string> heads) { add(std::move(heads)); }

  /// Cells that are missing are empty.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// With `columns`, what a line has beyond them is cut.
  std::string text(std::optional<std::size_t> columns = std::nullopt) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace tine::cli
