#include "cli/world.h"

#include <memory>

#include "cli/backends.h"
#include "cli/config/files.h"
#include "tests/catch.h"
#include "tests/doubles/scripted_backend.h"
#include "tests/doubles/still_clock.h"
#include "tests/doubles/temporary_folder.h"
#include "transport/limits.h"

using namespace tine;

namespace {

class HomeEnv final : public test::StillClock {
 public:
  std::optional<std::string> variable(std::string_view name) const override {
    if (name == "HOME" || name == "XDG_STATE_HOME") return home_.path();
    return std::nullopt;
  }

 private:
  test::TemporaryFolder home_;
};

/// Notes when it goes.
struct Noting {
  Noting(std::string& the_gone, std::string the_name) : gone(the_gone), name(std::move(the_name)) {}
  ~Noting() { gone += name + " "; }
  Noting(const Noting&) = delete;
  Noting& operator=(const Noting&) = delete;
  std::string& gone;
  std::string name;
};

transport::Task<void> wait_for_ever(transport::Loop& loop, std::string& gone) {
  const Noting noting(gone, "coroutine");
  co_await transport::pause(loop, transport::limits::longest_wait);
}

cli::Config configuration(const Env& env) {
  auto config = cli::load_config(
      {.env = env, .read = cli::read_config_file, .is_program = cli::is_program, .flags = {}});
  REQUIRE(config);
  return std::move(*config);
}

}  // namespace

TEST_CASE("world: what is still suspended goes before the backends that it may refer to") {
  HomeEnv env;
  Log log(env, Log::Level::error, [](const Log::Message&) {});
  Redactor redactor{Redactor::Key{1}};
  std::string gone;
  {
    const Result<std::string> root = session::store::default_root(env);
    cli::World world(env, log, redactor, configuration(env), root, root);
    auto backend = std::make_unique<session::ScriptedBackend>(world.loop);
    // It goes with its backend.
    backend->in_turn = [noting = std::make_shared<Noting>(gone, "backend")](
                           v1::Client&) -> transport::Task<void> { co_return; };
    world.backends.all.push_back(std::move(backend));
    world.loop.spawn(wait_for_ever(world.loop, gone));
    world.loop.run_ready();
    CHECK(gone.empty());
  }
  CHECK(gone == "coroutine backend ");
}
