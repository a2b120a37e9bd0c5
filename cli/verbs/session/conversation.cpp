#include "cli/verbs/session/conversation.h"

#include <algorithm>
#include <utility>

#include "cli/print.h"
#include "cli/verbs/session/page.h"
#include "cli/verbs/session/words.h"
#include "protocol/v1/update.h"
#include "session/record/conclusion.h"
#include "session/record/data.h"

namespace tine::cli {
namespace {

namespace record_type = session::record_type;

/// What a block of content says, or what it is.
std::string block_text(json::View block) {
  if (block.find("type").equals("text")) return json::text_in(block, "text");
  std::string name = json::text_in(block, "uri");
  if (name.empty()) name = json::text_in(block.find("resource"), "uri");
  const std::string type = json::text_in(block, "type");
  return "(" + type + (name.empty() ? "" : " " + name) + ")";
}

std::string quoted_lines(std::string_view text) {
  std::string out = "> ";
  for (const char c : text) {
    out.push_back(c);
    if (c == '\n') out += "> ";
  }
  return out;
}

/// What is folded must not end the fold.
std::string folded(std::string_view text) {
  std::string out = "<details><summary>Thoughts</summary>\n\n";
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else {
      out.push_back(c);
    }
  }
  return out + "\n\n</details>";
}

/// On one line, and nothing in it is read as Markdown.
std::string as_code(std::string_view text) {
  std::string out = "`";
  for (const char c : visible_line(text)) out.push_back(c == '`' ? '\'' : c);
  return out + "`";
}

/// On which backend the session goes on.
std::string change_of(json::View data) {
  const std::string from = json::text_in(data, "from");
  const std::string to = json::text_in(data, "backend");
  return from == to ? "The session stays with " + to
                    : "The session goes on with " + to + " instead of " + from + " (" +
                          json::text_in(data, "reason") + ")";
}

std::string origin_of(json::View fork) {
  const std::string adopted = json::text_in(fork, "adopted");
  if (!adopted.empty())
    return "Forked from the conversation " + adopted + ", which was begun without tine";
  return "Forked from " + json::text_in(fork, "parent") + " after turn " +
         std::string(fork.find("at").find("turn").raw());
}

std::string cost(json::View data) {
  const executor::Tokens tokens = session::tokens_from(data.find("usage").find("tokens"));
  if (tokens.unknown()) return {};
  return "; tokens: prompt " + amount(tokens.prompt()) + " (cached " + amount(tokens.cache_read) +
         "), output " + amount(tokens.output);
}

}  // namespace

void Conversation::take(const session::store::Line& line, std::string& out) {
  if (line.type == record_type::prompt) {
    // The one before has no end when that line is damaged.
    finish(out);
    take_prompt(line);
    out += heading(line);
  } else if (line.type == record_type::update) {
    take_update(line.data);
  } else if (line.type == record_type::error) {
    remark("It failed: " + json::text_in(line.data, "message"));
  } else if (line.type == record_type::backend) {
    remark(change_of(line.data));
  } else if (line.type == record_type::fork) {
    remark(origin_of(line.data));
    finish(out);
  } else if (line.type == record_type::conclusion) {
    remark("Concluded; the summary is in " + json::text_in(line.data, "file"));
    finish(out);
  } else if (line.type == record_type::turn_end) {
    remark(json::text_in(line.data, "stop") + cost(line.data));
    finish(out);
  } else if (line.type == record_type::turn_aborted) {
    for (const json::View call : line.data.find("toolCalls").elements()) take_tool(call);
    remark("The turn was cut short: " + json::text_in(line.data, "reason"));
    finish(out);
  }
}

void Conversation::finish(std::string& out) {
  for (const Piece& each : pieces_) write(each, out);
  pieces_.clear();
}

void Conversation::take_prompt(const session::store::Line& line) {
  Piece piece{.kind = Kind::prompt};
  for (const json::View block : line.data.find("content").elements()) {
    if (!piece.text.empty()) piece.text += "\n";
    piece.text += block_text(block);
  }
  pieces_.push_back(std::move(piece));
}

void Conversation::take_update(json::View update) {
  switch (v1::classify(update)) {
    case v1::UpdateKind::agent_message_chunk:
      return take_text(Kind::answer, update);
    case v1::UpdateKind::agent_thought_chunk:
      return take_text(Kind::thought, update);
    case v1::UpdateKind::tool_call:
    case v1::UpdateKind::tool_call_update:
      return take_tool(update);
    case v1::UpdateKind::plan:
      return take_plan(update);
    default:
      return;
  }
}

