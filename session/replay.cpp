#include "session/replay.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/json/writer.h"
#include "protocol/v1/build_update.h"
#include "session/empty_plan.h"
#include "session/limits.h"
#include "session/load_budget.h"
#include "session/outputs.h"
#include "session/record/chain_reader.h"
#include "session/record/data.h"

namespace tine::session {
namespace {

using Updates = std::vector<v1::Update>;
using Budget = std::shared_ptr<const LoadBudget>;

/// What a client is sent for a record.
struct Shown {
  Updates updates;
  LeftOut left_out;
};

/// Clients put the chunks of one message together: between two texts of a prompt comes a blank
/// line.
void add_prompt(const std::string& session, json::View data, Markers* markers, Updates& out) {
  bool follows_text = false;
  for (const json::View block : data.find("content").elements()) {
    const bool is_text = block.find("type").equals("text");
    if (follows_text && is_text) {
      out.push_back(v1::text_chunk(v1::UpdateKind::user_message_chunk, "\n\n",
                                   json::text_in(data, "messageId")));
      out.back().session = session;
    }
    follows_text = is_text;
    std::string payload;
    json::Writer(payload)
        .begin_object()
        .member("sessionUpdate", "user_message_chunk")
        .key("content")
        .raw(markers != nullptr ? markers->block(block) : std::string(block.raw()))
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

void add_update(const std::string& session, json::View data, LoadBudget::Choice choice,
                Markers& markers, Updates& out) {
  std::optional<std::string> payload;
  if (choice == LoadBudget::Choice::marked) payload = markers.update(data);
  if (choice == LoadBudget::Choice::said_anew) payload = without_outputs(data);
  if (!payload) {
    out.push_back(v1::adopt(session, data));
  } else if (!payload->empty()) {
    out.push_back(v1::adopt(session, json::View(*payload)));
  }
}

/// With `_meta.tine.replayOf` in it.
v1::Update marked(const v1::Update& update, const std::string& id) {
  std::string member;
  json::Writer(member).begin_object().member("replayOf", std::string_view(id)).end_object();
  const std::string_view payload(update.payload);
  const json::View meta = json::View(payload).find("_meta");
  const json::View ours = meta.find("tine");
  // What is there stays: it goes into the innermost object that there is, in front of all else.
  std::string_view object = payload;
  if (ours.is_object()) {
    object = ours.raw();
    member = member.substr(1, member.size() - 2);
  } else if (meta.is_object()) {
    object = meta.raw();
    member.insert(0, "\"tine\":");
  } else {
    member.insert(0, R"("_meta":{"tine":)").append("}");
  }
  const std::size_t at = static_cast<std::size_t>(object.data() - payload.data()) + 1;
  const bool is_empty = payload.find_first_not_of(" \t\r\n", at) == payload.find('}', at);
  if (!is_empty) member += ',';
  std::string out(payload.substr(0, at));
  out.append(member).append(payload.substr(at));
  return v1::adopt(update.session, json::View(out));
}

/// `budget`: none leaves nothing out. `mark`: as Replay has it.
Shown shown(const std::string& session, const store::Line& line, const LoadBudget* budget,
            const std::string& mark) {
  Shown out;
  const auto choice = budget != nullptr ? budget->choice(line.seq) : LoadBudget::Choice::whole;
  Markers markers(export_command(session));
  if (line.type == record_type::update) {
    add_update(session, line.data, choice, markers, out.updates);
  } else if (line.type == record_type::prompt) {
    const bool is_whole = choice == LoadBudget::Choice::whole;
    add_prompt(session, line.data, is_whole ? nullptr : &markers, out.updates);
  } else if (line.type == record_type::turn_aborted) {
    add_aborted(session, line.data, out.updates);
  }
  if (!mark.empty()) {
    for (v1::Update& each : out.updates) each = marked(each, mark);
  }
  out.left_out = markers.left_out();
  return out;
}

/// Turns records into updates.
class Replay {
 public:
  /// `mark`: the prompt's id that each update is marked with; empty: none.
  Replay(v1::Client& client, std::string session, Budget budget, std::string mark = {})
      : client_(client),
        session_(std::move(session)),
        budget_(std::move(budget)),
        mark_(std::move(mark)) {}

  /// Takes a long record apart before it is its turn, beside the loop.
  store::Reader::Look look() const {
    return [session = session_, budget = budget_, mark = mark_](const store::Line& line) {
      return std::make_shared<Shown>(shown(session, line, budget.get(), mark));
    };
  }

  void show(const store::Line& line) {
    Shown now = line.ahead ? std::move(*std::static_pointer_cast<Shown>(line.ahead))
                           : shown(session_, line, budget_.get(), mark_);
    for (v1::Update& each : now.updates) show(std::move(each));
    left_out_.parts += now.left_out.parts;
    left_out_.bytes += now.left_out.bytes;
  }
  const LeftOut& left_out() const { return left_out_; }

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
      case v1::UpdateKind::plan:
        if (!is_empty_plan(update)) client_.send(std::move(update));
        break;
      default:
        client_.send(std::move(update));
        break;
    }
  }

  v1::Client& client_;
  std::string session_;
  Budget budget_;
  std::string mark_;
  LeftOut left_out_;
  std::optional<v1::Update> title_;
  std::optional<v1::Update> usage_;
};

/// The first pass. It ends early when the replay itself will.
transport::Task<Result<Budget>> weigh(Library library, ReplayRequest request) {
  const auto budget = std::make_shared<LoadBudget>(request.from_seq, request.max_bytes);
  ChainReader reader(library.store, *request.record->history(), request.from_seq);
  const store::Reader::Look look = [](const store::Line& line) {
    return std::make_shared<Weight>(weight_of(line));
  };
  std::size_t seen = 0;
  while (request.goes_on() && !request.cancel.cancelled()) {
    if (reader.takes_long()) {
      const auto ready = co_await reader.prepare(library.loop, look);
      if (!ready) co_return fail(ready.error());
    }
    auto step = reader.step();
    if (!step) co_return fail(std::move(step.error()));
    if (step->is_last) break;
    if (step->line) {
      const store::Line& line = *step->line;
      budget->see(line.seq,
                  line.ahead ? *std::static_pointer_cast<Weight>(line.ahead) : weight_of(line));
    }
    if (++seen % limits::replay_slice == 0) co_await transport::yield(library.loop);
  }
  budget->settle();
  co_return budget;
}

/// Why a replay has not come to its end.
Failure broken_off(const ReplayRequest& request) {
  if (request.cancel.cancelled()) return fail(ErrorKind::cancelled, "the request was cancelled");
  return fail(ErrorKind::peer_gone, "another client has opened the session");
}

}  // namespace

transport::Task<Result<LeftOut>> replay(Library library, ReplayRequest request) {
  Record& record = *request.record;
  Budget budget;
  if (request.max_bytes > 0) {
    auto weighed = co_await weigh(library, request);
    if (!weighed) co_return fail(std::move(weighed.error()));
    budget = std::move(*weighed);
  }
  Replay out(*request.client, record.id(), std::move(budget));
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
        co_return out.left_out();
      }
    }
    if (!step) co_return fail(std::move(step.error()));
    if (!step->line) continue;
    out.show(*step->line);
    if (!request.client->has_room()) co_await request.room();
    if (++sent % limits::replay_slice == 0) co_await transport::yield(library.loop);
  }
  co_return broken_off(request);
}

