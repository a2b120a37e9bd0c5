// `tine session compress`: has a session's backend make room in its context, with its own command
// for that.

#include <memory>

#include "cli/converse/opened.h"
#include "cli/converse/turn.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verbs/session/verbs.h"
#include "executor/acp/presets.h"

namespace tine::cli {
namespace {

using session::store::State;
using session::store::Status;

/// The command with which such a session is compressed; empty: tine knows none.
std::string command_of(const BackendConfig& backend, const executor::Loading& loading) {
  switch (backend.kind) {
    case BackendKind::codex:
      return "/compact";
    case BackendKind::claude:
      // Without skills it has no commands either.
      return loading.skills ? "/compact" : "";
    case BackendKind::acp: {
      const auto* const preset = executor::acp::find_preset(backend.preset);
      return std::string(preset == nullptr ? std::string_view() : preset->compact);
    }
    case BackendKind::rehearsal:
      return {};
  }
  return {};
}

Result<State> state_of(World& world, const std::string& id) {
  const auto entry = world.store.find(id);
  if (!entry) return fail(entry.error());
  return world.store.read_state(*entry);
}

Result<std::string> command_for(const World& world, const State& state) {
  const BackendConfig* const backend = world.config.find_backend(state.backend);
  const executor::Loading loading = executor::kept_loading(state.loads);
  std::string command = backend == nullptr ? std::string() : command_of(*backend, loading);
  if (!command.empty()) return command;
  const std::string why = loading.skills ? "" : " in a session that loads no skills";
  return fail(Error(ErrorKind::unsupported, "the backend " + state.backend +
                                                " has no command that compresses its context" + why)
                  .with_hint("Begin anew from a summary instead: tine fork " + state.id +
                             " --strategy soft."));
}

transport::Task<int> compress(World& world, LocalAgent& agent, Listener& listener, std::string id,
                              bool json, transport::CancelSource shutdown) {
  const auto ready = co_await agent.meet();
  if (!ready) co_return failed(ready.error());
  auto known = co_await session_by_id(world, id);
  if (!known) co_return failed(known.error());
  const auto before = state_of(world, known->id);
  if (!before) co_return failed(before.error());
  const auto command = command_for(world, *before);
  if (!command) co_return failed(command.error());
  const auto opened = co_await resume_session(agent, std::move(*known), std::string());
  if (!opened) co_return failed(opened.error());
  std::vector<v1::ContentBlock> prompt{v1::text_block(*command)};
  const TurnEnd end = co_await play_turn(world, agent, &listener, opened->id, std::move(prompt), 0,
                                         std::move(shutdown));
  if (json)
    print(
        result_json({.session = opened->id, .fork = {}, .artifacts = {}}, listener.output(), end));
  if (!end.response) co_return failed(end.response.error());
  const auto after = state_of(world, opened->id);
  if (!after) co_return failed(after.error());
  if (!json && end.exit_code() == exit_code::good) {
    print(after->status == Status::available ? "compressed " + opened->id + "\n"
                                             : "asked the backend " + after->backend + " with " +
                                                   *command + "; it did not say what came of it\n");
  }
  co_return end.exit_code();
}

transport::Task<int> compress_session(World& world, std::string id, bool json,
                                      transport::CancelSource shutdown) {
  Listener listener(world.loop, {.form = Form::json, .raw = false, .rules = {}}, shutdown);
  LocalAgent agent(world, listener, {});
  const int code =
      co_await compress(world, agent, listener, std::move(id), json, std::move(shutdown));
  co_await agent.leave();
  co_return code;
}

}  // namespace

const Verb session_compress_verb{
    .name = "compress",
    .help = "Have the backend compress a session's context",
    .declare = [](Options& options) -> Run {
      const auto id = std::make_shared<std::string>();
      options.argument("id", *id, "ID", Options::session);
      return [id](Program& program) {
        return program.run([&program, id](World& world, transport::CancelSource shutdown) {
          return compress_session(world, *id, program.common.json, std::move(shutdown));
        });
      };
    },
    .examples = "Example:\n  tine session compress 01JH4Q"};

}  // namespace tine::cli
