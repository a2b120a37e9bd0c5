#include "cli/converse/prompter.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "cli/converse/keyboard.h"
#include "cli/limits.h"

namespace tine::cli {
namespace {

constexpr std::string_view paste_mode_on = "\033[?2004h";
constexpr std::string_view paste_mode_off = "\033[?2004l";

/// Keys that are handed to the editor before others have their turn.
constexpr int keys_at_a_time = 64;

std::unique_ptr<LineEditor> editor_of_terminal() {
  const char* const name = std::getenv("TERM");
  const std::string_view terminal = name == nullptr ? "" : name;
  if (terminal.empty() || terminal == "dumb" || terminal == "emacs") return nullptr;
  return LineEditor::make();
}

/// What stands for a pasted text.
std::string paste_words(const std::string& text, std::size_t number) {
  const auto lines = std::count(text.begin(), text.end(), '\n') + (text.ends_with('\n') ? 0 : 1);
  return "[pasted text " + std::to_string(number) + ": " +
         (lines == 1 ? std::to_string(text.size()) + " bytes]" : std::to_string(lines) + " lines]");
}

}  // namespace

Prompter::Prompter(transport::Loop& loop)
    : loop_(loop),
      self_(std::make_shared<Prompter*>(this)),
      signals_(loop.executor()),
      news_(loop),
      asked_(loop) {
  asked_.set();
  ::tcgetattr(STDIN_FILENO, &before_);
  editor_ = editor_of_terminal();
  terminal_ = terminal_channel(loop);
  if (editor_ != nullptr) {
    signals_.add(SIGWINCH);
    signals_.add(SIGCONT);
    signals_.add(SIGTSTP);
    wait_for_signals();
    take_terminal();
  }
  loop.spawn(read(terminal_, self_));
}

Prompter::~Prompter() {
  leave();
  terminal_->close();
}

bool Prompter::is_there() {
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1 &&
         ::isatty(STDERR_FILENO) == 1;
}

// --- the terminal

transport::Task<void> Prompter::read(std::shared_ptr<transport::Channel> terminal,
                                     std::weak_ptr<Prompter*> self) {
  std::array<char, 4096> room{};
  for (;;) {
    const auto count = co_await terminal->read_some(room);
    const auto there = self.lock();
    if (there == nullptr) co_return;
    Prompter& prompter = **there;
    if (!count || *count == 0) {
      prompter.is_over_ = true;
      prompter.news_.set();
      co_return;
    }
    TypedKeys& keys = prompter.is_asking_ ? prompter.answers_ : prompter.ahead_;
    keys.append(std::string_view(room.data(), *count));
    prompter.news_.set();
  }
}

/// Nothing of what is typed is shown; a Ctrl-C comes as a signal.
void Prompter::take_terminal() {
  termios quiet = before_;
  quiet.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  quiet.c_cc[VMIN] = 1;
  quiet.c_cc[VTIME] = 0;
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet);
  draw(paste_mode_on);
}

void Prompter::give_terminal() {
  draw(paste_mode_off);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
}

void Prompter::wait_for_signals() {
  signals_.async_wait([this](const boost::system::error_code& error, int number) {
    if (error) return;
    if (number == SIGWINCH) {
      hide_status();
      editor_->resize();
      restore_status();
    } else if (number == SIGTSTP) {
      suspend();
    } else {
      // Whoever had the terminal meanwhile has left it as it likes.
      hide_status();
      termios now{};
      ::tcgetattr(STDIN_FILENO, &now);
      if ((now.c_lflag & ICANON) != 0) take_terminal();
      restore_status();
    }
    wait_for_signals();
  });
}

/// A shell goes on with the terminal, until it lets this process go on.
void Prompter::suspend() {
  hide_status();
  termios mine{};
  ::tcgetattr(STDIN_FILENO, &mine);
  give_terminal();
  ::raise(SIGSTOP);
  draw(paste_mode_on);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &mine);
  restore_status();
}

void Prompter::leave() {
  if (std::exchange(has_left_, true)) return;
  is_over_ = true;
  close();
  signals_.cancel();
  if (editor_ != nullptr) {
    editor_.reset();
    give_terminal();
  }
  news_.set();
}

// --- lines

bool Prompter::is_open() const { return editor_ != nullptr ? editor_->is_open() : is_open_; }

void Prompter::open(const std::string& prompt, bool is_question, const std::string& text) {
  if (is_within_line()) print("\n");
  if (editor_ != nullptr) {
    editor_->begin(prompt, !is_question, text);
  } else {
    is_open_ = true;
    plain_prompt_ = prompt;
    draw(prompt);
  }
  set_typed_line(this);
}

void Prompter::close() {
  set_typed_line(nullptr);
  is_open_ = false;
  if (editor_ == nullptr || has_left_) return;
  if (editor_->is_open()) editor_->withdraw();
  take_terminal();
}

void Prompter::hide() {
  if (editor_ != nullptr) {
    editor_->hide();
  } else {
    draw("\n");
  }
}

void Prompter::show() {
  if (editor_ != nullptr) {
    editor_->show();
  } else {
    draw(plain_prompt_);
  }
}

