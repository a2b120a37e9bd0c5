// `tine session result`: the answer of a session's last turn.

#include <memory>
#include <nlohmann/json.hpp>

#include "base/json/document.h"
#include "base/json/redact.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verbs/session/last_turn.h"
#include "cli/verbs/session/verbs.h"
#include "cli/verbs/session/words.h"

namespace tine::cli {
namespace {

std::string seconds_text(std::int64_t milliseconds) {
  return std::to_string(milliseconds / 1000) + "." + std::to_string(milliseconds % 1000 / 100) +
         " s";
}

/// What the past of a fork did cost in its first call of the model, beside what was expected.
std::string fork_text(json::View fork) {
  if (!fork.is_object()) return {};
  const auto part = [fork](const char* which, const char* name) {
    return count_text(json::count_in(fork.find(which), name));
  };
  return "Fork: the past cost fresh " + part("actual", "fresh") + ", cached " +
         part("actual", "cacheRead") + " tokens; expected were fresh " + part("expected", "fresh") +
         ", cached " + part("expected", "cacheRead") + "\n";
}

/// What there is to say of the turn beside its answer.
std::string facts_text(const LastTurn& turn) {
  std::string text = "Turn " + std::to_string(turn.turn) + " ended at " + turn.ended;
  if (const auto time = turn.milliseconds()) text += " after " + seconds_text(*time);
  text += ": " + visible_line(turn.stop) + "\n";
  if (!turn.error.empty()) text += "It failed: " + visible_line(turn.error) + "\n";
  const executor::Tokens tokens = turn.tokens();
  if (!tokens.unknown()) {
    text += "Tokens: prompt " + count_text(tokens.prompt()) + " (fresh " +
            count_text(tokens.input) + ", written to the cache " + count_text(tokens.cache_write) +
            "), output " + count_text(tokens.output) + "\n";
  }
  if (tokens.cache_read) {
    text += "Cache read: " + grouped(*tokens.cache_read) + " tokens";
    if (const auto ratio = tokens.cache_hit_ratio())
      text += " (" + percent_text(ratio) + " hit rate)";
    text += "\n";
  }
  return text + fork_text(json::View(turn.fork));
}

std::string as_json(const std::string& id, const LastTurn& turn) {
  json::Document out;
  out["sessionId"] = id;
  out["turn"] = turn.turn;
  out["output"] = turn.output;
  out["stopReason"] = turn.stop;
  out["begun"] = turn.begun;
  out["ended"] = turn.ended;
  out["ms"] = nullptr;
  if (const auto time = turn.milliseconds()) out["ms"] = *time;
  out["usage"] = nullptr;
  if (!turn.usage.empty()) out["usage"] = json::parsed(turn.usage);
  out["cacheHitRatio"] = nullptr;
  if (const auto ratio = turn.tokens().cache_hit_ratio()) out["cacheHitRatio"] = *ratio;
  out["fork"] = nullptr;
  if (!turn.fork.empty()) out["fork"] = json::parsed(turn.fork);
  if (!turn.error.empty()) out["error"] = turn.error;
  return json::text_of(out);
}

transport::Task<int> tell_result(World& world, std::string id, bool json) {
  const auto entry = co_await world.store.find_prefix(id);
  if (!entry) co_return failed(entry.error());
  auto found = co_await last_turn(world.loop, world.store, *entry);
  if (!found) co_return failed(found.error());
  if (!*found) {
    co_return failed(
        Error(ErrorKind::unsupported, "no turn of the session has ended yet")
            .with_hint("tine session logs " + entry->id + " --follow shows what it does."));
  }
  const LastTurn& turn = **found;
  if (json) {
    print(json::redacted(as_json(entry->id, turn), world.redactor) + "\n");
    co_return exit_code::good;
  }
  const std::string text = world.redactor.redacted(turn.output);
  print(text.empty() || text.ends_with('\n') ? text : text + "\n");
  print_to_stderr(world.redactor.redacted(facts_text(turn)));
  co_return exit_code::good;
}

}  // namespace

const Verb session_result_verb{
    .name = "result",
    .help = "Print the answer of a session's last turn",
    .declare = [](Options& options) -> Run {
      const auto id = std::make_shared<std::string>();
      options.argument("id", *id, "ID", Options::session);
      return [id](Program& program) {
        return program.run([&program, id](World& world, transport::CancelSource /*shutdown*/) {
          return tell_result(world, *id, program.common.json);
        });
      };
    },
    .examples =
        "Examples:\n"
        "  tine session result 01JH4Q > answer.md\n"
        "  tine session result 01JH4Q --json | jq .usage"};

}  // namespace tine::cli
