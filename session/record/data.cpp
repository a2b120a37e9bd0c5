#include "session/record/data.h"

#include "base/json/controls.h"
#include "base/json/redact.h"
#include "base/json/writer.h"
#include "protocol/v1/codec.h"

namespace tine::session {
namespace {

void write_previous(json::Writer& out, std::int64_t previous) {
  if (previous >= 0) out.member("previous", previous);
}

void write_head(json::Writer& out, std::string_view name, const std::optional<GitHead>& head,
                const std::optional<bool>& dirty) {
  if (!head) return;
  out.key(name).begin_object();
  out.member_unless_empty("branch", head->branch);
  out.member_unless_empty("commit", head->commit);
  if (dirty) out.member("dirty", *dirty);
  out.end_object();
}

void write_git(json::Writer& out, const TurnGit& git) {
  out.key("git").begin_object();
  write_head(out, "before", git.before, git.dirty);
  write_head(out, "after", git.after, std::nullopt);
  out.end_object();
}

std::optional<GitHead> head_in(json::View head) {
  if (!head.is_object()) return std::nullopt;
  return GitHead{.branch = json::text_in(head, "branch"), .commit = json::text_in(head, "commit")};
}

void write_models(json::Writer& out, const std::vector<executor::ModelTokens>& models) {
  out.key("models").begin_array();
  for (const executor::ModelTokens& each : models) {
    out.begin_object()
        .member("model", std::string_view(each.model))
        .key("tokens")
        .raw(tokens_json(each.tokens))
        .end_object();
  }
  out.end_array();
}

void write_asked(json::Writer& out, const AskedPrompt& asked) {
  out.key("asked")
      .begin_object()
      .member("id", std::string_view(asked.id))
      .member("checksum", std::uint64_t{asked.checksum});
  if (asked.sent) out.member("sent", true);
  out.end_object();
}

std::optional<AskedPrompt> asked_from(json::View asked) {
  if (!asked.is_object()) return std::nullopt;
  return AskedPrompt{
      .id = json::text_in(asked, "id"),
      .checksum = static_cast<std::uint32_t>(json::count_in(asked, "checksum").value_or(0)),
      .sent = asked.find("sent").boolean().value_or(false)};
}

}  // namespace

std::string fork_data(const ForkReport& fork) {
  std::string text;
  json::Writer out(text);
  write_fork(out, fork);
  return text;
}

std::string seed_data(std::string_view agent, std::string_view session, std::string_view text) {
  std::string out;
  json::Writer(out)
      .begin_object()
      .member("agent", agent)
      .member("session", session)
      .member("text", text)
      .end_object();
  return out;
}

std::string summary_data(std::string_view backend, std::string_view text) {
  std::string out;
  json::Writer(out).begin_object().member("backend", backend).member("text", text).end_object();
  return out;
}

std::string backend_data(const BackendChange& change) {
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("turn", change.turn)
      .member("from", std::string_view(change.from))
      .member("backend", std::string_view(change.to))
      .member("reason", std::string_view(change.reason))
      .member("mode", std::string_view(change.mode));
  out.key("options").begin_object();
  for (const auto& [id, value] : change.options) out.member(id, std::string_view(value));
  out.end_object().member("toldUntil", change.told_until);
  if (change.away) {
    out.key("away")
        .begin_object()
        .member("from", std::string_view(change.away->from))
        .member("until", std::string_view(change.away->until))
        .end_object();
  }
  out.end_object();
  return text;
}

std::string content_json(const std::vector<v1::ContentBlock>& blocks) {
  std::string content;
  json::Writer list(content);
  list.begin_array();
  for (const v1::ContentBlock& block : blocks) v1::encode(list, block);
  list.end_array();
  return json::with_pictures(std::move(content));
}

std::string prompt_data(std::uint64_t turn, std::string_view message_id, std::string_view content,
                        const std::optional<AskedPrompt>& asked) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("turn", turn).member("messageId", message_id);
  if (asked) write_asked(out, *asked);
  out.key("content").raw(content).end_object();
  return text;
}

/// The content, which may be long, comes last, and nothing before it could be taken for its
/// beginning, as this is written by us.
std::optional<AskedPrompt> asked_in_prompt(std::string_view data) {
  const std::size_t content = data.find(R"(,"content":)");
  if (content == std::string_view::npos) return std::nullopt;
  const std::string whole = std::string(data.substr(0, content)) + "}";
  return asked_from(json::View(whole).find("asked"));
}

std::optional<AskedPrompt> asked_in_end(json::View data) { return asked_from(data.find("asked")); }

