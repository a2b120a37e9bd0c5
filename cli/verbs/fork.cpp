// `tine fork`: forks a session; with a prompt, or with several for as many forks.

#include <memory>
#include <nlohmann/json.hpp>

#include "base/json/document.h"
#include "cli/config/nearest.h"
#include "cli/converse/errand.h"
#include "cli/converse/fan.h"
#include "cli/converse/opened.h"
#include "cli/converse/silence.h"
#include "cli/exit_code.h"
#include "cli/table.h"
#include "cli/text_file.h"
#include "cli/verb.h"
#include "session/meta.h"

namespace tine::cli {
namespace {

/// Forks that are made at a time.
constexpr std::int64_t most_forks = 64;

struct ForkAsked {
  Errand errand;
  std::string from;
  std::string prompts;  ///< a file
  std::int64_t count = 0;
  bool dry_run = false;
  bool pick = false;
};

std::string tokens(json::View cost) {
  const auto part = [cost](const char* name) {
    const json::View value = cost.find(name);
    return value.type() == json::Type::number ? std::string(value.raw()) : std::string("?");
  };
  return "fresh " + part("fresh") + ", cached " + part("cacheRead") + ", written " +
         part("cacheWrite");
}

std::string fork_plan_text(json::View fork) {
  Table table({"strategy", "usable", "tokens of the past in the first call"});
  for (const json::View each : fork.find("plan").elements()) {
    const bool usable = each.find("usable").boolean().value_or(false);
    table.add({each.find("strategy").string().value_or(""), usable ? "yes" : "no",
               usable ? tokens(each.find("expected"))
                      : visible_line(each.find("reason").string().value_or(""))});
  }
  std::string text = table.text();
  const auto warm = fork.find("warm").boolean();
  if (warm) {
    text += *warm ? "The provider's cache still has the past.\n"
                  : "The provider's cache has the past no more.\n";
  }
  for (const json::View each : fork.find("advice").elements())
    text += visible_line(each.string().value_or("")) + "\n";
  return text;
}

/// What is printed of a fork that was made, or that would be.
void tell(const OpenedSession& fork, bool dry_run, bool json) {
  const json::View how(fork.fork);
  if (json) {
    json::Document out;
    out["sessionId"] = fork.id;
    out["fork"] = json::parsed(fork.fork);
    print(json::text_of(out) + "\n");
  } else if (dry_run) {
    print(fork_plan_text(how));
  } else {
    print(fork.id + "\n");
    print_to_stderr("forked " + how.find("strategy").string().value_or("") + " after turn " +
                    std::string(how.find("at").find("turn").raw()) + "; " +
                    tokens(how.find("expected")) + " tokens in its first call\n" +
                    "      tine reply " + fork.id + " \"…\"\n");
  }
}

transport::Task<int> fork_there(World& world, LocalAgent& agent, const ForkAsked& asked,
                                bool json) {
  const auto ready = co_await agent.meet();
  if (!ready) co_return failed(ready.error());
  const ForkOrigin origin = fork_origin(asked.from);
  auto known = co_await session_by_id(world, origin.id);
  if (!known) co_return failed(known.error());
  std::string meta =
      fork_meta({.point = origin.point, .choice = asked.errand.fork, .dry_run = asked.dry_run});
  const auto forked =
      co_await fork_session(agent, std::move(*known), own_directory, std::move(meta));
  if (!forked) co_return failed(forked.error());
  tell(*forked, asked.dry_run, json);
  co_return exit_code::good;
}

transport::Task<int> fork_alone(World& world, const ForkAsked& asked, bool json) {
  Silence silence;
  LocalAgent agent(world, silence, {});
  const int code = co_await fork_there(world, agent, asked, json);
  co_await agent.leave();
  co_return code;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.pop_back();
    if (line.find_first_not_of(" \t") != std::string::npos) out.push_back(std::move(line));
    at = end + 1;
  }
  return out;
}

/// One prompt for each fork.
Result<std::vector<std::string>> prompts_of(const ForkAsked& asked) {
  const auto count = static_cast<std::size_t>(asked.count);
  if (asked.prompts.empty()) return std::vector<std::string>(count, asked.errand.turn.prompt);
  if (!asked.errand.turn.prompt.empty()) {
    return fail(Error(ErrorKind::invalid_params, "a prompt and --prompts exclude each other")
                    .with_hint("Give one of them."));
  }
  const auto text = read_text_file(asked.prompts);
  if (!text) return fail(text.error());
  const std::vector<std::string> lines = lines_of(*text);
  if (lines.empty()) {
    return fail(Error(ErrorKind::invalid_params, "there is no prompt in " + asked.prompts)
                    .with_hint("Write one prompt a line."));
  }
  std::vector<std::string> out;
  for (std::size_t i = 0; i < (count == 0 ? lines.size() : count); ++i)
    out.push_back(lines[i % lines.size()]);
  if (out.size() > static_cast<std::size_t>(most_forks)) {
    return fail(Error(ErrorKind::invalid_params,
                      "there are more than " + std::to_string(most_forks) + " prompts")
                    .with_hint("Give fewer at a time."));
  }
  return out;
}

/// The backend that is forked to, where one is named.
Result<void> check_backend(const Config& config, const std::string& name) {
  if (name.empty() || config.find_backend(name) != nullptr) return {};
  std::vector<std::string_view> names;
  names.reserve(config.backends.size());
  for (const BackendConfig& each : config.backends) names.push_back(each.name);
  return fail(Error(ErrorKind::invalid_params,
                    "there is no backend " + visible_line(name) + suggestion(name, names))
                  .with_hint("`tine doctor` lists the backends."));
}

int start(Program& program, const ForkAsked& asked) {
  if (auto good = check_backend(program.config, asked.errand.fork.backend); !good)
    return misused(good.error());
  const bool fans = asked.count > 0 || !asked.prompts.empty();
  if (fans && !asked.dry_run) {
    auto prompts = prompts_of(asked);
    if (!prompts) return misused(prompts.error());
    return run_fan(program, {.from = fork_origin(asked.from),
                             .choice = asked.errand.fork,
                             .prompts = std::move(*prompts),
                             .turn = asked.errand.turn,
                             .pick = asked.pick});
  }
  const TurnWish& turn = asked.errand.turn;
  if (asked.dry_run || (turn.prompt.empty() && turn.prompt_file.empty())) {
    return program.run([&](World& world, transport::CancelSource /*shutdown*/) {
      return fork_alone(world, asked, program.common.json);
    });
  }
  Errand errand = asked.errand;
  errand.session.fork_from = asked.from;
  return run_errand(program, std::move(errand));
}

}  // namespace

