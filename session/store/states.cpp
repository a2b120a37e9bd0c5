#include "session/store/states.h"

#include <algorithm>
#include <atomic>
#include <future>

#include "session/store/limits.h"
#include "session/store/sessions.h"

namespace tine::session::store {

std::vector<Result<State>> read_states(const Folder& root, const std::vector<IndexEntry>& entries) {
  std::vector<Result<State>> out(entries.size(), Result<State>(State()));
  std::atomic<std::size_t> next = 0;
  const auto read = [&] {
    for (std::size_t at = next++; at < entries.size(); at = next++)
      out[at] = read_state(root, entries[at]);
  };
  const std::size_t readers =
      std::min(limits::state_readers, entries.size() / limits::states_a_reader);
  std::vector<std::future<void>> helpers;
  // A thread that cannot be started leaves its part to this one.
  while (helpers.size() + 1 < readers)
    helpers.push_back(std::async(std::launch::async | std::launch::deferred, read));
  read();
  for (std::future<void>& each : helpers) each.get();
  return out;
}

}  // namespace tine::session::store
