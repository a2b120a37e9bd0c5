#include "session/asides.h"

#include <algorithm>

#include "protocol/v1/build_update.h"
#include "session/service.h"
#include "session/store/files.h"
#include "session/store/reader.h"
#include "session/store/still_clock.h"
#include "session/store/temporary_folder.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::session;
using executor::ConversationSpec;
using executor::ProviderPoint;

namespace {

/// A backend that does as the test says, and whose conversations the test speaks for.
class Puppet final : public executor::Executor {
 public:
  explicit Puppet(transport::Loop& loop) : may_start(loop) { may_start.set(); }

  struct Spoken final : executor::Conversation {
    Spoken(Puppet& puppet, ConversationSpec given) : owner(puppet), spec(std::move(given)) {}
    std::string provider_id() const override { return "puppet-" + spec.session_id; }
    transport::Task<executor::TurnOutcome> prompt(std::vector<v1::ContentBlock> /*prompt*/,
                                                  v1::Client& /*client*/,
                                                  transport::CancelSource& /*cancel*/) override {
      executor::TurnOutcome outcome;
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
      co_return;
    }
    Puppet& owner;
    ConversationSpec spec;
  };

  std::string_view name() const override { return "puppet"; }
  std::string_view kind() const override { return "puppet"; }
  const executor::Capabilities& capabilities() const override { return can; }
  std::vector<v1::AuthMethod> auth_methods() const override { return {}; }
  executor::Settings settings() const override { return offered; }

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
    auto conversation = made(std::move(spec));
    // A fork may look around before it is a session.
    aside.offer_commands({{.name = "early", .description = "x", .hint = {}, .meta = {}}});
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
  transport::Event may_start;
  bool fails = false;
  bool live = false;
  int turns = 0;
  std::string done;
  executor::Aside aside;  // of the conversation that was made last
  ProviderPoint origin;

 private:
  std::unique_ptr<executor::Conversation> made(ConversationSpec spec) {
    aside = spec.aside;
    origin = spec.origin;
    return std::make_unique<Spoken>(*this, std::move(spec));
  }
};

/// An editor that notes what it is told.
class Listener final : public v1::Client {
 public:
  const v1::ClientCapabilities& capabilities() const override { return nothing_; }
  void update(const v1::Update& update) override {
    if (!heard.empty()) heard += " ";
    heard += v1::name_of(update.kind);
    const auto text = json::View(update.payload).find("content").find("text").string();
    if (text) heard += ":" + *text;
    last = update.payload;
  }
  transport::Task<void> room() override { co_return; }
  bool has_room() const override { return true; }
  Reply<v1::PermissionResponse> request_permission(v1::PermissionRequest, Cancel) override {
    co_return refused();
  }
  Reply<v1::ReadTextFileResponse> read_text_file(v1::ReadTextFileRequest, Cancel) override {
    co_return refused();
  }
  Reply<v1::WriteTextFileResponse> write_text_file(v1::WriteTextFileRequest, Cancel) override {
    co_return refused();
  }
  Reply<v1::CreateTerminalResponse> create_terminal(v1::CreateTerminalRequest, Cancel) override {
    co_return refused();
  }
  Reply<v1::TerminalOutputResponse> terminal_output(v1::TerminalRequest, Cancel) override {
    co_return refused();
  }
  Reply<v1::WaitForTerminalExitResponse> wait_for_terminal_exit(v1::TerminalRequest,
                                                                Cancel) override {
    co_return refused();
  }
  Reply<v1::KillTerminalResponse> kill_terminal(v1::TerminalRequest, Cancel) override {
    co_return refused();
  }
  Reply<v1::ReleaseTerminalResponse> release_terminal(v1::TerminalRequest, Cancel) override {
    co_return refused();
  }
  Reply<v1::ElicitationResponse> create_elicitation(v1::ElicitationRequest, Cancel) override {
    co_return refused();
  }
  void complete_elicitation(std::string /*elicitation_id*/) override {}

  std::string take() { return std::exchange(heard, {}); }
  std::string heard;
  std::string last;

