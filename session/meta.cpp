#include "session/meta.h"

#include "base/json/writer.h"

namespace tine::session {
namespace {

void number_or_null(json::Writer& writer, std::string_view name,
                    const std::optional<std::uint64_t>& value) {
  writer.key(name);
  if (value) {
    writer.unsigned_integer(*value);
  } else {
    writer.null();
  }
}

void write_tokens(json::Writer& writer, const executor::Tokens& tokens) {
  writer.begin_object();
  number_or_null(writer, "input", tokens.input);
  number_or_null(writer, "cacheRead", tokens.cache_read);
  number_or_null(writer, "cacheWrite", tokens.cache_write);
  number_or_null(writer, "output", tokens.output);
  number_or_null(writer, "thought", tokens.thought);
  number_or_null(writer, "prompt", tokens.prompt());
  writer.key("cacheHitRatio");
  if (const auto ratio = tokens.cache_hit_ratio()) {
    writer.number(*ratio);
  } else {
    writer.null();
  }
  writer.end_object();
}

void write_warm(json::Writer& writer, std::optional<bool> warm) {
  writer.key("warm");
  if (warm) {
    writer.boolean(*warm);
  } else {
    writer.null();
  }
}

/// Nothing where there is none.
void write_advice(json::Writer& writer, const std::vector<std::string>& advice) {
  if (advice.empty()) return;
  writer.key("advice").begin_array();
  for (const std::string& each : advice) writer.string(each);
  writer.end_array();
}

/// Opens `{"tine":{`; the caller closes both.
json::Writer& open(json::Writer& writer) {
  return writer.begin_object().key("tine").begin_object();
}

}  // namespace

void write_failover(json::Writer& writer, const FailoverReport& failover) {
  writer.begin_object()
      .member("from", std::string_view(failover.from))
      .member("backend", std::string_view(failover.backend))
      .member("strategy", std::string_view(failover.strategy));
  if (!failover.limited_until.empty())
    writer.member("limitedUntil", std::string_view(failover.limited_until));
  writer.key("attempts").begin_array();
  for (const FailoverReport::Attempt& attempt : failover.attempts) {
    writer.begin_object()
        .member("backend", std::string_view(attempt.backend))
        .member("worked", attempt.worked)
        .member("reason", std::string_view(attempt.reason))
        .end_object();
  }
  writer.end_array().end_object();
}

void write_fork(json::Writer& writer, const ForkReport& fork) {
  writer.begin_object();
  writer.member("strategy", std::string_view(fork.strategy));
  writer.key("attempts").begin_array();
  for (const ForkReport::Attempt& attempt : fork.attempts) {
    writer.begin_object()
        .member("strategy", std::string_view(attempt.strategy))
        .member("worked", attempt.worked)
        .member("reason", std::string_view(attempt.reason))
        .member("ms", attempt.ms)
        .end_object();
  }
  writer.end_array();
  if (fork.adopted.empty()) {
    writer.member("parent", std::string_view(fork.parent));
    writer.key("at").begin_object().member("seq", fork.at).member("turn", fork.turn).end_object();
  } else {
    writer.member("adopted", std::string_view(fork.adopted));
  }
  writer.member("depth", fork.depth);
  if (fork.is_new_session) writer.member("seed", true);
  if (fork.adopted.empty()) {
    writer.key("expected");
    write_cost(writer, fork.expected);
    write_warm(writer, fork.warm);
  }
  write_advice(writer, fork.advice);
  writer.end_object();
}

void write_bill(json::Writer& writer, const ForkBill& bill) {
  writer.begin_object().key("expected");
  write_cost(writer, bill.expected);
  writer.key("actual");
  write_cost(writer, bill.actual);
  if (bill.shortfall) writer.member("shortfall", true);
  writer.end_object();
}

std::string tokens_json(const executor::Tokens& tokens) {
  std::string out;
  json::Writer writer(out);
  write_tokens(writer, tokens);
  return out;
}

std::string abilities_meta() { return R"({"tine":{"promptId":true,"search":true,"tasks":true}})"; }

std::string opened_meta(std::string_view backend, std::uint64_t seq) {
  std::string out;
  json::Writer writer(out);
  open(writer).member("backend", backend).member("seq", seq).end_object().end_object();
  return out;
}

std::string export_command(std::string_view session) {
  return std::string("tine session export ").append(session);
}

std::string loaded_meta(std::string_view backend, std::uint64_t seq, std::uint64_t max_bytes,
                        const LeftOut& left_out, std::string_view session) {
  if (left_out.parts == 0) return opened_meta(backend, seq);
  std::string out;
  json::Writer writer(out);
  open(writer).member("backend", backend).member("seq", seq).key("load").begin_object();
  writer.member("max_bytes", max_bytes).key("leftOut").begin_object();
  writer.member("parts", left_out.parts).member("bytes", left_out.bytes).end_object();
  writer.member("whole", std::string_view(export_command(session))).end_object();
  writer.end_object().end_object();
  return out;
}

std::string forked_meta(std::string_view backend, std::uint64_t seq, const ForkReport& fork) {
  std::string out;
  json::Writer writer(out);
  open(writer).member("backend", backend).member("seq", seq).key("fork");
  write_fork(writer, fork);
  writer.end_object().end_object();
  return out;
}

std::string warned_meta(std::string_view backend, std::string_view warning) {
  std::string out;
  json::Writer writer(out);
  open(writer).member("backend", backend).member("seq", std::uint64_t{0});
  writer.member("warning", warning).end_object().end_object();
  return out;
}

std::string planned_meta(std::string_view backend, const ForkPlan& plan) {
  std::string out;
  json::Writer writer(out);
  open(writer).member("backend", backend).key("fork").begin_object();
  writer.member("dryRun", true);
  writer.key("plan").begin_array();
  for (const ForkCandidate& each : plan.candidates) {
    writer.begin_object()
        .member("strategy", name_of(each.strategy))
        .member("usable", each.obstacle.empty());
    if (!each.obstacle.empty()) writer.member("reason", std::string_view(each.obstacle));
    writer.key("expected");
    write_cost(writer, each.cost);
    writer.end_object();
  }
  writer.end_array();
  write_warm(writer, plan.warm);
  write_advice(writer, plan.advice);
  writer.end_object().end_object().end_object();
  return out;
}

std::string prompt_meta(std::uint64_t seq, std::uint64_t turn, const UsageReport& usage) {
  std::string out;
  json::Writer writer(out);
  open(writer).member("seq", seq);
  if (turn > 0) writer.member("turn", turn);
  if (!usage.prompt_id.empty()) writer.member("promptId", usage.prompt_id);
  if (usage.replayed) writer.member("replayed", true);
  if (usage.fork) {
    writer.key("fork");
    write_bill(writer, *usage.fork);
  }
  if (usage.failover) {
    writer.key("failover");
    write_failover(writer, *usage.failover);
  }
  if (usage.drift) {
    writer.key("drift").begin_object().member("way", usage.drift->way);
    if (!usage.drift->session.empty())
      writer.member("session", std::string_view(usage.drift->session));
    writer.end_object();
  }
  if (!usage.turn.tokens.unknown()) {
    writer.key("usage").begin_object();
    writer.member("scope", "turn");
    number_or_null(writer, "prompt", usage.turn.tokens.prompt());
    writer.key("cacheHitRatio");
    if (const auto ratio = usage.turn.tokens.cache_hit_ratio()) {
      writer.number(*ratio);
    } else {
      writer.null();
    }
    writer.key("tokens");
    write_tokens(writer, usage.turn.tokens);
    writer.key("cumulative");
    write_tokens(writer, usage.cumulative);
    writer.key("models").begin_array();
    for (const executor::ModelTokens& model : usage.turn.models) {
      writer.begin_object().member("model", std::string_view(model.model)).key("tokens");
      write_tokens(writer, model.tokens);
      writer.end_object();
    }
    writer.end_array();
    writer.key("raw");
    if (usage.turn.raw.empty()) {
      writer.null();
    } else {
      writer.raw(usage.turn.raw);
    }
    writer.member("estimated", usage.turn.estimated());
    writer.member("source", name_of(usage.turn.source));
    writer.end_object();
  }
  writer.end_object().end_object();
  return out;
}

std::string listed_meta(const SessionFacts& facts) {
  std::string out;
  json::Writer writer(out);
  open(writer).member("backend", facts.backend);
  writer.key("parent");
  if (facts.parent.empty()) {
    writer.null();
  } else {
    writer.string(facts.parent);
  }
  if (!facts.adopted.empty()) writer.member("adopted", facts.adopted);
  writer.member("depth", facts.depth).member("turns", facts.turns);
  if (facts.cumulative != nullptr) {
    writer.key("usage");
    write_tokens(writer, *facts.cumulative);
  }
  writer.end_object().end_object();
  return out;
}

json::View ours(std::string_view meta) {
  return meta.empty() ? json::View() : json::View(meta).find("tine");
}

}  // namespace tine::session
