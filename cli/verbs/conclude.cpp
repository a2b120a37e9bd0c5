// `tine conclude`: asks a session's backend for the closing summary, keeps it with the session, and
// closes that.

#include <memory>

#include "cli/converse/opened.h"
#include "cli/converse/turn.h"
#include "cli/exit_code.h"
#include "cli/mirror.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "cli/working_directory.h"
#include "session/conclusion.h"

namespace tine::cli {
namespace {

constexpr const char* question =
    "This session is about to be closed. Write its closing summary in Markdown, for somebody who "
    "was not here and reads nothing else. Use these headings:\n"
    "\n"
    "## Found\n"
    "What was learnt, with the files and facts that show it.\n"
    "\n"
    "## Decided\n"
    "What was chosen, and why.\n"
    "\n"
    "## Next\n"
    "What is left to do, as a list.\n"
    "\n"
    "Answer with the summary alone. Change nothing and run nothing.";

struct ConcludeAsked {
  GoingOn in;
  TurnWish turn;
  SessionWish session;
};

Failure not_concluded(const std::string& why) {
  return fail(Error(ErrorKind::backend_failed, why + ", so the session is not concluded")
                  .with_hint("It stays as it was; try again."));
}

/// The summary, when the turn has ended well and said all.
Result<std::string> summary_of(const TurnEnd& end, const std::string& output) {
  if (!end.response) return fail(end.response.error());
  if (end.response->stop_reason != v1::StopReason::end_turn) {
    return not_concluded("the summary was cut short (" +
                         std::string(v1::name_of(end.response->stop_reason)) + ")");
  }
  if (output.find_first_not_of(" \t\r\n") == std::string::npos)
    return not_concluded("the agent gave no summary");
  return output;
}

transport::Task<int> conclude(World& world, LocalAgent& agent, Listener& listener,
                              ConcludeAsked asked, Form form, std::string cwd,
                              transport::CancelSource shutdown) {
  const auto ready = co_await agent.meet();
  if (!ready) co_return failed(ready.error());
  const ForkChoice no_fork;
  const auto opened =
      co_await open_session(world, agent, std::move(asked.session), std::move(cwd), no_fork);
  if (!opened) co_return failed(opened.error());
  listener.permissions().work_in(opened->cwd);
  if (shutdown.cancelled()) co_return exit_code::cancelled;
  std::string words = asked.turn.prompt.empty() ? std::string(question) : asked.turn.prompt;
  std::vector<v1::ContentBlock> prompt{v1::text_block(std::move(words))};
  TurnEnd end = co_await play_turn(world, agent, &listener, opened->id, std::move(prompt),
                                   asked.turn.timeout, std::move(shutdown));
  std::string file;
  const bool was_cancelled = end.response && end.exit_code() != exit_code::good;
  if (!was_cancelled) {
    auto summary = summary_of(end, listener.output());
    Result<std::string> kept = fail(ErrorKind::internal, "");
    if (summary) {
      kept = co_await session::conclude(world.service, opened->id, std::move(*summary));
    } else {
      kept = fail(std::move(summary.error()));
    }
    if (kept) file = std::move(*kept);
    if (!kept) end.response = fail(std::move(kept.error()));
  }
  const TurnAccount account{
      .session = opened->id, .fork = {}, .artifacts = artifacts_of(world, opened->id)};
  const int code = tell_end(form, account, listener, end);
  if (form == Form::text && !file.empty())
    print_to_stderr("tine: concluded " + opened->id + "; the summary is in " + file + "\n");
  if (form == Form::text && was_cancelled) print_to_stderr("tine: the session is not concluded\n");
  co_return code;
}

transport::Task<int> start(World& world, ConcludeAsked asked, std::string cwd,
                           std::vector<session::PermissionRule> rules, const Common& common,
                           transport::CancelSource shutdown) {
  auto mirror = open_mirror(world.loop, common.mirror, world.redactor, world.log);
  if (!mirror) co_return failed(mirror.error());
  const Form form = form_of(asked.turn, common);
  Listener listener(world.loop, {.form = form, .raw = asked.turn.raw, .rules = std::move(rules)},
                    shutdown);
  LocalAgent agent(world, listener, std::move(*mirror));
  const int code = co_await conclude(world, agent, listener, std::move(asked), form, std::move(cwd),
                                     std::move(shutdown));
  co_await agent.leave();
  co_return code;
}

int run(Program& program, ConcludeAsked asked) {
  if (auto good = asked.in.settle(asked.session, asked.turn.prompt); !good)
    return misused(good.error());
  if (auto good = asked.session.check(); !good) return misused(good.error());
  auto rules = rules_of(asked.turn);
  if (!rules) return misused(rules.error());
  asked.session.narrowing = narrowing_of(asked.turn);
  auto cwd = working_directory({});
  if (!cwd) return failed(cwd.error());
  return program.run([&](World& world, transport::CancelSource shutdown) {
    return start(world, std::move(asked), std::move(*cwd), std::move(*rules), program.common,
                 std::move(shutdown));
  });
}

}  // namespace

const Verb conclude_verb{.name = "conclude",
                         .help = "Have a session summed up (found, decided, next), and close it",
                         .declare = [](Options& options) -> Run {
                           const auto asked = std::make_shared<ConcludeAsked>();
                           add_going_on(options, asked->in,
                                        "What is asked for instead of the usual summary");
                           add_timeout_option(options, asked->turn);
                           add_rule_options(options, asked->turn);
                           return [asked](Program& program) { return run(program, *asked); };
                         },
                         .examples =
                             "Examples:\n"
                             "  tine conclude 01JH4Q > summary.md\n"
                             "  tine conclude --last \"Sum up what we decided, in French\""};

}  // namespace tine::cli