const Verb fork_verb{
    .name = "fork",
    .help = "Fork a session; with prompts, each fork answers one",
    .declare = [](Options& options) -> Run {
      const auto asked = std::make_shared<ForkAsked>();
      options
          .argument("id", asked->from, "ID[@POINT]",
                    "The session, and after which turn (its number, or the id of a message in it)")
          .optional("prompt", asked->errand.turn.prompt, "PROMPT",
                    "The fork's first prompt; - reads it from stdin")
          .value("--to", asked->errand.fork.backend, "BACKEND", "Fork to another backend")
          .value("--strategy", asked->errand.fork.strategy, "STRATEGY",
                 "auto, native, pty or soft (docs/forks.md)")
          .flag("--dry-run", asked->dry_run, "Only show how it would be forked")
          .value("--n", asked->count, most_forks, "N", "Make so many forks at once")
          .value("--prompts", asked->prompts, "FILE",
                 "Make a fork for each line of the file, which is its prompt")
          .flag("--pick", asked->pick, "Show the answers; keep the one that is chosen");
      add_turn_options(options, asked->errand.turn);
      return [asked](Program& program) { return start(program, *asked); };
    },
    .examples =
        "Examples:\n"
        "  tine fork 01JH4Q\n"
        "  tine fork 01JH4Q@3 \"Try it with a queue instead\"\n"
        "  tine fork 01JH4Q --to codex --dry-run\n"
        "  tine fork 01JH4Q --n 4 --pick \"Suggest a name\"\n"
        "  tine fork 01JH4Q --prompts questions.txt --json"};

}  // namespace tine::cli
