#include "cli/converse/turn.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/json/document.h"
#include "cli/exit_code.h"
#include "cli/program.h"
#include "cli/text_file.h"
#include "cli/working_directory.h"
#include "session/meta.h"
#include "transport/rpc_error.h"

namespace tine::cli {
namespace {

/// Seconds that a turn can be given: a year.
constexpr std::int64_t longest_timeout = 365LL * 24 * 3600;

using session::PermissionRule;

Result<void> take_rules(const std::vector<std::string>& texts, PermissionRule::Verdict verdict,
                        const char* flag, std::vector<PermissionRule>& to) {
  for (const std::string& text : texts) {
    auto rule = session::read_permission_rule(verdict, text, flag);
    if (!rule) return fail(rule.error());
    to.push_back(std::move(*rule));
  }
  return {};
}

/// As RFC 3986 has it: what is no letter, digit or mark of a path is written with its number.
std::string file_uri(const std::string& path) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out = "file://";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool stays =
        std::isalnum(byte) != 0 || std::string_view("/-._~").find(c) != std::string_view::npos;
    if (stays) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    }
  }
  return out;
}

bool is_replayed(const v1::PromptResponse& response) {
  return session::ours(response.meta).find("replayed").exists();
}

/// Cancels the turn when its time is over, unless it has ended before.
transport::Task<void> watch_time(std::int64_t seconds, std::shared_ptr<transport::Event> over,
                                 transport::CancelSource timed_out) {
  const bool ended = co_await over->wait_for(std::chrono::seconds(seconds));
  if (!ended) timed_out.cancel();
}

}  // namespace

void add_rule_options(Options& options, TurnWish& wish) {
  options
      .values("--allow", wish.allow, "RULE",
              "Allow what fits KIND, KIND:PATTERN or PATTERN (execute:git status*); repeatable")
      .values("--ask", wish.ask, "RULE", "Ask, whatever --allow says; repeatable")
      .values("--deny", wish.deny, "RULE", "Refuse, whatever --allow and --ask say; repeatable")
      .flag("--approve", wish.approve, "Allow every request for permission, once each")
      .setting_flag("--trust", "always",
                    "Let the folder's own configuration start programs (docs/trust.md)");
}

void add_timeout_option(Options& options, TurnWish& wish) {
  options.value("--timeout", wish.timeout, longest_timeout, "SECONDS",
                "Cancel the turn after so long; the session stays");
}

void add_turn_options(Options& options, TurnWish& wish) {
  options.value("--prompt-file", wish.prompt_file, "FILE", "Take the prompt from a file")
      .values("--file", wish.files, "FILE", "Refer to a file in the prompt; repeatable");
  add_timeout_option(options, wish);
  add_rule_options(options, wish);
  options.flag("--stream-json", wish.stream_json, "Print each update as one line of JSON");
  add_raw_option(options, wish);
}

void add_raw_option(Options& options, TurnWish& wish) {
  options.flag("--raw", wish.raw, "Give a terminal every byte of the answer as it is");
}

void add_prompt_id(Options& options, TurnWish& wish) {
  options.value("--prompt-id", wish.prompt_id, "ID",
                "The prompt runs once under this id; sent again, its answer is printed again");
}

Result<std::vector<v1::ContentBlock>> prompt_of(const TurnWish& wish) {
  std::string words = wish.prompt;
  if (!wish.prompt_file.empty()) {
    if (!words.empty()) {
      return fail(Error(ErrorKind::invalid_params, "a prompt and --prompt-file exclude each other")
                      .with_hint("Give one of them."));
    }
    auto text = read_text_file(wish.prompt_file);
    if (!text) return fail(text.error());
    words = std::move(*text);
  } else if (words == "-" || (words.empty() && ::isatty(STDIN_FILENO) != 1)) {
    auto text = read_stdin();
    if (!text) return fail(text.error());
    words = std::move(*text);
  }
  if (words.find_first_not_of(" \t\r\n") == std::string::npos) {
    return fail(Error(ErrorKind::invalid_params, "there is no prompt")
                    .with_hint("Give it as an argument, with --prompt-file, or on stdin."));
  }
  std::vector<v1::ContentBlock> prompt{v1::text_block(std::move(words))};
  for (const std::string& file : wish.files) {
    const auto path = working_directory(file);
    if (!path) return fail(path.error());
    std::error_code fault;
    if (!std::filesystem::exists(*path, fault)) {
      return fail(Error(ErrorKind::invalid_params, "there is no file " + visible_line(*path)));
    }
    prompt.push_back(
        v1::link_block(file_uri(*path), std::filesystem::path(*path).filename().string()));
  }
  return prompt;
}

