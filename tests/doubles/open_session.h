#pragma once
// A service on a store of its own, with a scripted backend and one session. The session's editor
// notes each update.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "protocol/v1/build_update.h"
#include "session/service.h"
#include "session/store/files.h"
#include "session/store/reader.h"
#include "tests/catch.h"
#include "tests/doubles/await.h"
#include "tests/doubles/refusing_client.h"
#include "tests/doubles/scripted_backend.h"
#include "tests/doubles/still_clock.h"
#include "tests/doubles/temporary_folder.h"

namespace tine::session {

/// An editor that notes each update.
class NotingClient final : public test::RefusingClient {
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

struct OpenSession {
  explicit OpenSession(bool prepares = false) {
    auto owned = std::make_unique<ScriptedBackend>(loop);
    backend = owned.get();
    backend->can.prepares = prepares;
    backend->can.native_fork = backend->can.fork_at_turn = true;
    backend->offered = settings({"ask", "auto"}, {"small", "large"});
    backends.all.push_back(std::move(owned));
    backends.preferred = backend;
    workspace.cwd = place.path();
    auto made = service.create(workspace, {});
    REQUIRE(made);
    session = *made;
    session->attach(client, workspace);
  }

  template <class T>
  T run(transport::Task<T> task) {
    return test::await(loop, std::move(task));
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
    backend->events.on_update(v1::text_chunk(v1::UpdateKind::agent_message_chunk, text, text));
  }

  test::TemporaryFolder place;
  test::StillClock env;
  std::string logged;
  Log log{env, Log::Level::debug, [this](const Log::Message& message) { logged += message.text; }};
  Redactor redactor{Redactor::Key{1}};
  Policy policy;
  Prices prices{{}, nullptr};
  transport::Loop loop;
  WarmFirst warm_first{loop, env};
  executor::Admission admission{loop, log, {}, {}};
  TurnLine turn_line{loop, admission, 0};
  transport::Worker worker{loop};
  store::Store store{loop, store::system_files(), env, place.path() + "/store"};
  store::Syncer syncer{loop, worker, store};
  Backends backends;
  ScriptedBackend* backend = nullptr;
  NotingClient client;
  v1::Workspace workspace;
  std::string model;  // that is configured; empty: none
  Trust trust{loop,        worker,   env,
              log,         redactor, TrustRecord(store::system_files(), place.path() + "/store"),
              policy.trust};
  SessionService service{
      Library{loop, env, log, redactor, store, syncer, policy, prices, warm_first, turn_line},
      trust, backends, [this](const std::string&, const std::string&) -> Result<Choices> {
        return Choices{.backend = backend, .mode = {}, .model = model, .effort = {}};
      }};
  std::shared_ptr<Session> session;
};

}  // namespace tine::session
