#pragma once
// The person at the terminal of a chat: is asked for lines, one at a time, and may type ahead. What
// is printed while they type goes above their line. From its beginning to its end the terminal is
// read here alone; between lines it shows nothing of what is typed.
//
// On the loop's thread. At most one line for the chat is asked for at a time, and one answer to a
// question, which goes first. A terminal that cannot move its cursor gives lines as it edits them
// itself.

#include <termios.h>

#include <boost/asio/signal_set.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/converse/keyboard.h"
#include "cli/converse/line_editor.h"
#include "cli/converse/typed_keys.h"
#include "cli/print.h"
#include "transport/channel.h"
#include "transport/event.h"

namespace tine::cli {

class Prompter final : public Person, public TypedLine {
 public:
  using Entry = LineEditor::Entry;

  explicit Prompter(transport::Loop& loop);
  ~Prompter() override;

  /// Whether stdin, stdout and stderr are terminals.
  static bool is_there();

  /// A line of the chat. Pasted text stands in it as it was pasted.
  transport::Task<Entry> line(std::string prompt);
  transport::Task<std::optional<std::string>> answer(std::string question,
                                                     transport::CancelSource cancel) override;
  /// Ends the line of the chat that is open, as dropped.
  void drop_line();
  /// Forgets what was typed ahead, as the terminal does with a Ctrl-C: the end of a pasted text may
  /// have gone with it.
  void forget_typed_ahead();
  /// What is typed in it so far.
  std::string typed() const;
  /// Gives the terminal back as it was: every line is over from now on.
  void leave();

  void remember(const std::string& prompt);
  void complete_with(LineEditor::Complete complete);

 private:
  void hide() override;
  void show() override;

  static transport::Task<void> read(std::shared_ptr<transport::Channel> terminal,
                                    std::weak_ptr<Prompter*> self);
  void wait_for_signals();
  void suspend();
  void take_terminal();
  void give_terminal();
  transport::Task<Entry> next_entry(std::string prompt, bool is_question,
                                    transport::CancelSource cancel);
  void open(const std::string& prompt, bool is_question, const std::string& text);
  void close();
  bool feed(TypedKeys& keys);
  std::optional<Entry> plain_entry(TypedKeys& keys);
  void paste(const TypedKeys::Piece& piece);
  std::string with_pastes(std::string text) const;
  bool is_open() const;

  transport::Loop& loop_;
  termios before_{};                    // the terminal, as it was
  std::unique_ptr<LineEditor> editor_;  // null: it cannot move its cursor
  std::shared_ptr<transport::Channel> terminal_;
  std::shared_ptr<Prompter*> self_;  // for coroutines, which may live longer
  boost::asio::signal_set signals_;
  transport::Event news_;
  TypedKeys ahead_;            // for the chat
  TypedKeys answers_;          // since a question was shown
  bool is_asking_ = false;     // a question is open
  std::size_t questions_ = 0;  // that wait, or are open
  transport::Event asked_;     // none is
  bool is_over_ = false;
  bool has_left_ = false;
  bool is_dropped_ = false;
  bool is_open_ = false;      // a line, without an editor
  std::string plain_prompt_;  // … its prompt
  std::string plain_line_;
  std::vector<std::string> pastes_;  // that only a few words stand for
};

}  // namespace tine::cli
