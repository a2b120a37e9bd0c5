#pragma once
// Finds out which links of a graph would close a circle, for many links at once.
//
// A plain function. On any thread.

#include <cstddef>
#include <vector>

namespace tine::session {

struct Edge {
  std::size_t from = 0;
  std::size_t to = 0;
};

/// For each edge whether it closes a circle with those before it that do not; of `nodes` nodes.
/// Without a circle a look at each edge is enough; with one it takes nodes² bits at most.
std::vector<bool> closing_edges(std::size_t nodes, const std::vector<Edge>& edges);

}  // namespace tine::session