 private:
  static Failure refused() { return fail(ErrorKind::unsupported, "nobody is there"); }
  v1::ClientCapabilities nothing_;
};

executor::Settings settings(const std::vector<std::string>& modes,
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
    puppet->aside.say(v1::text_chunk(v1::UpdateKind::agent_message_chunk, text, text));
  }

  store::TemporaryFolder place;
  store::StillClock env;
  std::string logged;
  Log log{env, Log::Level::debug, [this](std::string_view line) { logged += line; }};
  Redactor redactor{Redactor::Key{1}};
  Policy policy;
  transport::Loop loop;
  transport::Worker worker{loop};
  store::Store store{store::system_files(), env, place.path() + "/store"};
  store::Syncer syncer{loop, worker, store};
  Backends backends;
  Puppet* puppet = nullptr;
  Listener client;
  v1::Workspace workspace;
  SessionService service{Library{loop, env, log, redactor, store, syncer, policy}, backends,
                         [this](const std::string&, const std::string&) -> Result<Choices> {
                           return Choices{.backend = puppet, .mode = {}, .model = {}, .effort = {}};
                         }};
  std::shared_ptr<Session> session;
};

constexpr const char* one_turn = "header prompt update turn_end ";

}  // namespace

TEST_CASE("asides: a live conversation is heard between its turns, and is recorded") {
  Theatre theatre;
  theatre.puppet->live = true;
  theatre.turn();
  CHECK(theatre.is_locked());
  theatre.client.take();
  theatre.say("By the way.");
  CHECK(theatre.client.take() == "agent_message_chunk:By the way.");
  theatre.puppet->aside.rest();
  CHECK_FALSE(theatre.is_locked());
  CHECK(theatre.told() == std::string(one_turn) + "update:By the way. ");
}

TEST_CASE("asides: what is said between turns stands before the next prompt") {
  Theatre theatre;
  theatre.puppet->live = true;
  theatre.turn();
  theatre.say("An end like sk-");
  theatre.turn();
  CHECK(theatre.told() == std::string(one_turn) + "update:An end like sk- prompt turn_end ");
}

TEST_CASE("asides: without the right to write nothing is said") {
  Theatre theatre;
  theatre.turn();
  theatre.client.take();
  theatre.say("Unheard.");
  CHECK(theatre.client.take().empty());
  CHECK(theatre.logged.find("is lost") != std::string::npos);
  CHECK(theatre.told() == one_turn);
}

TEST_CASE("asides: a conversation that is no longer live at a turn's end leaves no lock behind") {
  Theatre theatre;
  theatre.puppet->live = true;
  theatre.turn();
  theatre.puppet->live = false;
  theatre.turn();
  CHECK_FALSE(theatre.is_locked());
}

TEST_CASE("asides: nobody hears a conversation that was let go of") {
  Theatre theatre;
  theatre.puppet->live = true;
  theatre.turn();
  const executor::Aside old = theatre.puppet->aside;
  theatre.close();
  theatre.client.take();
  old.say(v1::text_chunk(v1::UpdateKind::agent_message_chunk, "Boo.", "boo"));
  old.offer(settings({"other"}, {"other"}));
  old.offer_commands({});
  old.rest();
  theatre.session = nullptr;
  old.rest();
  CHECK(theatre.client.take().empty());
}

TEST_CASE("asides: new lists keep what is chosen, and nothing is recorded") {
  Theatre theatre;
  theatre.puppet->live = true;
  theatre.turn();
  REQUIRE(theatre.run(theatre.session->set_mode("auto")));
  const std::string before = theatre.told();
  theatre.client.take();
  theatre.puppet->aside.offer(settings({"plan", "ask", "auto"}, {"large", "small", "huge"}));
  CHECK(theatre.client.take() == "config_option_update");
  CHECK(theatre.client.last.find("huge") != std::string::npos);
  CHECK(theatre.session->modes().current == "auto");
  CHECK(theatre.session->settings().options.front().current == "small");
  theatre.puppet->aside.rest();
  CHECK(theatre.told() == before);
}

