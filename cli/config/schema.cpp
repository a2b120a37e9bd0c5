#include "cli/config/schema.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/json/writer.h"
#include "base/toml/json.h"
#include "cli/config/config.h"
#include "cli/log/limits.h"
#include "executor/width.h"

namespace tine::cli {
namespace {

constexpr std::array<std::string_view, 2> durabilities = {"interval", "turn"};
constexpr std::array<std::string_view, 2> histories = {"full", "none"};
constexpr std::array<std::string_view, 3> trust_rules = {"ask", "cli", "always"};
constexpr std::array<std::string_view, 2> summary_writers = {"extract", "model"};
constexpr std::array<std::string_view, 2> seed_rules = {"off", "auto"};
constexpr std::array<std::string_view, 4> fork_strategies = {"auto", "native", "pty", "soft"};
constexpr std::array<std::string_view, 2> cold_strategies = {"native", "soft"};
constexpr std::array<std::string_view, 2> failover_rules = {"ask", "auto"};
constexpr std::array<std::string_view, 3> drift_rules = {"off", "notice", "ask"};
constexpr std::array<std::string_view, 3> memory_briefs = {"off", "brief", "full"};
constexpr std::array<std::string_view, 2> memory_locations = {"store", "repo"};
constexpr std::array<std::string_view, 5> log_levels = {"debug", "info", "warning", "error", "off"};
constexpr std::array<std::string_view, 2> log_formats = {"text", "json"};
constexpr std::array<std::string_view, 3> sandboxes = {"read-only", "workspace-write",
                                                       "danger-full-access"};
constexpr std::array<std::string_view, 3> approval_policies = {"untrusted", "on-request", "never"};
constexpr std::array<std::string_view, 6> permission_modes = {
    "plan", "dontAsk", "default", "acceptEdits", "auto", "bypassPermissions"};

constexpr std::int64_t a_day = 86'400;  // seconds
constexpr std::int64_t most_retries = 100;

constexpr std::array settings_table = {
    SettingKey{.name = "default_backend",
               .member = &Settings::default_backend,
               .project = true,
               .variable = "TINE_DEFAULT_BACKEND",
               .flag = "--backend",
               .rule = {},
               .doc = "The name of the backend that new sessions use."},
    SettingKey{.name = "model",
               .member = &Settings::model,
               .project = true,
               .variable = "TINE_MODEL",
               .flag = {},
               .rule = {},
               .doc = "The model that new sessions begin with; empty: the backend's own choice."},
    SettingKey{
        .name = "effort",
        .member = &Settings::effort,
        .project = true,
        .variable = "TINE_EFFORT",
        .flag = {},
        .rule = {},
        .doc =
            "The reasoning effort that new sessions begin with; empty: the backend's own choice."},
    SettingKey{.name = "mode",
               .member = &Settings::mode,
               .project = true,
               .variable = "TINE_MODE",
               .flag = {},
               .rule = {},
               .doc = "The mode that new sessions begin with; empty: the backend's own. A project "
                      "file can only make it narrower."},
    SettingKey{.name = "unstable",
               .member = &Settings::unstable,
               .variable = "TINE_UNSTABLE",
               .flag = {},
               .rule = {},
               .doc = "Offer the parts of ACP that are not stable yet: `session/fork` and usage."},
    SettingKey{.name = "durability",
               .member = &Settings::durability,
               .variable = "TINE_DURABILITY",
               .flag = {},
               .rule = {.choices = durabilities},
               .doc = "When a transcript is synced to disk: at intervals, or also before each turn "
                      "is answered."},
    SettingKey{
        .name = "history",
        .member = &Settings::history,
        .variable = "TINE_HISTORY",
        .flag = {},
        .rule = {.choices = histories},
        .doc = "What is stored of a conversation: everything, or only its state without text."},
    SettingKey{.name = "retention_days",
               .member = &Settings::retention_days,
               .variable = "TINE_RETENTION_DAYS",
               .flag = {},
               .rule = {.most = 36500},
               .doc = "Days after which unused sessions are removed, a whole family of forks at a "
                      "time; 0: never."},
    SettingKey{.name = "max_total_bytes",
               .member = &Settings::max_total_bytes,
               .variable = "TINE_MAX_TOTAL_BYTES",
               .flag = {},
               .rule = {},
               .doc = "Size of all sessions above which the oldest are removed; 0: no limit."},
    SettingKey{.name = "max_session_bytes",
               .member = &Settings::max_session_bytes,
               .variable = "TINE_MAX_SESSION_BYTES",
               .flag = {},
               .rule = {},
               .doc = "Size of a session at which its turn ends and no further prompt is taken; 0: "
                      "no limit."},
    SettingKey{
        .name = "load.max_bytes",
        .member = &Settings::load_max_bytes,
        .variable = "TINE_LOAD_MAX_BYTES",
        .flag = {},
        .rule = {},
        .doc = "Bytes that `session/load` sends; beyond it old outputs of tools and attached data "
               "are left out; 0: everything."},
    SettingKey{.name = "max_depth",
               .member = &Settings::max_depth,
               .variable = "TINE_MAX_DEPTH",
               .flag = {},
               .rule = {.most = 100},
               .doc = "The greatest depth to which agents may start agents through tine."},
    SettingKey{.name = "limits.min_free_memory",
               .member = &Settings::limits_min_free_memory,
               .variable = "TINE_LIMITS_MIN_FREE_MEMORY",
               .flag = {},
               .rule = {},
               .doc = "Bytes of memory that are to stay free: a process of a backend that would "
                      "leave less is not started; 0: memory is not looked at."},
    SettingKey{.name = "limits.max_turns",
               .member = &Settings::limits_max_turns,
               .variable = "TINE_LIMITS_MAX_TURNS",
               .flag = {},
               .rule = {},
               .doc = "Turns that run at a time in one tine; further prompts wait; 0: no limit."},
    SettingKey{.name = "limits.max_processes",
               .member = &Settings::limits_max_processes,
               .variable = "TINE_LIMITS_MAX_PROCESSES",
               .flag = {},
               .rule = {},
               .doc = "Processes of backends that run at a time in one tine: idle ones make room, "
                      "else turns wait; 0: no limit."},
    SettingKey{
        .name = "log_file",
        .member = &Settings::log_file,
        .variable = "TINE_LOG_FILE",
        .flag = {},
        .rule = {.path = true},
        .doc = "The file that the log is written to, besides stderr; empty: `tine/log/tine.log` "
               "in the state directory; `none`: no file."},
    SettingKey{.name = "log_level",
               .member = &Settings::log_level,
               .variable = "TINE_LOG_LEVEL",
               .flag = {},
               .rule = {.choices = log_levels},
               .doc = "The lowest level that is logged."},
    SettingKey{.name = "log_format",
               .member = &Settings::log_format,
               .variable = "TINE_LOG_FORMAT",
               .flag = {},
               .rule = {.choices = log_formats},
               .doc = "How the log is written: lines for people, or one JSON object per line."},
    SettingKey{.name = "log_files",
               .member = &Settings::log_files,
               .variable = "TINE_LOG_FILES",
               .flag = {},
               .rule = {.least = 1, .most = 100},
               .doc = "How many log files are kept; the oldest is removed."},
    SettingKey{.name = "log_file_bytes",
               .member = &Settings::log_file_bytes,
               .variable = "TINE_LOG_FILE_BYTES",
               .flag = {},
               .rule = {.least = limits::least_log_file},
               .doc = "The size at which a new log file is begun."},
    SettingKey{.name = "trust",
               .member = &Settings::trust,
               .variable = "TINE_TRUST",
               .flag = "--trust",
               .rule = {.choices = trust_rules},
               .doc = "Which folders may start programs of their own: those that you agree to when "
                      "you are asked, only those that the backend's own program trusts, or all."},
    SettingKey{.name = "fork.strategy",
               .member = &Settings::fork_strategy,
               .variable = "TINE_FORK_STRATEGY",
               .flag = "--fork-strategy",
               .rule = {.choices = fork_strategies},
               .doc =
                   "How forks are made. `native`: the provider branches the conversation; `pty`: "
                   "the backend's program branches it in a terminal; `soft`: a new "
                   "conversation begins with a summary of the transcript; `auto`: the first "
                   "of these that works."},
    SettingKey{.name = "fork.cold",
               .member = &Settings::fork_cold,
               .variable = "TINE_FORK_COLD",
               .flag = {},
               .rule = {.choices = cold_strategies},
               .doc = "What `auto` tries first when the provider's cache of the parent has gone."},
    SettingKey{.name = "fork.strict",
               .member = &Settings::fork_strict,
               .variable = "TINE_FORK_STRICT",
               .flag = {},
               .rule = {},
               .doc = "Whether a fork fails when the first way to make it does, in place of trying "
                      "another, and when there is advice against it and no strategy is named."},
    SettingKey{.name = "fork.summary_tokens",
               .member = &Settings::fork_summary_tokens,
               .variable = "TINE_FORK_SUMMARY_TOKENS",
               .flag = {},
               .rule = {.least = 200, .most = 200'000},
               .doc = "The most tokens that a soft fork tells of its parent's past."},
    SettingKey{.name = "fork.summary",
               .member = &Settings::fork_summary,
               .variable = "TINE_FORK_SUMMARY",
               .flag = {},
               .rule = {.choices = summary_writers},
               .doc = "What a soft fork tells of its parent's past: an extract of the transcript, "
                      "or a summary that the model of the parent's backend writes."},
    SettingKey{.name = "fork.seed",
               .member = &Settings::fork_seed,
               .variable = "TINE_FORK_SEED",
               .flag = {},
               .rule = {.choices = seed_rules},
               .doc = "`auto`: a new session begins as a fork of the newest session that you have "
                      "marked as a seed, on the same project, backend, model and commit."},
    SettingKey{.name = "fork.seed_hours",
               .member = &Settings::fork_seed_hours,
               .variable = "TINE_FORK_SEED_HOURS",
               .flag = {},
               .rule = {.least = 1, .most = 1'000'000},
               .doc = "Hours for which such a mark holds."},
    SettingKey{.name = "session.fork_prefix_budget",
               .member = &Settings::session_fork_prefix_budget,
               .variable = "TINE_SESSION_FORK_PREFIX_BUDGET",
               .flag = {},
               .rule = {},
               .doc = "The most tokens that a session carries of the calling agent's session; at "
                      "least 4096, at most 131072."},
    SettingKey{.name = "session.caller_newest",
               .member = &Settings::session_caller_newest,
               .variable = "TINE_SESSION_CALLER_NEWEST",
               .flag = {},
               .rule = {},
               .doc =
                   "Whether the newest session that the calling agent has kept for the directory "
                   "counts as the caller's, where the agent does not tell which it runs."},
    SettingKey{.name = "fallback",
               .member = &Settings::fallback,
               .variable = {},
               .flag = {},
               .rule = {},
               .doc = "The names of the backends on which a session goes on when the limit of its "
                      "own is used up, in the order in which they are tried."},
    SettingKey{.name = "failover",
               .member = &Settings::failover,
               .variable = "TINE_FAILOVER",
               .flag = {},
               .rule = {.choices = failover_rules},
               .doc = "Whether you are asked before a session goes on with one of them."},
    SettingKey{.name = "fork.stale_hours",
               .member = &Settings::fork_stale_hours,
               .variable = "TINE_FORK_STALE_HOURS",
               .flag = {},
               .rule = {.least = 0, .most = 1'000'000},
               .doc = "Hours after which a fork of a parent that was not used is advised against; "
                      "0: never."},
    SettingKey{.name = "permissions.allow",
               .member = &Settings::permissions_allow,
               .variable = {},
               .flag = {},
               .rule = {},
               .doc = "Rules for what agents may do without a question to you."},
    SettingKey{.name = "permissions.ask",
               .member = &Settings::permissions_ask,
               .variable = {},
               .flag = {},
               .rule = {},
               .doc = "Rules for what you are asked about all the same."},
    SettingKey{.name = "permissions.deny",
               .member = &Settings::permissions_deny,
               .project = true,
               .variable = {},
               .flag = {},
               .rule = {},
               .doc = "Rules for what agents may not do. A project file can only add to them."},
    SettingKey{.name = "memory.keep",
               .member = &Settings::memory_keep,
               .variable = "TINE_MEMORY_KEEP",
               .flag = {},
               .rule = {},
               .doc = "Whether what sessions do is kept in the memory of their project: plans "
                      "become tasks, commits checkpoints, and turns are noted in extracts."},
    SettingKey{.name = "memory.inject",
               .member = &Settings::memory_inject,
               .variable = "TINE_MEMORY_INJECT",
               .flag = {},
               .rule = {.choices = memory_briefs},
               .doc = "How much of the project's memory the first prompt of a new session carries: "
                      "nothing, a brief of at most 1000 tokens, or more, of at most 8000."},
    SettingKey{.name = "memory.drift",
               .member = &Settings::memory_drift,
               .variable = "TINE_MEMORY_DRIFT",
               .flag = {},
               .rule = {.choices = drift_rules},
               .doc = "What tine does before a turn when the git repository has moved since the "
                      "session's last one. off: nothing. notice: it tells the agent and you. ask: "
                      "you choose how to go on."},
    SettingKey{.name = "memory.location",
               .member = &Settings::memory_location,
               .variable = "TINE_MEMORY_LOCATION",
               .flag = {},
               .rule = {.choices = memory_locations},
               .doc = "Where the long memory of a project is kept: in the store, or in its "
                      "repository as `.tine/project_state.json`, to be shared through git."},
    SettingKey{.name = "memory.mcp",
               .member = &Settings::memory_mcp,
               .project = true,
               .variable = "TINE_MEMORY_MCP",
               .flag = {},
               .rule = {},
               .doc = "Whether new sessions give their agent tine's own tools on the memory and "
                      "the sessions of the project. A project file can only turn it off."},
    SettingKey{.name = "redact.literals",
               .member = &Settings::redact_literals,
               .variable = {},
               .flag = {},
               .rule = {.secret = true},
               .doc = "Your own secrets. They are redacted wherever they appear."},
    SettingKey{
        .name = "redact.prefixes",
        .member = &Settings::redact_prefixes,
        .variable = {},
        .flag = {},
        .rule = {},
        .doc = "Prefixes of your own secrets. The text that follows a prefix is redacted too."},
};

static_assert(settings_table.size() == Config::keys);

constexpr unsigned only(BackendKind kind) { return 1U << static_cast<unsigned>(kind); }
constexpr unsigned codex = only(BackendKind::codex);
constexpr unsigned claude = only(BackendKind::claude);
constexpr unsigned acp = only(BackendKind::acp);
constexpr unsigned rehearsal = only(BackendKind::rehearsal);

constexpr std::array backends_table = {
    BackendKey{"projects_may_choose",
               &BackendConfig::projects_may_choose,
               codex | claude | acp | rehearsal,
               {},
               "Whether a project's file may choose this backend, unless it is wider than the "
               "default backend."},
    BackendKey{"command",
               &BackendConfig::command,
               codex | claude | acp,
               {},
               "The program and its arguments. Default: the program of that name in PATH."},
    BackendKey{
        "preset",
        &BackendConfig::preset,
        acp,
        {},
        "The name of a known agent (`tine backends` lists them), which gives the command and "
        "tells how its tokens are counted. Default: the agent of the backend's own name."},
    BackendKey{"env",
               &BackendConfig::env,
               codex | claude | acp,
               {.secret = true},
               "Environment variables for the program, added to those that it inherits."},
    BackendKey{"model",
               &BackendConfig::model,
               codex | claude,
               {},
               "Like the key `model`, for this backend."},
    BackendKey{"effort",
               &BackendConfig::effort,
               codex | claude,
               {},
               "Like the key `effort`, for this backend."},
    BackendKey{"sandbox",
               &BackendConfig::sandbox,
               codex,
               {.choices = sandboxes},
               "What commands may touch."},
    BackendKey{"approval_policy",
               &BackendConfig::approval_policy,
               codex,
               {.choices = approval_policies},
               "When Codex asks before it does something."},
    BackendKey{"first_response_seconds",
               &BackendConfig::first_response_seconds,
               codex | claude | acp,
               {.least = 1, .most = a_day},
               "Seconds to wait for the model's first output (Claude Code: for any output); then "
               "the turn is interrupted. Default: 300."},
    BackendKey{"idle_seconds",
               &BackendConfig::idle_seconds,
               codex | claude | acp,
               {.least = 1, .most = a_day},
               "Seconds that a turn may be silent after that (Claude Code: while a tool runs) when "
               "no question is open. Default: 1800."},
    BackendKey{"config",
               &BackendConfig::config,
               codex,
               {.secret = true},
               "Overrides values of Codex's own config.toml."},
    BackendKey{"pty",
               &BackendConfig::pty,
               codex | claude,
               {.secret = true},
               "How its program forks a conversation in a terminal, where that is to differ from "
               "what tine knows: see docs/forks.md."},
    BackendKey{"permission_mode",
               &BackendConfig::permission_mode,
               claude,
               {.choices = permission_modes},
               "The mode that sessions begin with."},
    BackendKey{
        "rights",
        &BackendConfig::rights,
        acp,
        {.choices = executor::width_names},
        "What the agent does without asking in the mode that its sessions begin with. A fork "
        "from another backend needs it, as it may do no more than its parent."},
    BackendKey{
        "max_retries",
        &BackendConfig::max_retries,
        claude,
        {.most = most_retries},
        "How often Claude Code retries a failed call of the model. Default: its own choice, 10."},
    BackendKey{"allow_bypass",
               &BackendConfig::allow_bypass,
               claude,
               {},
               "Whether the mode that skips all permissions can be chosen."},
    BackendKey{"documents",
               &BackendConfig::documents,
               acp | rehearsal,
               {},
               "Whether the first prompt of a new session carries the project's documents (see "
               "docs/context.md). For an agent that reads none by itself."},
    BackendKey{"fallback",
               &BackendConfig::fallback,
               codex | claude | acp | rehearsal,
               {},
               "Like the key `fallback`, for sessions on this backend."},
};

std::string choices_text(std::span<const std::string_view> choices, std::string_view quote) {
  std::string text;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i != 0) text += i + 1 == choices.size() ? " or " : ", ";
    text.append(quote).append(choices[i]).append(quote);
  }
  return text;
}

enum Type : std::size_t { boolean, integer, string, strings, variables, object };

std::string type_text(std::size_t type, const Rule& rule) {
  switch (type) {
    case boolean:
      return "boolean";
    case integer:
      return "integer";
    case string:
      if (!rule.choices.empty()) return choices_text(rule.choices, "`");
      return rule.path ? "path or `none`" : "string";
    case strings:
      return "list of strings";
    case variables:
      return "table of strings";
    default:
      return "table";
  }
}

using Reading = tl::expected<Value, Misfit>;

tl::unexpected<Misfit> expected(const std::string& what, std::string_view found, Position at) {
  return tl::unexpected(Misfit{"expected " + what + ", found " + std::string(found), at});
}

tl::unexpected<Misfit> expected(const std::string& what, const toml::Node& found) {
  return expected(what, describe(found.type), found.at);
}

std::string range_text(const Rule& rule) {
  if (rule.most == std::numeric_limits<std::int64_t>::max()) {
    return "an integer of at least " + std::to_string(rule.least);
  }
  return "an integer from " + std::to_string(rule.least) + " to " + std::to_string(rule.most);
}

std::string string_text(const Rule& rule) {
  if (!rule.choices.empty()) return choices_text(rule.choices, "\"");
  return rule.path ? "an absolute path, one that begins with ~/, or \"none\"" : "a string";
}

Reading checked(std::int64_t value, const Rule& rule, Position at) {
  if (value < rule.least || value > rule.most) {
    return expected(range_text(rule), "another one", at);
  }
  return Value(value);
}

constexpr std::string_view no_path = "none";

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7F'; });
}

