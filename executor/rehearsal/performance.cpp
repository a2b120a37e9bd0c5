#include "executor/rehearsal/performance.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/json/utf8.h"
#include "base/json/writer.h"
#include "executor/rehearsal/limits.h"
#include "transport/event.h"
#include "transport/limits.h"
#include "transport/worker.h"

namespace tine::executor::rehearsal {
namespace {

using v1::ToolKind;
using v1::ToolStatus;
using v1::UpdateKind;

/// About as much as a model says at a time.
constexpr std::size_t chunk_bytes = 24;

/// The length of the first piece of `text`: `most` bytes or a little more, up to the end of a word.
std::size_t word_end(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text.size();
  const std::size_t blank = text.find(' ', most);
  return blank == std::string_view::npos ? text.size() : blank + 1;
}

/// `at`, or the next place that does not cut a character in two.
std::size_t character_start(std::string_view text, std::size_t at) {
  while (at < text.size() && json::continues_character(text[at])) ++at;
  return std::min(at, text.size());
}

std::vector<v1::ToolContent> as_content(std::string_view text) {
  if (text.empty()) return {};
  v1::ToolContent content;
  content.content = v1::text_block(std::string(text));
  return {std::move(content)};
}

ToolKind tool_kind(std::string_view name) {
  for (const ToolKind kind :
       {ToolKind::read, ToolKind::edit, ToolKind::remove, ToolKind::move, ToolKind::search,
        ToolKind::execute, ToolKind::think, ToolKind::fetch, ToolKind::switch_mode}) {
    if (v1::name_of(kind) == name) return kind;
  }
  return ToolKind::other;
}

}  // namespace

const Performance::Cue* Performance::cue_for(std::string_view name) {
  static constexpr std::array cues = {
      Cue{"ask", &Performance::ask},           Cue{"burst", &Performance::burst},
      Cue{"choose", &Performance::choose},     Cue{"compact", &Performance::compact},
      Cue{"edit", &Performance::edit},         Cue{"fail", &Performance::fail_with},
      Cue{"forget", &Performance::forget},     Cue{"hang", &Performance::hang},
      Cue{"input", &Performance::input},       Cue{"notice", &Performance::notice},
      Cue{"open", &Performance::open},         Cue{"later", &Performance::later},
      Cue{"pause", &Performance::wait},        Cue{"plan", &Performance::plan},
      Cue{"read", &Performance::read},         Cue{"recall", &Performance::recall},
      Cue{"run", &Performance::run},           Cue{"say", &Performance::say},
      Cue{"slow", &Performance::slow},         Cue{"stop", &Performance::stop},
      Cue{"stubborn", &Performance::stubborn}, Cue{"think", &Performance::think},
      Cue{"title", &Performance::title},       Cue{"tool", &Performance::tool},
      Cue{"trust", &Performance::trust},       Cue{"usage", &Performance::usage},
      Cue{"write", &Performance::write}};
  const auto found =
      std::find_if(cues.begin(), cues.end(), [name](const Cue& cue) { return cue.name == name; });
  return found == cues.end() ? nullptr : &*found;
}

transport::Task<Result<v1::StopReason>> Performance::play(const Script& script) {
  text_ = script.text;
  if (stage_.thinks_first) co_await think("They said " + std::to_string(text_.size()) + " bytes.");
  for (const Directive& directive : script.directives) {
    if (over()) break;
    const Cue* cue = cue_for(directive.name);
    if (cue == nullptr) continue;
    co_await (this->*cue->play)(directive.argument);
  }
  if (script.directives.empty() && !over()) co_await say("You said: " + std::string(text_));
  if (stage_.cancel.cancelled()) co_return v1::StopReason::cancelled;
  if (error_) co_return fail(std::move(*error_));
  co_return stop_;
}

// --- talking
// ---------------------------------------------------------------------------------------

void Performance::send(v1::Update update) {
  update.session = stage_.session;
  stage_.client.send(std::move(update));
}

transport::Task<void> Performance::send(std::function<v1::Update()> make, std::size_t text) {
  const bool is_long = text > transport::limits::long_message;
  if (!is_long) {
    send(make());
    co_return;
  }
  v1::Update update = co_await transport::made_beside(stage_.loop, std::move(make));
  send(std::move(update));
}

std::string Performance::next_id(std::string_view what) {
  return stage_.turn + "-" + std::string(what) + "-" + std::to_string(++ids_);
}

void Performance::chunk(std::string_view text) {
  if (message_.empty()) message_ = next_id("message");
  answer_.append(text);
  send(v1::text_chunk(UpdateKind::agent_message_chunk, text, message_));
}

transport::Task<bool> Performance::pause(transport::Milliseconds time) {
  transport::Event cancelled(stage_.loop);
  const auto subscription = stage_.cancel.on_cancel([&cancelled] { cancelled.set(); });
  const bool woken = co_await cancelled.wait_for(time);
  co_return !woken;
}

Performance::Step Performance::say(std::string text) {
  next_message();
  std::string_view rest = text;
  std::size_t sent = 0;
  while (!rest.empty() && !stage_.cancel.cancelled()) {
    const std::size_t length = word_end(rest, chunk_bytes);
    chunk(rest.substr(0, length));
    rest.remove_prefix(length);
    co_await stage_.client.room();
    if (++sent % limits::chunks_in_a_row == 0) co_await transport::yield(stage_.loop);
  }
}

Performance::Step Performance::think(std::string text) {
  thought_tokens_ += tokens_in(text);
  const std::size_t length = text.size();
  std::function<v1::Update()> make = [said = std::move(text), id = next_id("thought")] {
    return v1::text_chunk(UpdateKind::agent_thought_chunk, said, id);
  };
  co_await send(std::move(make), length);
  co_await stage_.client.room();
}

Performance::Step Performance::slow(std::string argument) {
  const auto parts = fields(argument, ':', 2);
  const std::size_t chunks = std::max<std::size_t>(1, number_or(parts[0], 1, limits::max_chunks));
  const std::size_t ms =
      parts.size() > 1 ? number_or(parts[1], 0, static_cast<std::size_t>(limits::max_pause.count()))
                       : 0;
  const std::string_view text = std::exchange(text_, {});
  next_message();
  std::size_t begin = 0;
  for (std::size_t i = 0; i < chunks && begin < text.size() && !stage_.cancel.cancelled(); ++i) {
    if (i > 0) {
      const bool on = co_await pause(transport::Milliseconds(ms));
      if (!on) co_return;
    }
    const std::size_t end =
        i + 1 == chunks
            ? text.size()
            : character_start(text, std::max(begin + 1, text.size() * (i + 1) / chunks));
    chunk(std::string_view(text).substr(begin, end - begin));
    begin = end;
    co_await stage_.client.room();
  }
}

Performance::Step Performance::burst(std::string argument) {
  const auto parts = fields(argument, ':', 2);
  const std::size_t chunks = number_or(parts[0], 1, limits::max_chunks);
  const std::size_t bytes = parts.size() > 1 ? number_or(parts[1], 16, limits::max_text) : 16;
  const std::string text(bytes, '.');
  next_message();
  message_ = next_id("message");
  const std::function<v1::Update()> make = [text, id = message_] {
    return v1::text_chunk(UpdateKind::agent_message_chunk, text, id);
  };
  const bool is_long = text.size() > transport::limits::long_message;
  for (std::size_t i = 0; i < chunks && !stage_.cancel.cancelled(); ++i) {
    if (is_long) {
      co_await send(make, text.size());
    } else {
      send(make());
    }
    co_await stage_.client.room();
    if (i % limits::chunks_in_a_row == 0) co_await transport::yield(stage_.loop);
  }
}

Performance::Step Performance::recall(std::string) {
  std::string told;
  std::size_t count = 0;
  for (const Turn* turn : turns(stage_.past)) {
    if (!turn->told.empty()) told += "\n" + std::to_string(++count) + ". " + turn->told;
  }
  if (count == 0) {
    co_await say("I was told nothing yet.");
  } else {
    co_await say("I was told:" + told);
  }
}

Performance::Step Performance::wait(std::string argument) {
  const auto most = static_cast<std::size_t>(limits::max_pause.count());
  co_await pause(transport::Milliseconds(number_or(argument, 0, most)));
}

Performance::Step Performance::hang(std::string) {
  transport::Event cancelled(stage_.loop);
  const auto subscription = stage_.cancel.on_cancel([&cancelled] { cancelled.set(); });
  co_await cancelled.wait();
}

Performance::Step Performance::stubborn(std::string argument) {
  const auto most = static_cast<std::size_t>(limits::max_pause.count());
  co_await transport::pause(stage_.loop, transport::Milliseconds(number_or(argument, 0, most)));
}

// --- showing
// ---------------------------------------------------------------------------------------

Performance::Step Performance::plan(std::string argument) {
  std::vector<v1::PlanEntry> entries;
  for (std::string& step : fields(argument, '|', limits::max_directives)) {
    entries.push_back({.content = std::move(step)});
  }
  send(v1::plan(entries));
  for (v1::PlanEntry& entry : entries) {
    entry.status = v1::PlanEntry::Status::in_progress;
    send(v1::plan(entries));
    entry.status = v1::PlanEntry::Status::completed;
    co_await stage_.client.room();
    if (stage_.cancel.cancelled()) co_return;
  }
  send(v1::plan(entries));
}

std::string Performance::quoted_path(std::string_view path) {
  return "`" + std::string(path) + "`";
}

std::string Performance::path(std::string_view given) const {
  if (given.starts_with('/')) return std::string(given);
  return stage_.cwd + (stage_.cwd.ends_with('/') ? "" : "/") + std::string(given);
}

v1::ToolCall Performance::begin_tool(ToolKind kind, std::string title,
                                     std::vector<v1::ToolContent> content, std::string location) {
  next_message();
  v1::ToolCall call;
  call.id = next_id("tool");
  call.title = std::move(title);
  call.kind = kind;
  call.status = ToolStatus::pending;
  if (!content.empty()) call.content = std::move(content);
  if (!location.empty()) call.locations = {{.path = std::move(location), .line = {}}};
  send(v1::tool_call(call));
  return call;
}

void Performance::tool_status(const std::string& id, ToolStatus status, std::string_view text) {
  v1::ToolCall change;
  change.id = id;
  change.status = status;
  if (!text.empty()) change.content = as_content(text);
  send(v1::tool_call_update(change));
}

Performance::Step Performance::tool(std::string argument) {
  const auto parts = fields(argument, ':', 2);
  const std::string title = parts.size() > 1 ? parts[1] : parts[0];
  next_message();
  const auto begun = std::make_shared<v1::ToolCall>();
  begun->id = next_id("tool");
  begun->title = title;
  begun->kind = tool_kind(parts[0]);
  begun->status = ToolStatus::pending;
  std::function<v1::Update()> begin = [begun] { return v1::tool_call(*begun); };
  co_await send(std::move(begin), title.size());
  tool_status(begun->id, ToolStatus::in_progress, {});
  co_await stage_.client.room();
  const auto done = std::make_shared<v1::ToolCall>();
  done->id = begun->id;
  done->status = ToolStatus::completed;
  done->content = as_content("Did: " + title);
  std::function<v1::Update()> end = [done] { return v1::tool_call_update(*done); };
  co_await send(std::move(end), title.size());
}

Performance::Step Performance::open(std::string argument) {
  const std::string id = begin_tool(ToolKind::other, argument, {}, {}).id;
  tool_status(id, ToolStatus::in_progress, {});
  co_await stage_.client.room();
}

Performance::Step Performance::edit(std::string argument) {
  const auto parts = fields(argument, ':', 3);
  v1::ToolContent diff;
  diff.type = v1::ToolContent::Type::diff;
  diff.path = path(parts[0]);
  if (parts.size() > 2) diff.old_text = parts[1];
  diff.new_text = parts.back();
  const v1::ToolCall call =
      begin_tool(ToolKind::edit, "Edit " + quoted_path(parts[0]), {diff}, diff.path);
  const std::string id = call.id;
  const bool allowed = co_await may_act(call);
  if (!allowed) co_return;
  tool_status(id, ToolStatus::in_progress, {});
  tool_status(id, ToolStatus::completed, {});
}

Performance::Step Performance::title(std::string argument) {
  send(v1::session_info(argument, std::nullopt));
  co_await stage_.client.room();
}

Performance::Step Performance::trust(std::string /*argument*/) {
  const std::string text =
      stage_.trusted ? "This folder is trusted." : "This folder is not trusted.";
  co_await say(text);
}

Performance::Step Performance::notice(std::string argument) {
  const auto parts = fields(argument, ':', 2);
  v1::Severity severity = v1::Severity::info;
  if (parts[0] == "warning") severity = v1::Severity::warning;
  if (parts[0] == "error") severity = v1::Severity::error;
  send(v1::notice(severity, parts.back().empty() ? "Notice" : parts.back()));
  co_await stage_.client.room();
}

Performance::Step Performance::compact(std::string argument) {
  const std::string id = next_id("compaction");
  send(v1::compaction_update(id, v1::CompactionStatus::in_progress));
  co_await stage_.client.room();
  send(v1::compaction_update(id, v1::CompactionStatus::completed, argument));
}

Performance::Step Performance::usage(std::string argument) {
  Tokens tokens;
  for (const std::string& part : fields(argument, ',', limits::max_directives)) {
    const auto pair = fields(part, '=', 2);
    if (pair.size() < 2) continue;
    const std::size_t value = number_or(pair[1], 0, SIZE_MAX);
    if (pair[0] == "input") tokens.input = value;
    if (pair[0] == "cache_read") tokens.cache_read = value;
    if (pair[0] == "cache_write") tokens.cache_write = value;
    if (pair[0] == "output") tokens.output = value;
    if (pair[0] == "thought") tokens.thought = value;
  }
  given_usage_ = tokens;
  co_return;
}

// --- ending
// ----------------------------------------------------------------------------------------

Performance::Step Performance::fail_with(std::string argument) {
  const auto parts = fields(argument, ':', 3);
  const ErrorKind kind = error_kind_named(parts[0]).value_or(ErrorKind::backend_failed);
  if (parts.size() > 1 && !parts[1].empty()) {
    const auto backends = fields(parts[1], '|', limits::max_directives);
    if (std::find(backends.begin(), backends.end(), stage_.backend) == backends.end()) co_return;
  }
  error_ = Error(kind, "rehearsed: " + std::string(facts(kind).name));
  if (parts.size() > 2)
    error_->retry_after = std::chrono::seconds(number_or(parts[2], 0, limits::max_seconds));
}

Performance::Step Performance::forget(std::string /*argument*/) {
  forgets_ = true;
  co_return;
}

Performance::Step Performance::later(std::string argument) {
  const auto parts = fields(argument, ':', 2);
  constexpr auto most = static_cast<std::size_t>(limits::max_pause.count());
  later_.push_back({.pause = transport::Milliseconds(number_or(parts[0], 0, most)),
                    .message = next_id("message"),
                    .text = parts.size() > 1 ? parts[1] : std::string()});
  co_return;
}

Performance::Step Performance::stop(std::string argument) {
  for (const v1::StopReason reason :
       {v1::StopReason::max_tokens, v1::StopReason::max_turn_requests, v1::StopReason::refusal}) {
    if (v1::name_of(reason) == argument) stop_ = reason;
  }
  co_return;
}

}  // namespace tine::executor::rehearsal
