#include "session/replay.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/json/writer.h"
#include "protocol/v1/build_update.h"
#include "session/limits.h"
#include "session/record/chain_reader.h"
#include "session/record/data.h"

namespace tine::session {
namespace {

using Updates = std::vector<v1::Update>;

void add_prompt(const std::string& session, json::View data, Updates& out) {
  for (const json::View block : data.find("content").elements()) {
    std::string payload;
    json::Writer(payload)
        .begin_object()
        .member("sessionUpdate", "user_message_chunk")
        .key("content")
        .raw(block.raw())
        .key("messageId")
        .raw(data.find("messageId").raw())
        .end_object();
    out.push_back(v1::adopt(session, json::View(payload)));
  }
}

void add_aborted(const std::string& session, json::View data, Updates& out) {
  for (const json::View call : data.find("toolCalls").elements()) {
    v1::ToolCall last;
    last.id = call.find("toolCallId").string().value_or("");
    last.status = v1::ToolStatus::failed;
    out.push_back(v1::tool_call_update(last));
    out.back().session = session;
  }
}

/// Adds what a client is sent for a record.
void add_updates(const std::string& session, const store::Line& line, Updates& out) {
  if (line.type == record_type::update) {
    out.push_back(v1::adopt(session, line.data));
  } else if (line.type == record_type::prompt) {
    add_prompt(session, line.data, out);
  } else if (line.type == record_type::turn_aborted) {
    add_aborted(session, line.data, out);
  }
}

/// Turns records into updates.
class Replay {
 public:
  Replay(v1::Client& client, std::string session) : client_(client), session_(std::move(session)) {}

  /// Takes a long record apart before it is its turn, beside the loop.
  store::Reader::Look look() const {
    return [session = session_](const store::Line& line) {
      const auto updates = std::make_shared<Updates>();
      add_updates(session, line, *updates);
      return updates;
    };
  }

  void show(const store::Line& line) {
    Updates& updates = line.ahead ? *std::static_pointer_cast<Updates>(line.ahead) : updates_;
    if (!line.ahead) add_updates(session_, line, updates);
    for (v1::Update& each : updates) show(std::move(each));
    updates.clear();
  }

  /// Of what only the newest says, only the newest is sent.
  void show_last() {
    for (auto* last : {&title_, &usage_}) {
      if (*last) client_.update(**last);
    }
  }

  void send(v1::Update update) {
    update.session = session_;
    client_.update(update);
  }

 private:
  void show(v1::Update update) {
    switch (update.kind) {
      case v1::UpdateKind::session_info_update:
        title_ = std::move(update);
        break;
      case v1::UpdateKind::usage_update:
        usage_ = std::move(update);
        break;
      case v1::UpdateKind::current_mode_update:  // the answer says what is chosen
      case v1::UpdateKind::config_option_update:
      case v1::UpdateKind::notice:
        break;  // of the moment, not of the record
      default:
        client_.send(std::move(update));
        break;
    }
  }

  v1::Client& client_;
  std::string session_;
  Updates updates_;  // of one record
  std::optional<v1::Update> title_;
  std::optional<v1::Update> usage_;
};

}  // namespace

transport::Task<Result<void>> replay(Library library, ReplayRequest request) {
  Record& record = *request.record;
  Replay out(*request.client, record.id());
  ChainReader reader(library.store, *record.history(), request.from_seq);
  std::size_t sent = 0;
  while (request.goes_on() && !request.cancel.cancelled()) {
    if (reader.takes_long()) {
      const auto ready = co_await reader.prepare(library.loop, out.look());
      if (!ready) co_return fail(ready.error());
    }
    if (!request.goes_on()) break;
    auto step = reader.step();
    if (step && step->is_last) {
      co_await record.caught_up();
      if (!request.goes_on()) break;
      const auto ready = co_await reader.prepare(library.loop, out.look());
      if (!ready) co_return fail(ready.error());
      if (!record.is_caught_up()) continue;
      if (!request.goes_on()) break;
      // What a running turn has said last is written now; from here on nothing comes in between.
      record.flush();
      step = reader.step();
      if (step && step->is_last) {
        record.held([&out](const v1::Update& update) { out.send(update); });
        out.show_last();
        co_return Result<void>();
      }
    }
    if (!step) co_return fail(std::move(step.error()));
    if (!step->line) continue;
    out.show(*step->line);
    if (!request.client->has_room()) co_await request.room();
    if (++sent % limits::replay_slice == 0) co_await transport::yield(library.loop);
  }
  if (request.cancel.cancelled()) co_return fail(ErrorKind::cancelled, "the request was cancelled");
  co_return fail(ErrorKind::peer_gone, "another client has opened the session");
}

}  // namespace tine::session
