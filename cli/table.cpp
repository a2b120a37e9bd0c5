#include "cli/table.h"

#include <algorithm>

#include "cli/columns.h"

namespace tine::cli {

std::string Table::text(std::optional<std::size_t> columns) const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line.append(row[i]).append(widths[i] - width_of(row[i]) + 2, ' ');
    line.resize(line.find_last_not_of(' ') + 1);
    out += (columns ? fitted(line, *columns) : line) + "\n";
  }
  return out;
}

}  // namespace tine::cli
