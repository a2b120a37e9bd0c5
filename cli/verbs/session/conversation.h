#pragma once
// A session's history as a conversation that a person can read, in Markdown or HTML: prompts
// quoted, answers as they are, thoughts folded, tool calls with how they ended, and under each turn
// what it cost.
//
// On the stack of who exports; the redactor outlives it. Holds one turn at a time.

#include <string>
#include <string_view>
#include <vector>

#include "base/redact/redactor.h"
#include "session/store/line.h"

namespace tine::cli {

class Conversation {
 public:
  enum class Format : std::uint8_t { markdown, html };

  explicit Conversation(Redactor& redactor, Format format = Format::markdown)
      : redactor_(redactor), format_(format) {}

  /// Appends to `out` what is complete with that line.
  void take(const session::store::Line& line, std::string& out);
  /// A turn that has not ended: what there is of it.
  void finish(std::string& out);

 private:
  enum class Kind : std::uint8_t { prompt, answer, thought, tool, plan, remark };
  struct Piece {
    Kind kind;
    std::string id;    ///< of the message or the tool call; empty: it has none
    std::string text;  ///< of a tool call its title
    std::string note;  ///< of a tool call its kind
    std::string status;
  };

  void take_prompt(const session::store::Line& line);
  void take_update(json::View update);
  void take_text(Kind kind, json::View update);
  void take_tool(json::View update);
  void take_plan(json::View update);
  void remark(std::string text);
  std::string heading(const session::store::Line& line) const;
  void write(const Piece& piece, std::string& out) const;
  static void write_markdown(const Piece& piece, const std::string& text, std::string& out);
  static void write_html(const Piece& piece, const std::string& text, std::string& out);

  Redactor& redactor_;
  Format format_;
  std::vector<Piece> pieces_;  // of the turn that is read
};

}  // namespace tine::cli