TEST_CASE("asides: the same lists again are no news") {
  Theatre theatre;
  theatre.turn();
  theatre.client.take();
  theatre.puppet->aside.offer(theatre.puppet->offered);
  CHECK(theatre.client.take().empty());
}

TEST_CASE("asides: a choice that is not offered any more is another one, and is recorded") {
  Theatre theatre;
  theatre.puppet->live = true;
  theatre.turn();
  theatre.client.take();
  theatre.puppet->aside.offer(settings({"plan", "auto"}, {"huge"}));
  CHECK(theatre.client.take() == "current_mode_update config_option_update");
  CHECK(theatre.session->state().mode == "plan");
  CHECK(theatre.session->state().options.at("model") == "huge");
  theatre.puppet->aside.rest();
  CHECK(theatre.told() == std::string(one_turn) + "update update ");
}

TEST_CASE("asides: a backend's commands are announced with ours, then and later") {
  Theatre theatre;
  theatre.turn();
  theatre.client.take();
  theatre.puppet->aside.offer_commands(
      {{.name = "review", .description = "x", .hint = {}, .meta = {}}});
  CHECK(theatre.client.take() == "available_commands_update");
  theatre.client.last.clear();
  theatre.session->announce_commands();
  CHECK(theatre.client.last.find("tine-fork") != std::string::npos);
  CHECK(theatre.client.last.find("review") != std::string::npos);
}

TEST_CASE("asides: what a fork offers before it is a session waits for it") {
  Theatre theatre;
  theatre.turn();
  const SessionService::ForkAt last;
  auto forked = theatre.run(theatre.service.fork(theatre.session->id(), theatre.workspace, last));
  REQUIRE(forked);
  CHECK(theatre.puppet->origin.conversation == "puppet-" + theatre.session->id());
  CHECK(theatre.puppet->origin.turn == "turn-1");
  forked->session->attach(theatre.client, theatre.workspace);
  forked->session->announce_commands();
  CHECK(theatre.client.last.find("early") != std::string::npos);
}

TEST_CASE("ahead: a session makes its conversation once, and the prompt finds it") {
  Theatre theatre(true);
  theatre.session->prepare();
  theatre.session->prepare();
  theatre.loop.run_ready();
  CHECK(theatre.puppet->done == "start ");
  CHECK_FALSE(theatre.is_locked());
  CHECK_FALSE(theatre.session->record()->begun());
  theatre.turn();
  CHECK(theatre.puppet->done == "start ");
}

TEST_CASE("ahead: a backend that does not gain from it is not asked") {
  Theatre theatre;
  theatre.session->prepare();
  theatre.loop.run_ready();
  CHECK(theatre.puppet->done.empty());
}

TEST_CASE("ahead: a prompt waits for the conversation that is being made") {
  Theatre theatre(true);
  theatre.puppet->may_start.reset();
  theatre.session->prepare();
  theatre.loop.run_ready();
  theatre.loop.spawn([](Theatre& the_theatre) -> transport::Task<void> {
    co_await transport::yield(the_theatre.loop);
    the_theatre.puppet->may_start.set();
  }(theatre));
  theatre.turn();
  CHECK(theatre.puppet->done == "start ");
}

TEST_CASE("ahead: a cancelled prompt does not wait for it, and the next one does") {
  Theatre theatre(true);
  theatre.puppet->may_start.reset();
  theatre.session->prepare();
  theatre.loop.run_ready();
  const transport::CancelSource cancel;
  theatre.loop.spawn(
      [](Theatre& the_theatre, transport::CancelSource source) -> transport::Task<void> {
        co_await transport::yield(the_theatre.loop);
        source.cancel();
      }(theatre, cancel));
  const auto report = theatre.run(theatre.session->prompt({v1::text_block("hello")}, cancel));
  REQUIRE(report);
  CHECK(report->stop_reason == v1::StopReason::cancelled);
  CHECK(theatre.puppet->done == "start ");
  theatre.loop.spawn([](Theatre& the_theatre) -> transport::Task<void> {
    co_await transport::yield(the_theatre.loop);
    the_theatre.puppet->may_start.set();
  }(theatre));
  theatre.turn();
  CHECK(theatre.puppet->done == "start ");
}