Reading checked(std::string value, const Rule& rule, Position at) {
  if (has_control(value)) {
    return expected(string_text(rule), "one with a control character in it", at);
  }
  const bool chosen = rule.choices.empty() || std::find(rule.choices.begin(), rule.choices.end(),
                                                        value) != rule.choices.end();
  const bool rooted = !rule.path || value.empty() || value == no_path || value.starts_with("/") ||
                      value.starts_with("~/");
  if (!chosen || !rooted) return expected(string_text(rule), "another one", at);
  return Value(std::move(value));
}

Reading read_strings(const toml::Node& from) {
  if (from.type != toml::Node::Type::array) return expected("a list of strings", from);
  Strings all;
  for (const toml::Node& element : from.children) {
    if (element.type != toml::Node::Type::string) return expected("a string in the list", element);
    if (has_nul(element.text)) return expected("a string", "one with a NUL in it", element.at);
    all.push_back(element.text);
  }
  return Value(std::move(all));
}

Reading read_variables(const toml::Node& from) {
  if (from.type != toml::Node::Type::table) return expected("a table of strings", from);
  Variables all;
  for (const toml::Node& child : from.children) {
    if (child.type != toml::Node::Type::string) return expected("a string", child);
    if (child.key.empty() || has_nul(child.key) || child.key.find('=') != std::string::npos) {
      return expected("the name of an environment variable", "what cannot be one", child.key_at);
    }
    if (has_nul(child.text)) return expected("a string", "one with a NUL in it", child.at);
    all.emplace_back(child.key, child.text);
  }
  std::sort(all.begin(), all.end());
  return Value(std::move(all));
}

}  // namespace

