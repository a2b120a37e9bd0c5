#include "session/memory/acyclic.h"

#include <cstdint>
#include <optional>

namespace tine::session {
namespace {

/// The nodes that a circle may go through, each with a number of its own: neither what leads
/// nowhere nor what is led to by nothing is one.
std::vector<std::optional<std::size_t>> on_circles(std::size_t nodes,
                                                   const std::vector<Edge>& edges,
                                                   std::size_t& count) {
  std::vector<bool> gone(nodes);
  const auto peel = [&](bool forward) {
    std::vector<std::size_t> waits(nodes);
    std::vector<std::vector<std::size_t>> behind(nodes);
    for (const Edge& each : edges) {
      if (gone[each.from] || gone[each.to]) continue;
      ++waits[forward ? each.from : each.to];
      behind[forward ? each.to : each.from].push_back(forward ? each.from : each.to);
    }
    std::vector<std::size_t> next;
    for (std::size_t node = 0; node < nodes; ++node)
      if (!gone[node] && waits[node] == 0) next.push_back(node);
    for (std::size_t i = 0; i < next.size(); ++i) {
      gone[next[i]] = true;
      for (const std::size_t node : behind[next[i]])
        if (--waits[node] == 0) next.push_back(node);
    }
  };
  peel(true);
  peel(false);
  std::vector<std::optional<std::size_t>> out(nodes);
  for (std::size_t node = 0; node < nodes; ++node)
    if (!gone[node]) out[node] = count++;
  return out;
}

/// What can be reached from where.
class Reach {
 public:
  explicit Reach(std::size_t nodes)
      : nodes_(nodes),
        words_((nodes + bits - 1) / bits),
        rows_(nodes * words_),
        is_reached_(nodes) {}

  bool has(std::size_t from, std::size_t to) const {
    return from == to || (rows_[from * words_ + to / bits] >> (to % bits) & 1U) != 0;
  }
  void add(std::size_t from, std::size_t to) {
    if (has(from, to)) return;
    if (is_reached_[from]) {
      for (std::size_t node = 0; node < nodes_; ++node)
        if (has(node, from) && !has(node, to)) widen(node, to);
    } else {
      widen(from, to);
    }
    is_reached_[to] = true;
  }

 private:
  static constexpr std::size_t bits = 64;

  void widen(std::size_t node, std::size_t to) {
    std::uint64_t* const row = &rows_[node * words_];
    const std::uint64_t* const other = &rows_[to * words_];
    for (std::size_t i = 0; i < words_; ++i) row[i] |= other[i];
    row[to / bits] |= std::uint64_t{1} << (to % bits);
  }

  std::size_t nodes_;
  std::size_t words_;
  std::vector<std::uint64_t> rows_;
  std::vector<bool> is_reached_;
};

}  // namespace

std::vector<bool> closing_edges(std::size_t nodes, const std::vector<Edge>& edges) {
  std::vector<bool> out(edges.size());
  std::size_t count = 0;
  const auto numbers = on_circles(nodes, edges, count);
  if (count == 0) return out;
  Reach reach(count);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const auto from = numbers[edges[i].from];
    const auto to = numbers[edges[i].to];
    if (!from || !to) continue;
    if (reach.has(*to, *from)) {
      out[i] = true;
    } else {
      reach.add(*from, *to);
    }
  }
  return out;
}

}  // namespace tine::session
