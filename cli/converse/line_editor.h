#pragma once
// Edits a line on the terminal: by libedit, with its keys, its history and its search.
//
// On the loop's thread. libedit waits for keys where it needs them, so it runs on a thread of its
// own; but one of the two threads always waits for the other, and each call here returns when
// libedit wants the next key or has the line. Nothing is shared but in turns.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/converse/completion.h"

namespace tine::cli {

class LineEditor {
 public:
  /// For the terminal that is stdin and stdout, as it is set up now; the destructor puts it back.
  /// Null: the terminal cannot do what it takes.
  static std::unique_ptr<LineEditor> make();
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  struct Entry {
    enum class How : std::uint8_t { entered, dropped, over };
    How how = How::over;
    std::string text;
  };
  /// Shows the prompt, and what is to be edited. `recalls`: the history can be gone through.
  void begin(std::string prompt, bool recalls, std::string_view text = {});
  bool is_open() const;
  /// A key, whole: a character or an escape sequence.
  void press(std::string_view key);
  void put_in(std::string_view text);
  /// Leaves what is typed on the screen, and ends the line.
  void drop();
  /// Takes the line away, and gives what is in it.
  std::string withdraw();
  std::string text() const;
  /// How the line ended, once.
  std::optional<Entry> take_entry();

  void hide();
  void show();
  /// The terminal may have another size now.
  void resize();

  void remember(std::string_view line);
  /// What Tab does; gives what is to be shown above the line.
  using Complete = std::function<Completion(std::string_view before)>;
  void complete_with(Complete complete);
  /// The names among which Tab could not choose, once.
  std::vector<std::string> take_names();

 private:
  class Inside;
  explicit LineEditor(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace tine::cli