Result<std::vector<PermissionRule>> rules_of(const TurnWish& wish) {
  std::vector<PermissionRule> rules;
  if (wish.approve) {
    rules.push_back({.verdict = PermissionRule::Verdict::allow,
                     .kind = {},
                     .pattern = {},
                     .origin = "--approve"});
  }
  if (auto taken = take_rules(wish.allow, PermissionRule::Verdict::allow, "--allow", rules); !taken)
    return fail(taken.error());
  if (auto taken = take_rules(wish.ask, PermissionRule::Verdict::ask, "--ask", rules); !taken)
    return fail(taken.error());
  if (auto taken = take_rules(wish.deny, PermissionRule::Verdict::deny, "--deny", rules); !taken)
    return fail(taken.error());
  return rules;
}

std::string prompt_meta_of(const TurnWish& wish) {
  if (wish.prompt_id.empty()) return {};
  json::Document meta;
  meta["tine"]["promptId"] = wish.prompt_id;
  return json::text_of(meta);
}

Narrowing narrowing_of(const TurnWish& wish) { return {.deny = wish.deny, .ask = wish.ask}; }

Form form_of(const TurnWish& wish, const Common& common) {
  if (wish.stream_json) return Form::stream_json;
  return common.json ? Form::json : Form::text;
}

int TurnEnd::exit_code() const {
  if (timed_out) return exit_code::timed_out;
  if (!response) return exit_code::of(response.error().kind);
  const bool cut = response->stop_reason == v1::StopReason::cancelled ||
                   response->stop_reason == v1::StopReason::refusal;
  return cut ? exit_code::cancelled : exit_code::good;
}

transport::Task<TurnEnd> play_turn(World& world, LocalAgent& agent, Listener* listener,
                                   std::string session, std::vector<v1::ContentBlock> prompt,
                                   std::int64_t timeout, transport::CancelSource shutdown,
                                   std::string meta) {
  TurnEnd end;
  const auto cancel = [&agent, &session] { agent.connection().cancel(session); };
  const auto asked_to_end = shutdown.on_cancel(cancel);
  transport::CancelSource timed_out;
  const auto time_is_over = timed_out.on_cancel(cancel);
  const auto over = std::make_shared<transport::Event>(world.loop);
  if (timeout > 0) world.loop.spawn(watch_time(timeout, over, timed_out));
  if (listener != nullptr) listener->begin();
  v1::PromptRequest request;
  request.session_id = session;
  request.prompt = std::move(prompt);
  request.meta = std::move(meta);
  end.response = co_await agent.ask<v1::method::Prompt>(std::move(request));
  over->set();
  end.timed_out = timed_out.cancelled();
  if (listener != nullptr) listener->finish();
  co_return end;
}

std::string result_json(const TurnAccount& account, const std::string& output, const TurnEnd& end) {
  json::Document out;
  out["sessionId"] = account.session;
  out["output"] = output;
  out["stopReason"] = nullptr;
  out["usage"] = nullptr;
  out["fork"] = nullptr;
  if (!account.fork.empty()) out["fork"] = json::parsed(account.fork);
  out["artifacts"] = account.artifacts;
  out["exit"] = end.exit_code();
  if (end.response) {
    out["stopReason"] = v1::name_of(end.response->stop_reason);
    const json::View usage = session::ours(end.response->meta).find("usage");
    if (usage.exists()) out["usage"] = json::parsed(usage.raw());
    if (is_replayed(*end.response)) out["replayed"] = true;
  } else {
    out["error"] = json::parsed(transport::error_object(end.response.error()));
  }
  return json::text_of(out) + "\n";
}

int tell_end(Form form, const TurnAccount& account, Listener& listener, const TurnEnd& end) {
  if (form != Form::text) print(result_json(account, listener.output(), end));
  if (!end.response) return failed(end.response.error());
  if (is_replayed(*end.response))
    print_to_stderr("tine: the prompt has run before under this id; this is its answer.\n");
  if (end.timed_out) {
    print_to_stderr(
        "tine: the time is over, so the turn was cancelled; the session stays:\n      " +
        std::string("tine reply ") + account.session + " \"…\"\n");
  }
  if (listener.refused()) {
    print_to_stderr(
        "tine: the agent asked for permission and was refused; --allow RULE allows what fits, "
        "--approve allows all.\n");
  }
  return end.exit_code();
}

std::vector<std::string> artifacts_of(World& world, const std::string& session) {
  std::vector<std::string> out;
  const auto entry = world.store.find(session);
  if (!entry) return out;
  std::error_code fault;
  const std::filesystem::path folder =
      std::filesystem::path(world.store.path_of(*entry)) / "output";
  for (std::filesystem::directory_iterator each(folder, fault), end; !fault && each != end;
       each.increment(fault)) {
    out.push_back(each->path().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace tine::cli
