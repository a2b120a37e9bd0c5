#include "session/search/texts.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/json/utf8.h"
#include "base/ulid.h"
#include "protocol/v1/update.h"
#include "session/record/data.h"
#include "session/search/limits.h"
#include "session/store/recovery.h"

namespace tine::session::search {
namespace {

/// How deep the input or output of a tool is looked into.
constexpr int deepest = 8;

/// The beginning and the end of a long text.
void shorten(std::string& text, std::size_t most) {
  if (text.size() <= most) return;
  const std::size_t begin = json::character_start(text, most / 2);
  const std::size_t end = json::character_start(text, text.size() - most / 2);
  text = text.substr(0, begin) + " … " + text.substr(end);
}

void add_line(std::string& text, std::string_view more) {
  if (more.empty()) return;
  if (!text.empty()) text += '\n';
  text += more;
}

/// All strings in it, each on a line, but for `known`.
void add_strings(json::View value, std::string_view known, std::string& text, int depth = 0) {
  if (depth == deepest || text.size() > limits::said) return;
  if (const auto string = value.string()) {
    if (*string != known) add_line(text, *string);
    return;
  }
  for (const auto& [key, member] : value.members()) add_strings(member, known, text, depth + 1);
  for (const json::View element : value.elements()) add_strings(element, known, text, depth + 1);
}

std::string block_text(json::View block) {
  if (block.find("type").equals("text")) return json::text_in(block, "text");
  std::string text = json::text_in(block, "uri");
  if (text.empty()) text = json::text_in(block.find("resource"), "uri");
  add_line(text, json::text_in(block.find("resource"), "text"));
  return text;
}

std::string prompt_text(json::View data) {
  std::string text;
  for (const json::View block : data.find("content").elements()) {
    if (text.size() > limits::said) break;
    add_line(text, block_text(block));
  }
  return text;
}

std::string plan_text(json::View update) {
  std::string text;
  for (const json::View entry : update.find("entries").elements())
    add_line(text, json::text_in(entry, "content"));
  return text;
}

/// The title of a tool call and its input; a diff where it has no input.
std::string told_text(json::View update) {
  const std::string title = json::text_in(update, "title");
  std::string text = title;
  const json::View input = update.find("rawInput");
  add_strings(input, title, text);
  if (!input.is_object()) {
    for (const json::View each : update.find("content").elements()) {
      if (!each.find("type").equals("diff")) continue;
      add_line(text, json::text_in(each, "path"));
      add_line(text, json::text_in(each, "newText"));
    }
  }
  shorten(text, limits::tool);
  return text;
}

std::string output_text(json::View update) {
  std::string text;
  for (const json::View each : update.find("content").elements()) {
    if (each.find("type").equals("content")) add_line(text, block_text(each.find("content")));
  }
  if (text.empty()) add_strings(update.find("rawOutput"), {}, text);
  shorten(text, limits::tool);
  return text;
}

/// The kind of message that a record is a part of; none: of none.
std::optional<Who> said_by(v1::UpdateKind kind) {
  if (kind == v1::UpdateKind::agent_message_chunk) return Who::answer;
  if (kind == v1::UpdateKind::agent_thought_chunk) return Who::thought;
  return std::nullopt;
}

/// What a record adds to a piece.
std::string text_in(Who who, const store::Line& line) {
  switch (who) {
    case Who::prompt:
      return prompt_text(line.data);
    case Who::answer:
    case Who::thought:
      return block_text(line.data.find("content"));
    case Who::tool:
      return told_text(line.data);
    case Who::output:
      return output_text(line.data);
    case Who::plan:
      return plan_text(line.data);
    case Who::error:
      return json::text_in(line.data, "message");
    case Who::seed:
      return json::text_in(line.data, "text");
    case Who::title:
      break;
  }
  return {};
}

bool has_ended(json::View update) {
  const json::View status = update.find("status");
  return status.equals("completed") || status.equals("failed");
}

/// What is said is cut between two characters.
void cut(std::string& text) {
  if (text.size() > limits::said) text.resize(json::character_start(text, limits::said));
}

}  // namespace

std::string_view name_of(Who who) {
  constexpr std::array<std::string_view, 10> names = {
      "", "prompt", "answer", "thought", "tool", "output", "plan", "error", "seed", "title"};
  const auto number = static_cast<std::size_t>(who);
  return number < names.size() ? names.at(number) : "";
}

Piece PieceReader::piece_of(Who who, const store::Line& line, std::int64_t begin) const {
  return {.who = who,
          .at = begin,
          .last = begin,
          .turn = turn_,
          .seq = line.seq,
          .time_ms = wall_ms_of(line.time).value_or(0),
          .text = text_in(who, line)};
}

void PieceReader::add(Piece piece) {
  cut(piece.text);
  if (piece.text.empty()) return;
  bytes_ += piece.text.size();
  pieces_.push_back(std::move(piece));
}

void PieceReader::add(Who who, const store::Line& line, std::int64_t begin) {
  end_message();
  add(piece_of(who, line, begin));
}

void PieceReader::take(const store::Line& line, std::int64_t begin, std::int64_t end) {
  namespace type = record_type;
  if (line.type == type::update) {
    take_update(line, begin);
  } else if (line.type == type::prompt) {
    end_all();
    turn_ = json::count_in(line.data, "turn").value_or(turn_);
    open_ = true;
    add(Who::prompt, line, begin);
  } else if (line.type == type::turn_end || line.type == type::turn_aborted) {
    open_ = false;
    settle(end);
  } else if (line.type == type::header) {
    backend_ = json::text_in(line.data, "backend");
    project_ = json::text_in(line.data, "project");
  } else if (line.type == type::backend) {
    backend_ = json::text_in(line.data, "backend");
  } else if (line.type == type::error) {
    add(Who::error, line, begin);
  } else if (line.type == type::seed) {
    add(Who::seed, line, begin);
  }
  if (bytes_ > limits::open_turn) settle(end);
}

void PieceReader::take_update(const store::Line& line, std::int64_t begin) {
  const v1::UpdateKind kind = v1::classify(line.data);
  if (const auto who = said_by(kind)) return take_message(*who, line, begin);
  if (kind == v1::UpdateKind::tool_call || kind == v1::UpdateKind::tool_call_update)
    return take_call(line, begin);
  if (kind == v1::UpdateKind::plan) plan_ = piece_of(Who::plan, line, begin);
}

void PieceReader::take_message(Who who, const store::Line& line, std::int64_t begin) {
  std::string id = json::text_in(line.data, "messageId");
  const bool goes_on = !message_.text.empty() && message_.who == who && message_id_ == id;
  if (!goes_on) {
    end_message();
    message_ = piece_of(who, line, begin);
    message_id_ = std::move(id);
  } else {
    message_.text += text_in(who, line);
    message_.last = begin;
  }
  if (message_.text.size() >= limits::piece) end_message();
}

void PieceReader::end_message() {
  add(std::exchange(message_, Piece()));
  message_id_.clear();
}

void PieceReader::take_call(const store::Line& line, std::int64_t begin) {
  end_message();
  const std::string id = json::text_in(line.data, "toolCallId");
  auto call =
      std::find_if(calls_.begin(), calls_.end(), [&id](const Call& each) { return each.id == id; });
  if (call == calls_.end()) {
    if (calls_.size() == limits::open_calls) {
      end_call(calls_.front());
      calls_.pop_front();
    }
    call = calls_.insert(calls_.end(), Call{.id = id, .told = {}, .output = {}});
  }
  Piece told = piece_of(Who::tool, line, begin);
  if (call->told.text.empty()) {
    call->first_told = told.text;
    call->told = std::move(told);
  } else if (!told.text.empty() && told.text != call->first_told) {
    // It adds the input to the title, or says anew what has grown: the last one counts.
    call->told.text = call->first_told + "\n" + told.text;
    call->told.last = begin;
  }
  Piece output = piece_of(Who::output, line, begin);
  if (!output.text.empty()) call->output = std::move(output);
  if (!has_ended(line.data)) return;
  end_call(*call);
  calls_.erase(call);
}

void PieceReader::end_call(Call& call) {
  add(std::move(call.told));
  add(std::move(call.output));
}

void PieceReader::end_all() {
  end_message();
  for (Call& each : calls_) end_call(each);
  calls_.clear();
  add(std::exchange(plan_, Piece()));
}

void PieceReader::settle(std::int64_t end) {
  end_all();
  bytes_ = 0;
  settle_({.pieces = std::exchange(pieces_, {}), .turn = turn_, .end = end});
}

std::vector<Piece> PieceReader::finish(std::int64_t end, bool goes_on) {
  if (!goes_on) {
    settle(end);
    return {};
  }
  end_all();
  return std::exchange(pieces_, {});
}

std::optional<Reread> read_again(const store::File& transcript, const Place& place) {
  Reread out;
  std::string bytes;
  std::int64_t at = place.at;
  while (at <= place.last && out.text.size() <= limits::said) {
    const auto line = store::line_at(transcript, at, bytes);
    if (!line) return std::nullopt;
    const bool is_message = place.who == Who::answer || place.who == Who::thought;
    const bool is_part = !is_message || said_by(v1::classify(line->data)) == place.who;
    if (at == place.at) {
      out.seq = line->seq;
      out.time_ms = wall_ms_of(line->time).value_or(0);
    }
    if (is_part && place.who == Who::tool && at != place.at) out.text += '\n';
    if (is_part) out.text += text_in(place.who, *line);
    if (at == place.last) break;
    // A message has all records in between, a tool call only the two.
    at = is_message ? at + static_cast<std::int64_t>(bytes.size()) + 1 : place.last;
  }
  cut(out.text);
  return out;
}

}  // namespace tine::session::search
