#include "cli/converse/fan.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json/document.h"
#include "cli/amounts.h"
#include "cli/converse/opened.h"
#include "cli/exit_code.h"
#include "cli/mirror.h"
#include "cli/table.h"
#include "session/meta.h"
#include "transport/event.h"

namespace tine::cli {
namespace {

/// Keeps what each of several sessions says.
class Gathering final : public v1::ClientHandler {
 public:
  Gathering(transport::Loop& loop, std::vector<session::PermissionRule> rules)
      : permissions_(loop, std::move(rules)) {}

  PermissionAnswers& permissions() { return permissions_; }

  void on_update(std::string_view session, const v1::ToldUpdate& told) override {
    if (told.kind != v1::UpdateKind::agent_message_chunk) return;
    if (const auto text = told.json.find("content").find("text").string())
      outputs_[std::string(session)] += *text;
  }
  const std::string& output_of(const std::string& session) { return outputs_[session]; }

 private:
  Answer<v1::PermissionResponse> request_permission(v1::PermissionRequest request,
                                                    v1::RequestContext& context) override {
    v1::PermissionResponse answer =
        co_await permissions_.answer(std::move(request), context.cancel);
    co_return answer;
  }

  PermissionAnswers permissions_;
  std::map<std::string, std::string> outputs_;
};

/// One of the forks.
struct Prong {
  TurnAccount account;
  TurnEnd end;
  std::chrono::steady_clock::duration time{};
};

/// What the coroutines of the forks share.
struct Work {
  World& world;
  LocalAgent& agent;
  const Fan& fan;
  KnownSession parent;
  transport::CancelSource shutdown;
  std::vector<Prong> prongs;
  std::size_t running = 0;
  transport::Event over;
};

transport::Task<TurnEnd> prompt_fork(Work& work, std::size_t number) {
  Prong& prong = work.prongs[number];
  std::string meta = fork_meta({.point = work.fan.from.point,
                                .choice = work.fan.choice,
                                .narrowing = narrowing_of(work.fan.turn)});
  auto opened = co_await fork_session(work.agent, work.parent, own_directory, std::move(meta));
  TurnEnd end;
  if (!opened) {
    end.response = fail(std::move(opened.error()));
    co_return end;
  }
  prong.account.session = opened->id;
  prong.account.fork = opened->fork;
  TurnWish wish = work.fan.turn;
  wish.prompt = work.fan.prompts[number];
  auto prompt = prompt_of(wish);
  if (!prompt) {
    end.response = fail(std::move(prompt.error()));
    co_return end;
  }
  end = co_await play_turn(work.world, work.agent, nullptr, opened->id, std::move(*prompt),
                           wish.timeout, work.shutdown);
  co_return end;
}

transport::Task<void> play_prong(Work& work, std::size_t number) {
  const auto begun = std::chrono::steady_clock::now();
  TurnEnd end = co_await prompt_fork(work, number);
  Prong& prong = work.prongs[number];
  prong.end = std::move(end);
  prong.time = std::chrono::steady_clock::now() - begun;
  if (!prong.account.session.empty())
    prong.account.artifacts = artifacts_of(work.world, prong.account.session);
  if (--work.running == 0) work.over.set();
}

std::string number(json::View value) {
  return value.type() == json::Type::number ? std::string(value.raw()) : std::string("?");
}

Table table_of(const std::vector<Prong>& prongs) {
  Table table({"", "session", "strategy", "prompt", "cached", "hits", "output", "money", "time"});
  for (std::size_t i = 0; i < prongs.size(); ++i) {
    const Prong& each = prongs[i];
    const json::View fork(each.account.fork);
    std::vector<std::string> row{std::to_string(i + 1), each.account.session,
                                 fork.find("strategy").string().value_or("-")};
    if (each.end.response) {
      const json::View ours = session::ours(each.end.response->meta);
      const json::View usage = ours.find("usage");
      row.push_back(number(usage.find("prompt")));
      row.push_back(number(usage.find("tokens").find("cacheRead")));
      row.push_back(percent_text(usage.find("cacheHitRatio").number()));
      row.push_back(number(usage.find("tokens").find("output")));
      row.push_back(money_text(ours.find("fork").find("actual").find("dollars").number()));
    } else {
      row.push_back(visible_line(each.end.response.error().message));
      row.resize(8);
    }
    row.push_back(seconds_text(each.time));
    table.add(std::move(row));
  }
  return table;
}

/// Shows the answers one after the other. Gives the number of the fork that the person keeps; none:
/// the person keeps all.
transport::Task<std::optional<std::size_t>> picked(World& world, const std::vector<Prong>& prongs,
                                                   Gathering& said,
                                                   transport::CancelSource shutdown) {
  Keyboard keyboard(world.loop);
  for (std::size_t i = 0; i < prongs.size(); ++i) {
    print("\n" + std::to_string(i + 1) + " of " + std::to_string(prongs.size()) + "\n" +
          said.output_of(prongs[i].account.session) + "\n");
    print_to_stderr("Keep this one and delete the others? [y/N/q] ");
    const auto line = co_await keyboard.line(shutdown);
    if (!line || *line == "q") co_return std::nullopt;
    if (*line == "y" || *line == "Y") co_return i;
  }
  co_return std::nullopt;
}

transport::Task<void> keep_only(Work& work, std::size_t kept) {
  for (std::size_t i = 0; i < work.prongs.size(); ++i) {
    if (i == kept || work.prongs[i].account.session.empty()) continue;
    v1::DeleteSessionRequest request;
    request.session_id = work.prongs[i].account.session;
    const auto removed = co_await work.agent.ask<v1::method::DeleteSession>(std::move(request));
    if (!removed) print_error(removed.error());
  }
  print("Kept " + work.prongs[kept].account.session + "; the others are deleted.\n");
}

int worst_of(const std::vector<Prong>& prongs) {
  for (const Prong& each : prongs) {
    if (const int code = each.end.exit_code(); code != exit_code::good) return code;
  }
  return exit_code::good;
}

void tell(const std::vector<Prong>& prongs, Gathering& said, bool json, bool with_answers) {
  if (json) {
    json::Document all = json::Document::array();
    for (const Prong& each : prongs) {
      all.push_back(
          json::parsed(result_json(each.account, said.output_of(each.account.session), each.end)));
    }
    print(json::text_of(all) + "\n");
    return;
  }
  for (std::size_t i = 0; with_answers && i < prongs.size(); ++i) {
    const std::string& text = said.output_of(prongs[i].account.session);
    print("--- " + std::to_string(i + 1) + ": " + prongs[i].account.session + "\n" + text +
          (text.ends_with('\n') ? "" : "\n"));
  }
  print("\n" + table_of(prongs).text());
}

transport::Task<int> spread(Work& work, Gathering& said, bool json) {
  const auto ready = co_await work.agent.meet();
  if (!ready) co_return failed(ready.error());
  auto parent = co_await session_by_id(work.world, work.fan.from.id);
  if (!parent) co_return failed(parent.error());
  said.permissions().work_in(parent->cwd);
  work.parent = std::move(*parent);
  work.prongs.resize(work.fan.prompts.size());
  work.running = work.prongs.size();
  for (std::size_t i = 0; i < work.prongs.size(); ++i) work.world.loop.spawn(play_prong(work, i));
  co_await work.over.wait();
  const bool picks = work.fan.pick && !json;
  tell(work.prongs, said, json, !picks);
  if (picks) {
    const auto kept = co_await picked(work.world, work.prongs, said, work.shutdown);
    if (kept) co_await keep_only(work, *kept);
  }
  co_return worst_of(work.prongs);
}

transport::Task<int> work_on(World& world, const Fan& fan, const Common& common,
                             std::vector<session::PermissionRule> rules,
                             transport::CancelSource shutdown) {
  auto mirror = open_mirror(world.loop, common.mirror, world.redactor, world.log);
  if (!mirror) co_return failed(mirror.error());
  Gathering said(world.loop, std::move(rules));
  LocalAgent agent(world, said, std::move(*mirror));
  Work work{.world = world,
            .agent = agent,
            .fan = fan,
            .parent = {},
            .shutdown = std::move(shutdown),
            .prongs = {},
            .over = transport::Event(world.loop)};
  const int code = co_await spread(work, said, common.json);
  co_await agent.leave();
  co_return code;
}

}  // namespace

int run_fan(Program& program, Fan fan) {
  if (fan.pick && !Keyboard::is_there()) {
    return misused(Error(ErrorKind::invalid_params, "--pick needs a terminal to ask on")
                       .with_hint("Without it all forks are kept."));
  }
  auto rules = rules_of(fan.turn);
  if (!rules) return misused(rules.error());
  return program.run([&](World& world, transport::CancelSource shutdown) {
    return work_on(world, fan, program.common, std::move(*rules), std::move(shutdown));
  });
}

}  // namespace tine::cli
