#pragma once
// A backend that does as the test says, and whose conversations the test speaks for.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "executor/executor.h"
#include "transport/event.h"

namespace tine::session {

using executor::ConversationSpec;
using executor::ProviderPoint;

inline executor::Settings settings(const std::vector<std::string>& modes,
                                   const std::vector<std::string>& models) {
  executor::Settings out;
  for (const std::string& id : modes)
    out.modes.available.push_back({.id = id, .name = id, .description = {}, .meta = {}});
  out.modes.current = modes.front();
  v1::ConfigOption model;
  model.id = model.category = model.name = "model";
  model.current = models.front();
  for (const std::string& id : models)
    model.values.push_back({.value = id, .name = id, .description = {}, .meta = {}});
  out.options.push_back(std::move(model));
  return out;
}

class ScriptedBackend final : public executor::Executor {
 public:
  explicit ScriptedBackend(transport::Loop& loop) : may_start(loop), may_close(loop) {
    may_start.set();
    may_close.set();
  }

  struct ScriptedConversation final : executor::Conversation {
    ScriptedConversation(ScriptedBackend& backend, ConversationSpec given)
        : owner(backend), spec(std::move(given)) {}
    std::string provider_id() const override {
      return owner.forks_are.empty() ? "scripted-" + spec.session_id : owner.forks_are;
    }
    transport::Task<executor::TurnOutcome> prompt(std::vector<v1::ContentBlock> /*prompt*/,
                                                  v1::Client& client,
                                                  transport::CancelSource& /*cancel*/) override {
      executor::TurnOutcome outcome;
      if (owner.in_turn) co_await owner.in_turn(client);
      if (owner.turn_fault) {
        outcome.stop = fail(*owner.turn_fault);
        co_return outcome;
      }
      outcome.usage = owner.usage;
      outcome.provider_turn = "turn-" + std::to_string(++owner.turns);
      co_return outcome;
    }
    Result<void> set_mode(const std::string& mode) override {
      owner.done += "mode " + mode + " ";
      return {};
    }
    Result<void> set_option(const v1::ConfigOption& /*option*/) override { return {}; }
    bool is_live() const override { return owner.live; }
    transport::Task<void> close() override {
      owner.done += "close ";
      co_await owner.may_close.wait();
    }
    ScriptedBackend& owner;
    ConversationSpec spec;
  };

  std::string_view name() const override { return "scripted"; }
  std::string_view kind() const override { return "scripted"; }
  const executor::Capabilities& capabilities() const override { return can; }
  std::vector<v1::AuthMethod> auth_methods() const override { return {}; }
  executor::Settings settings() const override { return offered; }
  std::optional<executor::Width> width_of(const executor::Settings& settings) const override {
    const auto found = widths.find(settings.modes.current);
    return found == widths.end() ? std::nullopt : std::optional(found->second);
  }
  executor::FolderLook folder_look(const v1::Workspace& /*workspace*/) const override {
    return look;
  }

  Reply<std::unique_ptr<executor::Conversation>> start(ConversationSpec spec) override {
    done += "start ";
    co_await may_start.wait();
    if (fails) co_return fail(ErrorKind::backend_failed, "it is broken");
    co_return made(std::move(spec));
  }
  Reply<std::unique_ptr<executor::Conversation>> resume(ConversationSpec spec,
                                                        ProviderPoint at) override {
    done += "resume " + at.conversation + "@" + at.turn + " ";
    co_return made(std::move(spec));
  }
  Reply<std::unique_ptr<executor::Conversation>> fork(ConversationSpec spec,
                                                      ProviderPoint at) override {
    done += "fork " + at.conversation + "@" + at.turn + " ";
    if (forks_wait) co_await may_start.wait();
    if (!fork_fault.empty()) co_return fail(fault_kind, fork_fault);
    auto conversation = made(std::move(spec));
    // A fork may look around before it is a session.
    if (events.on_commands)
      events.on_commands({{.name = "early", .description = "x", .hint = {}, .meta = {}}});
    co_return conversation;
  }
  transport::Task<std::string> terminal_obstacle(v1::Workspace workspace) override {
    if (!has_terminal) co_return co_await Executor::terminal_obstacle(std::move(workspace));
    co_return std::string();
  }
  Reply<std::unique_ptr<executor::Conversation>> fork_in_terminal(ConversationSpec spec,
                                                                  ProviderPoint at) override {
    done += "terminal " + at.conversation + "@" + at.turn + " ";
    if (!terminal_fault.empty()) co_return fail(ErrorKind::timeout, terminal_fault);
    co_return made(std::move(spec));
  }
  Reply<Adopted> adopt(ConversationSpec spec, std::string id) override {
    done += "adopt " + id + " in " + spec.adopted_cwd + " ";
    Adopted adopted;
    adopted.conversation = made(std::move(spec));
    adopted.from = {.conversation = id, .turn = "their-9"};
    co_return adopted;
  }
  void forget(const std::string& provider_id) override { forgotten.push_back(provider_id); }
  transport::Task<Result<void>> authenticate(std::string /*method_id*/) override {
    co_return Result<void>();
  }
  transport::Task<Result<void>> logout() override { co_return Result<void>(); }
  transport::Task<executor::DoctorReport> doctor() override { co_return executor::DoctorReport(); }

  executor::Capabilities can;
  executor::Settings offered;
  std::map<std::string, executor::Width> widths;
  executor::FolderLook look;
  transport::Event may_start;
  transport::Event may_close;
  bool fails = false;
  bool forks_wait = false;  // for may_start too
  ErrorKind fault_kind = ErrorKind::backend_failed;
  std::string forks_are;   // the name of each conversation; empty: its own
  std::string fork_fault;  // why forking fails; empty: it does not
  bool has_terminal = false;
  std::string terminal_fault;  // as fork_fault, in a terminal
  bool live = false;
  std::function<transport::Task<void>(v1::Client&)> in_turn;  // what a turn does; empty: nothing
  std::optional<Error> turn_fault;  // how each turn fails; none: it does not
  executor::TurnUsage usage;        // of each turn
  std::vector<std::string> forgotten;
  int turns = 0;
  std::string done;
  executor::ConversationEvents events;  // of the conversation that was made last
  ProviderPoint origin;

 private:
  std::unique_ptr<executor::Conversation> made(ConversationSpec spec) {
    events = spec.events;
    origin = spec.origin;
    return std::make_unique<ScriptedConversation>(*this, std::move(spec));
  }
};

}  // namespace tine::session