std::string_view name_of(BackendKind kind) {
  switch (kind) {
    case BackendKind::codex:
      return "codex";
    case BackendKind::claude:
      return "claude";
    case BackendKind::acp:
      return "acp";
    case BackendKind::rehearsal:
      return "rehearsal";
  }
  return "rehearsal";
}

std::optional<BackendKind> backend_kind_named(std::string_view name) {
  for (const auto kind :
       {BackendKind::codex, BackendKind::claude, BackendKind::acp, BackendKind::rehearsal}) {
    if (name_of(kind) == name) return kind;
  }
  return std::nullopt;
}

std::span<const SettingKey> setting_keys() { return settings_table; }
std::span<const BackendKey> backend_keys() { return backends_table; }

std::string type_of(const SettingKey& key) { return type_text(key.member.index(), key.rule); }
std::string type_of(const BackendKey& key) { return type_text(key.member.index(), key.rule); }

Reading read_value(const toml::Node& from, std::size_t type, const Rule& rule) {
  switch (type) {
    case boolean:
      if (from.type != toml::Node::Type::boolean) return expected("a boolean", from);
      return Value(from.boolean);
    case integer:
      if (from.type != toml::Node::Type::integer) return expected(range_text(rule), from);
      return checked(from.integer, rule, from.at);
    case string:
      if (from.type != toml::Node::Type::string) return expected(string_text(rule), from);
      return checked(from.text, rule, from.at);
    case strings:
      return read_strings(from);
    case variables:
      return read_variables(from);
    default:
      break;
  }
  if (from.type != toml::Node::Type::table) return expected("a table", from);
  JsonObject value;
  json::Writer writer(value.text);
  if (!toml::write_json(from, writer)) {
    return expected("a table", "one with a date or an infinite number in it", from.at);
  }
  return Value(std::move(value));
}

Reading parse_value(std::string_view from, std::size_t type, const Rule& rule) {
  switch (type) {
    case boolean:
      if (from == "true" || from == "1") return Value(true);
      if (from == "false" || from == "0") return Value(false);
      return expected("true or false", "something else", {});
    case integer: {
      std::int64_t value = 0;
      const char* const end = from.data() + from.size();
      const auto [rest, error] = std::from_chars(from.data(), end, value);
      if (error != std::errc() || rest != end) {
        return expected(range_text(rule), "something else", {});
      }
      return checked(value, rule, {});
    }
    case string:
      return checked(std::string(from), rule, {});
    default:
      return expected("nothing", "a value", {});
  }
}

}  // namespace tine::cli
