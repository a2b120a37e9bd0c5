// usage: guarded COMMAND...: says "ready", waits for a line, runs the command under a guardian, and
// tells how that went. It can be killed meanwhile.

#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "transport/guarded.h"
#include "transport/guardian.h"

namespace {

using namespace tine;

void tell(const std::string& text) {
  std::puts(text.c_str());
  std::fflush(stdout);
}

transport::Task<void> run(transport::Loop& loop, std::vector<std::string> command) {
  transport::GuardedSpec spec;
  spec.command = std::move(command);
  spec.environment = {"PATH=/usr/bin:/bin"};
  auto guarded = co_await transport::Guarded::start(loop, std::move(spec));
  if (!guarded) {
    tell(guarded.error().message);
  } else {
    tell("started");
    const transport::ExitReport report = co_await (*guarded)->exited();
    tell(report.text());
  }
  loop.stop();
}

}  // namespace

int main(int argc, char** argv) {
  if (transport::is_guardian(argc, argv)) transport::guard(argv);
  tell("ready");
  std::array<char, 16> line{};
  if (std::fgets(line.data(), line.size(), stdin) == nullptr) return 1;
  transport::Loop loop;
  loop.spawn(run(loop, std::vector<std::string>(argv + 1, argv + argc)));
  loop.run();
  return 0;
}