TEST_CASE("ahead: when it fails the prompt meets the error itself") {
  Theatre theatre(true);
  theatre.puppet->fails = true;
  theatre.session->prepare();
  theatre.loop.run_ready();
  CHECK(theatre.logged.find("could not be prepared: it is broken") != std::string::npos);
  theatre.puppet->fails = false;
  theatre.turn();
  CHECK(theatre.puppet->done == "start start ");
}

TEST_CASE("ahead: a session may be closed meanwhile") {
  Theatre theatre(true);
  theatre.puppet->may_start.reset();
  theatre.session->prepare();
  theatre.loop.run_ready();
  theatre.close();
  theatre.puppet->may_start.set();
  theatre.loop.run_ready();
  CHECK(theatre.puppet->done == "start close ");
}

TEST_CASE("ahead: what is chosen meanwhile is passed on") {
  Theatre theatre(true);
  theatre.puppet->may_start.reset();
  theatre.session->prepare();
  theatre.loop.run_ready();
  REQUIRE(theatre.run(theatre.session->set_mode("auto")));
  theatre.puppet->may_start.set();
  theatre.loop.run_ready();
  CHECK(theatre.puppet->done == "start mode auto ");
}

TEST_CASE("ahead: other servers than it was begun with make it anew") {
  Theatre theatre(true);
  theatre.puppet->may_start.reset();
  theatre.session->prepare();
  theatre.loop.run_ready();
  v1::Workspace other = theatre.workspace;
  other.additional_directories = {theatre.place.path()};
  theatre.session->attach(theatre.client, other);
  theatre.session->prepare();
  theatre.puppet->may_start.set();
  theatre.loop.run_ready();
  CHECK(theatre.puppet->done == "start start close ");
  theatre.turn();
  CHECK(theatre.puppet->done == "start start close ");
}

TEST_CASE("adopt: a session has the past of another conversation, also when it is opened anew") {
  Theatre theatre;
  auto adopted = theatre.run(
      theatre.service.adopt(theatre.workspace, {}, {.id = "theirs", .cwd = "/elsewhere"}));
  REQUIRE(adopted);
  theatre.session = adopted->session;
  const std::string id = theatre.session->id();
  CHECK(theatre.puppet->done == "adopt theirs in /elsewhere ");
  CHECK(adopted->report.adopted == "theirs");
  CHECK(theatre.session->state().prompted);
  CHECK(theatre.session->state().parent.empty());
  CHECK(theatre.told() == "header fork ");
  theatre.close();
  theatre.session = nullptr;

  // Without its state, which is made anew.
  const auto entry = theatre.store.find(id);
  REQUIRE(entry);
  const store::State before = *theatre.store.read_state(*entry);
  REQUIRE(theatre.store.open(*entry)->remove_file("state.toml"));
  const auto again = theatre.run(theatre.service.open(id));
  REQUIRE(again);
  theatre.session = *again;
  CHECK(theatre.session->state().adopted == "theirs");
  CHECK(theatre.session->state().adopted_turn == "their-9");
  CHECK(theatre.session->state().prompted);
  CHECK(theatre.session->state() == before);

  theatre.puppet->done.clear();
  theatre.turn();
  CHECK(theatre.puppet->done == "resume puppet-" + id + "@their-9 ");
  CHECK(theatre.puppet->origin.conversation == "theirs");
  CHECK(theatre.puppet->origin.turn == "their-9");

  // A fork of its beginning has that past as well.
  SessionService::ForkAt beginning;
  beginning.turn = 0;
  theatre.puppet->done.clear();
  const auto forked = theatre.run(theatre.service.fork(id, theatre.workspace, beginning));
  REQUIRE(forked);
  CHECK(theatre.puppet->done == "fork puppet-" + id + "@their-9 ");
  CHECK(forked->session->state().adopted == "theirs");
}
