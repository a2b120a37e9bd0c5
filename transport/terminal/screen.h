#pragma once
// What a terminal shows: a grid of characters, a cursor, and a second grid that full-screen
// programs use. Colours and other looks are not kept, nor are marks that combine with the character
// before them. A wide character takes two cells, and half of one is never left over.
//
// A value.

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "transport/pty/pty.h"
#include "transport/terminal/modes.h"
#include "transport/terminal/sequence_parser.h"

namespace tine::transport {

class Screen {
 public:
  explicit Screen(TerminalSize size);

  void take_text(char32_t character);
  void take_control(char32_t control);
  void take_escape(const Sequence& sequence);
  void take_csi(const Sequence& sequence);
  /// Text is cut off, or has room; nothing is wrapped anew.
  void resize(TerminalSize size);

  struct Place {
    unsigned row = 0;
    unsigned column = 0;

    bool operator==(const Place&) const = default;
  };
  TerminalSize size() const { return size_; }
  /// Within the scroll region, when that is where lines are counted from.
  Place cursor() const;
  const Modes& modes() const { return modes_; }
  /// The lines that are seen, without the blanks at the end of each.
  std::vector<std::string> lines() const;
  /// Lines that have left it at its top, the oldest first.
  const std::deque<std::string>& history() const { return history_; }

 private:
  struct Cell {
    char32_t character = U' ';
    std::uint8_t width = 1;  // 2: the next cell belongs to it; 0: this is that cell
  };
  using Row = std::vector<Cell>;
  struct Cursor {
    Place at;
    bool wraps_next = false;  // the next character begins a new line
    bool counts_from_region = false;
  };
  struct Grid {
    std::vector<Row> rows;
    Cursor saved;
  };

  Row& row() { return grid_.rows[cursor_.at.row]; }
  Row blank_row() const { return Row(size_.columns); }
  static void mend(Row& row);
  static std::string text_of(const Row& row);
  void blank(Row& row, unsigned from, unsigned to) const;
  void move_to(unsigned row, unsigned column);
  void move_to_place(unsigned row, unsigned column);
  void move_down(unsigned rows);
  void move_up(unsigned rows);
  void move_back_tabs(unsigned count);
  void next_line();
  void previous_line();
  void scroll_up(unsigned count);
  void delete_lines(unsigned first, unsigned count);
  void insert_lines(unsigned first, unsigned count);
  void erase_in_line(unsigned how);
  void erase_in_display(unsigned how);
  void insert_cells(unsigned count);
  void delete_cells(unsigned count);
  void set_region(const Sequence& sequence);
  void set_modes(const Sequence& sequence, bool to);
  void show_alternate(bool shown, bool cleared);
  void save_cursor();
  void restore_cursor();
  void reset();
  void take_private_csi(const Sequence& sequence);

  TerminalSize size_;
  Grid grid_;   // that is shown
  Grid other_;  // that is not
  bool shows_alternate_ = false;
  Cursor cursor_;
  unsigned top_ = 0;     // of the region that scrolls
  unsigned bottom_ = 0;  // its last row
  Modes modes_;
  char32_t last_ = U' ';
  std::deque<std::string> history_;
};

}  // namespace tine::transport
