#pragma once
// For tests: a service on a store of its own, with a backend that does as the test says and an
// editor that notes what it is told.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/v1/build_update.h"
#include "protocol/v1/test_client.h"
#include "session/service.h"
#include "session/store/files.h"
#include "session/store/reader.h"
#include "session/store/still_clock.h"
#include "session/store/temporary_folder.h"
#include "tests/catch.h"

namespace tine::session {

using executor::ConversationSpec;
using executor::ProviderPoint;

/// A backend that does as the test says, and whose conversations the test speaks for.
class Puppet final : public executor::Executor {
 public:
  explicit Puppet(transport::Loop& loop) : may_start(loop), may_close(loop) {
    may_start.set();
    may_close.set();
  }

  struct Spoken final : executor::Conversation {
    Spoken(Puppet& puppet, ConversationSpec given) : owner(puppet), spec(std::move(given)) {}
    std::string provider_id() const override { return "puppet-" + spec.session_id; }
    transport::Task<executor::TurnOutcome> prompt(std::vector<v1::ContentBlock> /*prompt*/,
                                                  v1::Client& client,
                                                  transport::CancelSource& /*cancel*/) override {
      executor::TurnOutcome outcome;
      if (owner.in_turn) co_await owner.in_turn(client);
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
    Puppet& owner;
    ConversationSpec spec;
  };

  std::string_view name() const override { return "puppet"; }
  std::string_view kind() const override { return "puppet"; }
  const executor::Capabilities& capabilities() const override { return can; }
  std::vector<v1::AuthMethod> auth_methods() const override { return {}; }
  executor::Settings settings() const override { return offered; }
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
    if (!fork_fault.empty()) co_return fail(ErrorKind::backend_failed, fork_fault);
    auto conversation = made(std::move(spec));
    // A fork may look around before it is a session.
    events.on_commands({{.name = "early", .description = "x", .hint = {}, .meta = {}}});
    co_return conversation;
  }
  Reply<Adopted> adopt(ConversationSpec spec, std::string id) override {
    done += "adopt " + id + " in " + spec.adopted_cwd + " ";
    Adopted adopted;
    adopted.conversation = made(std::move(spec));
    adopted.from = {.conversation = id, .turn = "their-9"};
    co_return adopted;
  }
  void forget(const std::string& /*provider_id*/) override {}
  transport::Task<Result<void>> authenticate(std::string /*method_id*/) override {
    co_return Result<void>();
  }
  transport::Task<Result<void>> logout() override { co_return Result<void>(); }
  transport::Task<executor::DoctorReport> doctor() override { co_return executor::DoctorReport(); }

  executor::Capabilities can;
  executor::Settings offered;
  executor::FolderLook look;
  transport::Event may_start;
  transport::Event may_close;
  bool fails = false;
  std::string fork_fault;  // why forking fails; empty: it does not
  bool live = false;
  std::function<transport::Task<void>(v1::Client&)> in_turn;  // what a turn does; empty: nothing
  int turns = 0;
  std::string done;
  executor::ConversationEvents events;  // of the conversation that was made last
  ProviderPoint origin;

 private:
  std::unique_ptr<executor::Conversation> made(ConversationSpec spec) {
    events = spec.events;
    origin = spec.origin;
    return std::make_unique<Spoken>(*this, std::move(spec));
  }
};

/// An editor that notes what it is told.
class Listener final : public v1::test::RefusingClient {
 public:
  const v1::ClientCapabilities& capabilities() const override { return nothing_; }
  void update(const v1::Update& update) override {
    if (!heard.empty()) heard += " ";
    heard += v1::name_of(update.kind);
    const auto text = json::View(update.payload).find("content").find("text").string();
    if (text) heard += ":" + *text;
    last = update.payload;
  }

  Reply<std::string> call(std::string method, std::string params, Cancel) override {
    asked += method + " " + params + "\n";
    co_return answer;
  }
  void notify(std::string_view method, std::string_view params) override {
    asked.append(method).append(" ").append(params).append("\n");
  }

  std::string take() { return std::exchange(heard, {}); }
  std::string heard;
  std::string last;
  std::string asked;
  std::string answer = "{}";  // to each question

 private:
  v1::ClientCapabilities nothing_;
};

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

/// A service with that backend, and one session of it that an editor has opened.
struct Theatre {
  explicit Theatre(bool prepares = false) {
    auto owned = std::make_unique<Puppet>(loop);
    puppet = owned.get();
    puppet->can.prepares = prepares;
    puppet->offered = settings({"ask", "auto"}, {"small", "large"});
    backends.all.push_back(std::move(owned));
    backends.preferred = puppet;
    workspace.cwd = place.path();
    auto made = service.create(workspace, {});
    REQUIRE(made);
    session = *made;
    session->attach(client, workspace);
  }

  template <class T>
  T run(transport::Task<T> task) {
    std::optional<T> out;
    loop.spawn([](transport::Task<T> work, std::optional<T>& result,
                  transport::Loop& the_loop) -> transport::Task<void> {
      result = co_await std::move(work);
      the_loop.stop();
    }(std::move(task), out, loop));
    loop.run_ready();
    if (!out) loop.run();
    return std::move(*out);
  }

  void turn() {
    const transport::CancelSource never;
    REQUIRE(run(session->prompt({v1::text_block("hello")}, never)));
  }
  void close() {
    run([](SessionService& the_service, std::string id) -> transport::Task<bool> {
      co_await the_service.close(std::move(id));
      co_return true;
    }(service, session->id()));
  }

  bool is_locked() {
    const auto entry = store.find(session->id());
    REQUIRE(entry);
    return store::Lock::is_held(*store.open(*entry));
  }
  /// What each line of the transcript is, as another process reads it.
  std::string told() {
    std::string out;
    const auto folder = store.open(*store.find(session->id()));
    REQUIRE(folder);
    auto reader = store::Reader::open(*folder, store::Damage::report);
    REQUIRE(reader);
    for (;;) {
      const auto line = reader->next();
      REQUIRE(line);
      if (!*line) return out;
      out += (*line)->type;
      if (const auto text = (*line)->data.find("content").find("text").string()) out += ":" + *text;
      out += " ";
    }
  }
  void say(const std::string& text) {
    puppet->events.on_update(v1::text_chunk(v1::UpdateKind::agent_message_chunk, text, text));
  }

  store::TemporaryFolder place;
  store::StillClock env;
  std::string logged;
  Log log{env, Log::Level::debug, [this](const Log::Message& message) { logged += message.text; }};
  Redactor redactor{Redactor::Key{1}};
  Policy policy;
  transport::Loop loop;
  transport::Worker worker{loop};
  store::Store store{loop, store::system_files(), env, place.path() + "/store"};
  store::Syncer syncer{loop, worker, store};
  Backends backends;
  Puppet* puppet = nullptr;
  Listener client;
  v1::Workspace workspace;
  Trust trust{loop,        worker,   env,
              log,         redactor, TrustRecord(store::system_files(), place.path() + "/store"),
              policy.trust};
  SessionService service{Library{loop, env, log, redactor, store, syncer, policy}, trust, backends,
                         [this](const std::string&, const std::string&) -> Result<Choices> {
                           return Choices{.backend = puppet, .mode = {}, .model = {}, .effort = {}};
                         }};
  std::shared_ptr<Session> session;
};

}  // namespace tine::session
