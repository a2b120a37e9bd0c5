#include "cli/converse/line_editor.h"

#include <histedit.h>
#include <unistd.h>

#include <clocale>
#include <csignal>
#include <cstdio>
#include <deque>
#include <semaphore>
#include <thread>
#include <utility>

#include "cli/converse/wide_text.h"
#include "cli/limits.h"
#include "cli/print.h"

namespace tine::cli {
namespace {

/// Keys of ours, which no terminal sends: they are control characters of the upper half.
namespace own_key {
constexpr wchar_t hide = 0x81;
constexpr wchar_t show = 0x82;
constexpr wchar_t put_in = 0x83;
constexpr wchar_t to_end = 0x84;
constexpr wchar_t drop = 0x85;
}  // namespace own_key

/// What libedit draws goes where all else goes, also when the terminal takes it in parts.
FILE* drawing() {
  cookie_io_functions_t calls{};
  calls.write = [](void*, const char* bytes, std::size_t count) -> ssize_t {
    return draw(std::string_view(bytes, count)) ? static_cast<ssize_t>(count) : 0;
  };
  return ::fopencookie(nullptr, "w", calls);
}

/// … and its complaints nowhere.
FILE* silence() {
  cookie_io_functions_t calls{};
  calls.write = [](void*, const char*, std::size_t count) { return static_cast<ssize_t>(count); };
  return ::fopencookie(nullptr, "w", calls);
}

bool can(EditLine* editor, const char* capability) {
  char* how = nullptr;
  return ::el_get(editor, EL_GETTC, capability, &how) == 0 && how != nullptr && *how != '\0';
}

/// A thread that no signal is delivered to.
std::thread quiet_thread(std::function<void()> work) {
  sigset_t all{};
  sigset_t before{};
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(work));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace

class LineEditor::Inside {
 public:
  Inside() : out_(drawing()), complaints_(silence()) {
    // Of the characters alone: all else of the program goes by no locale.
    std::setlocale(LC_CTYPE, "C.UTF-8");
    editor_ =
        ::el_init_fd("tine", stdin, out_, complaints_, STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO);
    history_ = ::history_winit();
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() {
    if (editor_ != nullptr) {
      withdraw();
      ::el_end(editor_);
    }
    if (history_ != nullptr) ::history_wend(history_);
    if (out_ != nullptr) std::fclose(out_);
    if (complaints_ != nullptr) std::fclose(complaints_);
  }

  bool set_up();

  void begin(std::string prompt, bool recalls, std::string_view text);
  bool is_open() const { return thread_.joinable(); }
  void press(std::wstring_view keys);
  void put_in(std::wstring text);
  std::string withdraw();
  std::string text() const;
  std::optional<Entry> take_entry() { return std::exchange(entry_, std::nullopt); }
  void hide();
  void show();
  void resize() { ::el_resize(editor_); }
  void drop();
  void remember(std::string_view line);
  void complete_with(Complete complete) { complete_ = std::move(complete); }
  std::vector<std::string> take_names() { return std::exchange(names_, {}); }

 private:
  static Inside& of(EditLine* editor) {
    Inside* self = nullptr;
    ::el_get(editor, EL_CLIENTDATA, &self);
    return *self;
  }
  static int next_key(EditLine* editor, wchar_t* key);
  static char* prompt_of(EditLine* editor) { return of(editor).prompt_.data(); }
  using Function = unsigned char (*)(EditLine*, wint_t);
  void bind(const wchar_t* key, const wchar_t* name, Function function);
  void bind(const wchar_t* key, const wchar_t* function);

  void edit();
  void hand_over();
  void end_thread();
  static unsigned char do_hide(EditLine* editor, wint_t key);
  static unsigned char do_show(EditLine* editor, wint_t key);
  static unsigned char do_put_in(EditLine* editor, wint_t key);
  static unsigned char go_to_end(EditLine* editor, wint_t key);
  static unsigned char do_drop(EditLine* editor, wint_t key);
  static unsigned char begin_line(EditLine* editor, wint_t key);
  static unsigned char complete(EditLine* editor, wint_t key);

  FILE* out_;
  FILE* complaints_;
  EditLine* editor_ = nullptr;
  HistoryW* history_ = nullptr;
  Complete complete_;

  std::thread thread_;              // while a line is open
  std::binary_semaphore go_{0};     // libedit's turn
  std::binary_semaphore waits_{0};  // ours
  std::deque<wchar_t> keys_;        // that libedit has not read
  bool is_given_up_ = false;        // the line ends without a key
  bool has_ended_ = false;          // the thread
  std::string prompt_;
  std::string shown_prompt_;  // while it is hidden
  std::wstring line_;         // … what is in it
  std::ptrdiff_t cursor_ = 0;
  bool is_hidden_ = false;
  std::wstring inserted_;
  bool is_dropped_ = false;
  std::vector<std::string> names_;
  std::optional<Entry> entry_;
};

// --- on libedit's thread

int LineEditor::Inside::next_key(EditLine* editor, wchar_t* key) {
  Inside& self = of(editor);
  while (self.keys_.empty()) {
    if (self.is_given_up_) return -1;
    self.waits_.release();
    self.go_.acquire();
  }
  *key = self.keys_.front();
  self.keys_.pop_front();
  return 1;
}

/// One line.
void LineEditor::Inside::edit() {
  int count = 0;
  const wchar_t* const line = ::el_wgets(editor_, &count);
  Entry entry;
  if (is_dropped_) {
    entry.how = Entry::How::dropped;
  } else if (line != nullptr && count > 0) {
    entry.how = Entry::How::entered;
    entry.text = narrow(std::wstring_view(line, static_cast<std::size_t>(count)));
    if (entry.text.ends_with('\n')) entry.text.pop_back();
  }
  std::fflush(out_);
  if (!is_given_up_) entry_ = std::move(entry);
  has_ended_ = true;
  waits_.release();
}

unsigned char LineEditor::Inside::do_hide(EditLine* editor, wint_t /*key*/) {
  Inside& self = of(editor);
  const LineInfoW* const line = ::el_wline(editor);
  self.line_.assign(line->buffer, line->lastchar);
  self.cursor_ = line->cursor - line->buffer;
  ::el_cursor(editor, static_cast<int>(line->lastchar - line->cursor));
  ::el_wdeletestr(editor, static_cast<int>(self.line_.size()));
  self.shown_prompt_ = std::exchange(self.prompt_, std::string());
  self.is_hidden_ = true;
  return CC_REDISPLAY;
}

unsigned char LineEditor::Inside::do_show(EditLine* editor, wint_t /*key*/) {
  Inside& self = of(editor);
  self.prompt_ = std::move(self.shown_prompt_);
  if (!self.line_.empty()) ::el_winsertstr(editor, self.line_.c_str());
  ::el_cursor(editor, static_cast<int>(self.cursor_ - std::ssize(self.line_)));
  self.is_hidden_ = false;
  return CC_REDISPLAY;
}

unsigned char LineEditor::Inside::do_put_in(EditLine* editor, wint_t /*key*/) {
  const std::wstring text = std::exchange(of(editor).inserted_, std::wstring());
  return ::el_winsertstr(editor, text.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
}

unsigned char LineEditor::Inside::go_to_end(EditLine* editor, wint_t /*key*/) {
  const LineInfoW* const line = ::el_wline(editor);
  ::el_cursor(editor, static_cast<int>(line->lastchar - line->cursor));
  return CC_CURSOR;
}

unsigned char LineEditor::Inside::do_drop(EditLine* editor, wint_t /*key*/) {
  of(editor).is_dropped_ = true;
  return CC_EOF;
}

unsigned char LineEditor::Inside::begin_line(EditLine* editor, wint_t /*key*/) {
  return ::el_winsertstr(editor, L"\n") == 0 ? CC_REFRESH : CC_ERROR;
}

unsigned char LineEditor::Inside::complete(EditLine* editor, wint_t /*key*/) {
  Inside& self = of(editor);
  if (!self.complete_) return CC_ERROR;
  const LineInfoW* const line = ::el_wline(editor);
  Completion found = self.complete_(narrow(std::wstring(line->buffer, line->cursor)));
  if (found.added.empty()) {
    self.names_ = std::move(found.names);
    return self.names_.empty() ? CC_ERROR : CC_NORM;
  }
  const std::wstring added = wide(found.added);
  return ::el_winsertstr(editor, added.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
}

// --- on the loop's thread

void LineEditor::Inside::bind(const wchar_t* key, const wchar_t* function) {
  ::el_wset(editor_, EL_BIND, key, function, nullptr);
}

void LineEditor::Inside::bind(const wchar_t* key, const wchar_t* name, Function function) {
  ::el_wset(editor_, EL_ADDFN, name, L"", function);
  bind(key, name);
}

bool LineEditor::Inside::set_up() {
  if (editor_ == nullptr || history_ == nullptr || out_ == nullptr || complaints_ == nullptr)
    return false;
  if (!can(editor_, "up") || !can(editor_, "ce")) return false;
  ::el_set(editor_, EL_CLIENTDATA, this);
  ::el_set(editor_, EL_SIGNAL, 0);
  ::el_set(editor_, EL_EDITOR, "emacs");
  ::el_set(editor_, EL_PROMPT, prompt_of);
  ::el_wset(editor_, EL_GETCFN, next_key);
  bind(L"\x81", L"tine-hide", do_hide);
  bind(L"\x82", L"tine-show", do_show);
  bind(L"\x83", L"tine-put-in", do_put_in);
  bind(L"\x84", L"tine-to-end", go_to_end);
  bind(L"\x85", L"tine-drop", do_drop);
  bind(L"\t", L"tine-complete", complete);
  bind(L"\033\r", L"tine-begin-line", begin_line);
  bind(L"\033\n", L"tine-begin-line");
  bind(L"^R", L"em-inc-search-prev");
  bind(L"^W", L"ed-delete-prev-word");
  // It reads a key of its own, which may be one of ours.
  bind(L"^V", L"ed-unassigned");
  bind(L"\033[H", L"ed-move-to-beg");
  bind(L"\033[F", L"ed-move-to-end");
  bind(L"\033[1~", L"ed-move-to-beg");
  bind(L"\033[4~", L"ed-move-to-end");
  bind(L"\033[3~", L"ed-delete-next-char");
  bind(L"\033[1;5C", L"em-next-word");
  bind(L"\033[1;5D", L"ed-prev-word");
  HistEventW event{};
  ::history_w(history_, &event, H_SETSIZE, static_cast<int>(limits::remembered_prompts));
  ::history_w(history_, &event, H_SETUNIQUE, 1);
  return true;
}

/// Lets libedit go on until it waits for a key, or has the line.
void LineEditor::Inside::hand_over() {
  go_.release();
  waits_.acquire();
  end_thread();
}

void LineEditor::Inside::end_thread() {
  if (!std::exchange(has_ended_, false)) return;
  thread_.join();
  keys_.clear();
}

void LineEditor::Inside::begin(std::string prompt, bool recalls, std::string_view text) {
  prompt_ = std::move(prompt);
  is_given_up_ = is_dropped_ = is_hidden_ = false;
  entry_.reset();
  // An editor without a history has nothing to recall.
  ::el_wset(editor_, EL_HIST, recalls ? history_w : nullptr, recalls ? history_ : nullptr);
  resize();
  thread_ = quiet_thread([this] { edit(); });
  waits_.acquire();
  end_thread();
  if (!text.empty()) put_in(wide(text));
}

void LineEditor::Inside::press(std::wstring_view keys) {
  if (!is_open()) return;
  keys_.insert(keys_.end(), keys.begin(), keys.end());
  hand_over();
}

void LineEditor::Inside::put_in(std::wstring text) {
  inserted_ = std::move(text);
  press(std::wstring_view(&own_key::put_in, 1));
}

void LineEditor::Inside::drop() {
  if (!is_open()) return;
  press(std::wstring_view(&own_key::to_end, 1));
  press(std::wstring_view(&own_key::drop, 1));
}

std::string LineEditor::Inside::withdraw() {
  if (!is_open()) return {};
  const bool was_hidden = is_hidden_;
  if (!was_hidden) hide();
  std::string text = narrow(line_);
  is_given_up_ = true;
  hand_over();
  return text;
}

std::string LineEditor::Inside::text() const {
  if (!is_open()) return {};
  if (is_hidden_) return narrow(line_);
  const LineInfoW* const line = ::el_wline(editor_);
  return narrow(std::wstring(line->buffer, line->lastchar));
}

void LineEditor::Inside::hide() {
  if (!is_open() || is_hidden_) return;
  press(std::wstring_view(&own_key::hide, 1));
  // Should it be busy with something else, what is printed begins a line of its own.
  if (!is_hidden_) draw("\n");
}

void LineEditor::Inside::show() {
  if (is_open() && is_hidden_) press(std::wstring_view(&own_key::show, 1));
}

void LineEditor::Inside::remember(std::string_view line) {
  HistEventW event{};
  const std::wstring text = wide(line);
  ::history_w(history_, &event, H_ENTER, text.c_str());
}

std::unique_ptr<LineEditor> LineEditor::make() {
  auto inside = std::make_unique<Inside>();
  if (!inside->set_up()) return nullptr;
  return std::unique_ptr<LineEditor>(new LineEditor(std::move(inside)));
}

LineEditor::LineEditor(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
LineEditor::~LineEditor() = default;

void LineEditor::begin(std::string prompt, bool recalls, std::string_view text) {
  inside_->begin(std::move(prompt), recalls, text);
}
bool LineEditor::is_open() const { return inside_->is_open(); }
void LineEditor::press(std::string_view key) { inside_->press(wide(key)); }
void LineEditor::put_in(std::string_view text) { inside_->put_in(wide(text)); }
void LineEditor::drop() { inside_->drop(); }
std::string LineEditor::withdraw() { return inside_->withdraw(); }
std::string LineEditor::text() const { return inside_->text(); }
std::optional<LineEditor::Entry> LineEditor::take_entry() { return inside_->take_entry(); }
void LineEditor::hide() { inside_->hide(); }
void LineEditor::show() { inside_->show(); }
void LineEditor::resize() { inside_->resize(); }
void LineEditor::remember(std::string_view line) { inside_->remember(line); }
void LineEditor::complete_with(Complete complete) { inside_->complete_with(std::move(complete)); }
std::vector<std::string> LineEditor::take_names() { return inside_->take_names(); }

}  // namespace tine::cli
