#include "cli/ending.h"

#include <string>

#include "cli/limits.h"

namespace tine::cli {

void Ending::begin() {
  if (std::exchange(begun_, true)) return;
  loop_.spawn(count());
}

transport::Task<void> Ending::count() {
  co_await transport::pause(loop_, limits::ending);
  overdue_ = true;
  log_.warning("the end took longer than " + std::to_string(limits::ending.count() / 1000) +
               " s; what is left is killed");
  loop_.stop();
}

}  // namespace tine::cli