void Conversation::take_text(Kind kind, json::View update) {
  std::string id = json::text_in(update, "messageId");
  std::string text = block_text(update.find("content"));
  const bool goes_on = !pieces_.empty() && pieces_.back().kind == kind && pieces_.back().id == id;
  if (goes_on) {
    pieces_.back().text += text;
  } else {
    pieces_.push_back({.kind = kind, .id = std::move(id), .text = std::move(text)});
  }
}

void Conversation::take_tool(json::View update) {
  std::string id = json::text_in(update, "toolCallId");
  auto piece = std::find_if(pieces_.begin(), pieces_.end(), [&](const Piece& each) {
    return each.kind == Kind::tool && each.id == id;
  });
  if (piece == pieces_.end()) {
    pieces_.push_back({.kind = Kind::tool, .id = std::move(id), .text = "tool call"});
    piece = std::prev(pieces_.end());
  }
  if (auto title = update.find("title").string()) piece->text = std::move(*title);
  if (auto kind = update.find("kind").string()) piece->note = std::move(*kind);
  if (auto status = update.find("status").string()) piece->status = std::move(*status);
}

void Conversation::take_plan(json::View update) {
  std::string text;
  for (const json::View entry : update.find("entries").elements()) {
    const bool done = entry.find("status").equals("completed");
    text += std::string(text.empty() ? "" : "\n") + (done ? "- [x] " : "- [ ] ") +
            visible_line(json::text_in(entry, "content"));
  }
  // A plan is sent whole each time: only how it ended is of interest.
  const auto known = std::find_if(pieces_.begin(), pieces_.end(),
                                  [](const Piece& each) { return each.kind == Kind::plan; });
  if (known != pieces_.end()) {
    known->text = std::move(text);
  } else {
    pieces_.push_back({.kind = Kind::plan, .text = std::move(text)});
  }
}

void Conversation::remark(std::string text) {
  pieces_.push_back({.kind = Kind::remark, .text = std::move(text)});
}

std::string Conversation::heading(const session::store::Line& line) const {
  const std::string turn = "Turn " + std::string(line.data.find("turn").raw());
  const std::string time(line.time);
  if (format_ == Format::markdown) return "## " + turn + "\n\n" + time + "\n\n";
  return "<h2>" + html_text(turn) + "</h2>\n<time>" + html_text(time) + "</time>\n";
}

void Conversation::write(const Piece& piece, std::string& out) const {
  // A message is whole here: a secret that its chunks have cut in two shows only now.
  const std::string text = visible(redactor_.redacted(piece.text));
  if (format_ == Format::markdown) return write_markdown(piece, text, out);
  write_html(piece, text, out);
}

void Conversation::write_html(const Piece& piece, const std::string& text, std::string& out) {
  const std::string whole = "<pre>" + html_text(text) + "</pre>";
  switch (piece.kind) {
    case Kind::prompt:
      out += "<div class=\"prompt\">" + whole + "</div>";
      break;
    case Kind::answer:
    case Kind::plan:
      out += whole;
      break;
    case Kind::thought:
      out += "<details><summary>Thoughts</summary>" + whole + "</details>";
      break;
    case Kind::tool:
      out += "<p class=\"tool\">" + html_text(visible_line(text));
      if (!piece.note.empty()) out += " (" + html_text(piece.note) + ")";
      out += ": " + html_text(piece.status.empty() ? "not ended" : piece.status) + "</p>";
      break;
    case Kind::remark:
      out += "<p class=\"remark\">" + html_text(text) + "</p>";
      break;
  }
  out += "\n";
}

void Conversation::write_markdown(const Piece& piece, const std::string& text, std::string& out) {
  switch (piece.kind) {
    case Kind::prompt:
      out += quoted_lines(text);
      break;
    case Kind::answer:
    case Kind::plan:
      out += text;
      break;
    case Kind::thought:
      out += folded(text);
      break;
    case Kind::tool:
      out +=
          "- " + as_code(text) + (piece.note.empty() ? "" : " (" + visible_line(piece.note) + ")");
      out += ": " + (piece.status.empty() ? std::string("not ended") : visible_line(piece.status));
      break;
    case Kind::remark:
      out += "*" + visible_line(text) + "*";
      break;
  }
  out += "\n\n";
}

}  // namespace tine::cli
