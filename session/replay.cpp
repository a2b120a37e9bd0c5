#include "session/replay.h"

#include <optional>

#include "base/json/writer.h"
#include "protocol/v1/build_update.h"
#include "session/limits.h"
#include "session/record/chain_reader.h"
#include "session/record/data.h"

namespace tine::session {
namespace {

/// Turns records into updates.
class Replay {
 public:
  Replay(v1::Client& client, std::string session) : client_(client), session_(std::move(session)) {}

  void show(const store::Line& line) {
    if (line.type == record_type::update) {
      show_update(line.data);
    } else if (line.type == record_type::prompt) {
      show_prompt(line.data);
    } else if (line.type == record_type::turn_aborted) {
      show_aborted(line.data);
    }
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
  void show_update(json::View data) {
    v1::Update update = v1::adopt(session_, data);
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
        client_.update(update);
        break;
    }
  }

  void show_prompt(json::View data) {
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
      client_.update(v1::adopt(session_, json::View(payload)));
    }
  }

  void show_aborted(json::View data) {
    for (const json::View call : data.find("toolCalls").elements()) {
      v1::ToolCall last;
      last.id = call.find("toolCallId").string().value_or("");
      last.status = v1::ToolStatus::failed;
      send(v1::tool_call_update(last));
    }
  }

  v1::Client& client_;
  std::string session_;
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
    if (reader.needs_disk()) co_await transport::yield(library.loop);
    if (!request.goes_on()) break;
    auto line = reader.next();
    if (line && !*line) {
      // What a running turn has said last is written now; from here on nothing comes in between.
      co_await record.caught_up();
      if (!request.goes_on()) break;
      record.flush();
      line = reader.next();
      if (line && !*line) {
        record.held([&out](const v1::Update& update) { out.send(update); });
        out.show_last();
        co_return Result<void>();
      }
    }
    if (!line) co_return fail(std::move(line.error()));
    out.show(**line);
    if (!request.client->has_room()) co_await request.room();
    if (++sent % limits::replay_slice == 0) co_await transport::yield(library.loop);
  }
  if (request.cancel.cancelled()) co_return fail(ErrorKind::cancelled, "the request was cancelled");
  co_return fail(ErrorKind::peer_gone, "another client has opened the session");
}

}  // namespace tine::session