void Prompter::paste(const TypedKeys::Piece& piece) {
  if (piece.is_too_long) {
    print_to_stderr("The pasted text is too long: tine takes " +
                    std::to_string(limits::text >> 20U) + " MiB.\n");
    return;
  }
  const auto lines =
      static_cast<std::size_t>(std::count(piece.text.begin(), piece.text.end(), '\n'));
  if (piece.text.size() <= limits::shown_paste && lines <= limits::shown_paste_lines)
    return editor_->put_in(piece.text);
  pastes_.push_back(piece.text);
  editor_->put_in(paste_words(piece.text, pastes_.size()));
}

/// The text with what was pasted into it in the places of the words that stand for it.
std::string Prompter::with_pastes(std::string text) const {
  for (std::size_t i = pastes_.size(); i > 0; --i) {
    const std::string words = paste_words(pastes_[i - 1], i);
    const std::size_t at = text.find(words);
    if (at != std::string::npos) text.replace(at, words.size(), pastes_[i - 1]);
  }
  return text;
}

/// False: there are more keys to come than may be handed over at a time.
bool Prompter::feed(TypedKeys& keys) {
  for (int i = 0; i < keys_at_a_time; ++i) {
    if (!editor_->is_open()) return true;
    const auto piece = keys.next();
    if (!piece) return true;
    if (piece->is_pasted) {
      paste(*piece);
    } else {
      editor_->press(piece->text);
    }
    std::string names;
    for (const std::string& each : editor_->take_names()) names += "  " + each;
    if (!names.empty()) print(names + "\n");
  }
  return false;
}

/// The terminal hands over whole lines.
std::optional<Prompter::Entry> Prompter::plain_entry(TypedKeys& keys) {
  for (auto piece = keys.next(); piece; piece = keys.next()) {
    if (piece->text != "\n") {
      plain_line_ += piece->text;
      continue;
    }
    // The terminal has shown it, and its end.
    return Entry{.how = Entry::How::entered, .text = std::exchange(plain_line_, std::string())};
  }
  return std::nullopt;
}

transport::Task<Prompter::Entry> Prompter::next_entry(std::string prompt, bool is_question,
                                                      transport::CancelSource cancel) {
  const auto subscription = cancel.on_cancel([this] { news_.set(); });
  TypedKeys& keys = is_question ? answers_ : ahead_;
  std::string typed;
  Entry entry;
  for (;;) {
    if (!is_question && questions_ > 0) {
      if (is_open()) {
        typed = editor_ != nullptr ? editor_->withdraw() : std::string();
        close();
      }
      co_await asked_.wait();
      continue;
    }
    if (is_over_ || cancel.cancelled()) break;
    if (!is_open()) open(prompt, is_question, std::exchange(typed, std::string()));
    news_.reset();
    bool has_all = true;
    std::optional<Entry> done;
    if (!is_question && std::exchange(is_dropped_, false)) {
      if (editor_ != nullptr) editor_->drop();
      done = Entry{.how = Entry::How::dropped, .text = {}};
    } else if (editor_ != nullptr) {
      has_all = feed(keys);
      done = editor_->take_entry();
    } else {
      done = plain_entry(keys);
    }
    if (done) {
      entry = std::move(*done);
      break;
    }
    if (!has_all) {
      co_await transport::yield(loop_);
    } else {
      co_await news_.wait();
    }
  }
  close();
  if (entry.how == Entry::How::dropped) draw(editor_ != nullptr ? "^C\n" : "\n");
  if (entry.how == Entry::How::over && !has_left_ && !cancel.cancelled()) draw("\n");
  co_return entry;
}

transport::Task<Prompter::Entry> Prompter::line(std::string prompt) {
  const transport::CancelSource never;
  is_dropped_ = false;
  Entry entry = co_await next_entry(std::move(prompt), false, never);
  entry.text = with_pastes(std::move(entry.text));
  pastes_.clear();
  co_return entry;
}

transport::Task<std::optional<std::string>> Prompter::answer(std::string question,
                                                             transport::CancelSource cancel) {
  ++questions_;
  asked_.reset();
  news_.set();
  // A line that is open is put aside first.
  while (is_open() && !is_over_) co_await transport::yield(loop_);
  // What was typed before it was seen is no answer to it.
  answers_ = TypedKeys();
  is_asking_ = true;
  const Entry entry = co_await next_entry(std::move(question), true, cancel);
  is_asking_ = false;
  if (--questions_ == 0) asked_.set();
  if (entry.how != Entry::How::entered) co_return std::nullopt;
  co_return entry.text;
}

void Prompter::drop_line() {
  is_dropped_ = true;
  news_.set();
}

void Prompter::forget_typed_ahead() {
  ahead_ = TypedKeys();
  answers_ = TypedKeys();
}

std::string Prompter::typed() const { return editor_ != nullptr ? editor_->text() : std::string(); }

void Prompter::remember(const std::string& prompt) {
  if (editor_ != nullptr) editor_->remember(prompt);
}

void Prompter::complete_with(LineEditor::Complete complete) {
  if (editor_ != nullptr) editor_->complete_with(std::move(complete));
}

}  // namespace tine::cli
