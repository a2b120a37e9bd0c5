#pragma once
// Runs the loop until a task has its result.

#include <optional>
#include <utility>

#include "transport/loop.h"

namespace tine::test {

template <class T>
T await(transport::Loop& loop, transport::Task<T> task) {
  std::optional<T> out;
  loop.spawn([](transport::Loop& on, transport::Task<T> work,
                std::optional<T>& result) -> transport::Task<void> {
    result = co_await std::move(work);
    on.stop();
  }(loop, std::move(task), out));
  loop.run_ready();
  while (!out) loop.run();
  return std::move(*out);
}

}  // namespace tine::test