transport::Task<Result<void>> replay_turn(Library library, ReplayRequest request, OneTurn turn) {
  Replay out(*request.client, request.record->id(), nullptr, turn.prompt_id);
  ChainReader reader(library.store, *request.record->history(), turn.before);
  bool begun = false;
  std::size_t read = 0;
  while (request.goes_on() && !request.cancel.cancelled()) {
    if (reader.takes_long()) {
      const auto ready = co_await reader.prepare(library.loop, out.look());
      if (!ready) co_return fail(ready.error());
    }
    if (!request.goes_on()) break;
    const auto step = reader.step();
    if (!step) co_return fail(step.error());
    if (step->is_last)
      co_return fail(ErrorKind::damaged, "the transcript ends before the turn does");
    if (!step->line) continue;
    const store::Line& line = *step->line;
    const bool is_prompt = line.type == record_type::prompt;
    begun |= is_prompt;
    if (begun) turn.see(line);
    if (begun && !is_prompt) out.show(line);
    if (line.seq >= turn.until) {
      if (turn.is_last) out.show_last();
      co_return Result<void>();
    }
    if (!request.client->has_room()) co_await request.room();
    if (++read % limits::replay_slice == 0) co_await transport::yield(library.loop);
  }
  co_return broken_off(request);
}

}  // namespace tine::session