std::string sent_data(std::uint64_t turn) {
  std::string text;
  json::Writer(text).begin_object().member("turn", turn).end_object();
  return text;
}

std::optional<TurnGit> turn_git_in(json::View turn_end) {
  const json::View git = turn_end.find("git");
  if (!git.is_object()) return std::nullopt;
  return TurnGit{.before = head_in(git.find("before")),
                 .after = head_in(git.find("after")),
                 .dirty = git.find("before").find("dirty").boolean()};
}

std::optional<store::GitState> state_of(const TurnGit& git) {
  if (!git.before && !git.after) return std::nullopt;
  const GitHead before = git.before.value_or(GitHead());
  const GitHead after = git.after.value_or(GitHead());
  store::GitState state{.branch = git.before ? before.branch : after.branch,
                        .commit = before.commit,
                        .after = after.commit,
                        .after_branch = std::nullopt,
                        .dirty = git.dirty};
  if (git.after && after.branch != state.branch) state.after_branch = after.branch;
  return state;
}

std::string turn_end_data(const TurnEnd& end, Redactor& redactor) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("turn", end.turn).member("stop", std::string_view(end.stop));
  write_previous(out, end.previous);
  out.key("provider").begin_object();
  out.member_unless_empty("conversation", end.conversation);
  out.member_unless_empty("turn", end.provider_turn);
  if (end.told_until > 0) out.member("toldUntil", end.told_until);
  out.end_object();
  if (!end.usage.tokens.unknown()) {
    out.key("usage").begin_object().key("tokens").raw(tokens_json(end.usage.tokens));
    write_models(out, end.usage.models);
    if (!end.usage.raw.empty()) out.key("raw").raw(json::redacted(end.usage.raw, redactor));
    if (end.usage.last_prompt) out.member("lastPrompt", *end.usage.last_prompt);
    if (end.usage.last_answer) out.member("lastAnswer", *end.usage.last_answer);
    out.member_unless_empty("model", main_model(end.usage));
    if (end.opening) out.member("opening", *end.opening);
    out.member("estimated", end.usage.estimated());
    if (end.asked) {
      out.member("source", name_of(end.usage.source));
      out.key("cumulative").raw(tokens_json(end.cumulative));
    }
    out.end_object();
  }
  if (end.fork) {
    out.key("fork");
    write_bill(out, *end.fork);
  }
  if (end.git) write_git(out, *end.git);
  if (end.owes_drift) out.member("owesDrift", true);
  if (end.asked) write_asked(out, *end.asked);
  if (end.asked && end.failover) {
    out.key("failover");
    write_failover(out, *end.failover);
  }
  if (end.marker > 0) out.member("marker", end.marker);
  out.end_object();
  return text;
}

std::string turn_aborted_data(const TurnAborted& aborted) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("turn", aborted.turn);
  write_previous(out, aborted.previous);
  out.member("reason", "the process that ran the turn did not live to end it");
  out.key("toolCalls").begin_array();
  for (const std::string& id : aborted.tool_calls) {
    out.begin_object()
        .member("toolCallId", std::string_view(id))
        .member("status", "failed")
        .end_object();
  }
  out.end_array();
  if (aborted.asked) write_asked(out, *aborted.asked);
  out.end_object();
  return text;
}

std::string error_data(std::uint64_t turn, const Error& error, Redactor& redactor) {
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("turn", turn)
      .member("kind", facts(error.kind).name)
      .member("message", std::string_view(redactor.redacted(error.message)))
      .end_object();
  return json::with_pictures(std::move(text));
}

std::string question_data(std::uint64_t id, std::string_view method, std::string_view params,
                          Redactor& redactor) {
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("id", id)
      .member("method", method)
      .key("params")
      .raw(json::redacted(params, redactor))
      .end_object();
  return text;
}

std::string answer_data(std::uint64_t id, std::string_view result, Redactor& redactor) {
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("id", id)
      .key("result")
      .raw(json::redacted(result, redactor))
      .end_object();
  return text;
}

std::string refusal_data(std::uint64_t id, const Error& error, Redactor& redactor) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("id", id).key("error").begin_object();
  out.member("kind", facts(error.kind).name)
      .member("message", std::string_view(redactor.redacted(error.message)));
  out.end_object().end_object();
  return json::with_pictures(std::move(text));
}

executor::Tokens tokens_from(json::View tokens) {
  return {.input = json::count_in(tokens, "input"),
          .cache_read = json::count_in(tokens, "cacheRead"),
          .cache_write = json::count_in(tokens, "cacheWrite"),
          .output = json::count_in(tokens, "output"),
          .thought = json::count_in(tokens, "thought")};
}

}  // namespace tine::session
