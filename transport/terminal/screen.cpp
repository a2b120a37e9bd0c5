#include "transport/terminal/screen.h"

#include <algorithm>
#include <utility>

#include "transport/terminal/cell_width.h"
#include "transport/terminal/limits.h"
#include "transport/terminal/utf8_decoder.h"

namespace tine::transport {
namespace {

constexpr unsigned tab = 8;

TerminalSize clamped(TerminalSize size) {
  const auto side = [](std::uint16_t wanted) {
    return std::clamp<std::uint16_t>(wanted, 1, limits::screen_side);
  };
  return {.columns = side(size.columns), .rows = side(size.rows)};
}

}  // namespace

Screen::Screen(TerminalSize size) : size_(clamped(size)) { reset(); }

void Screen::reset() {
  grid_ = Grid{.rows = std::vector<Row>(size_.rows, blank_row()), .saved = {}};
  other_ = grid_;
  shows_alternate_ = false;
  cursor_ = Cursor();
  top_ = 0;
  bottom_ = size_.rows - 1U;
  modes_.reset();
  last_ = U' ';
}

void Screen::resize(TerminalSize size) {
  size_ = clamped(size);
  for (Grid* const grid : {&grid_, &other_}) {
    grid->rows.resize(size_.rows, blank_row());
    for (Row& each : grid->rows) {
      each.resize(size_.columns);
      mend(each);
    }
  }
  top_ = 0;
  bottom_ = size_.rows - 1U;
  move_to_place(cursor_.at.row, cursor_.at.column);
}

Screen::Place Screen::cursor() const {
  const unsigned above = modes_.is_set(mode::origin) ? std::min(top_, cursor_.at.row) : 0;
  return {.row = cursor_.at.row - above, .column = cursor_.at.column};
}

std::vector<std::string> Screen::lines() const {
  std::vector<std::string> all;
  all.reserve(grid_.rows.size());
  for (const Row& each : grid_.rows) all.push_back(text_of(each));
  return all;
}

std::string Screen::text_of(const Row& row) {
  std::string text;
  for (const Cell& each : row)
    if (each.width > 0) append_utf8(each.character, text);
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

// --- cells
// ------------------------------------------------------------------------------------

/// Blanks what is left of a wide character.
void Screen::mend(Row& row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const bool has_end = i + 1 < row.size() && row[i + 1].width == 0;
    const bool has_begin = i > 0 && row[i - 1].width == 2;
    const bool is_half = (row[i].width == 2 && !has_end) || (row[i].width == 0 && !has_begin);
    if (is_half) row[i] = Cell();
  }
}

void Screen::blank(Row& row, unsigned from, unsigned to) const {
  to = std::min<unsigned>(to, size_.columns);
  for (unsigned i = from; i < to; ++i) row[i] = Cell();
  mend(row);
}

void Screen::take_text(char32_t character) {
  const auto width = static_cast<unsigned>(cell_width(character));
  if (width == 0) return;
  const bool wraps = modes_.is_set(mode::wraps);
  const bool fits = cursor_.at.column + width <= size_.columns;
  if (width > size_.columns || (!fits && !wraps)) return;
  if (wraps && (cursor_.wraps_next || !fits)) {
    next_line();
    cursor_.at.column = 0;
  }
  cursor_.wraps_next = false;
  if (modes_.is_set(mode::insert)) insert_cells(width);
  Row& here = row();
  const unsigned column = cursor_.at.column;
  // Where half of a wide character is overwritten the other half goes.
  const bool cuts = here[column].width == 0 || here[column + width - 1].width == 2;
  here[column] = {.character = character, .width = static_cast<std::uint8_t>(width)};
  if (width == 2) here[column + 1] = {.character = U' ', .width = 0};
  if (cuts) mend(here);
  last_ = character;
  if (column + width < size_.columns) {
    cursor_.at.column += width;
  } else {
    cursor_.at.column = size_.columns - 1U;
    cursor_.wraps_next = wraps;
  }
}

void Screen::insert_cells(unsigned count) {
  Row& here = row();
  const unsigned column = cursor_.at.column;
  count = std::min(count, size_.columns - column);
  std::rotate(here.begin() + column, here.end() - count, here.end());
  blank(here, column, column + count);
}

void Screen::delete_cells(unsigned count) {
  Row& here = row();
  const unsigned column = cursor_.at.column;
  count = std::min(count, size_.columns - column);
  std::rotate(here.begin() + column, here.begin() + column + count, here.end());
  blank(here, size_.columns - count, size_.columns);
}

void Screen::erase_in_line(unsigned how) {
  const unsigned column = cursor_.at.column;
  if (how > 2) return;
  blank(row(), how == 0 ? column : 0, how == 1 ? column + 1 : size_.columns);
}

void Screen::erase_in_display(unsigned how) {
  if (how == 3) history_.clear();
  if (how > 2) return;
  const unsigned from = how == 0 ? cursor_.at.row + 1 : 0;
  const unsigned to = how == 1 ? cursor_.at.row : size_.rows;
  for (unsigned i = from; i < to; ++i) grid_.rows[i] = blank_row();
  if (how != 2) erase_in_line(how);
}

// --- lines
// ------------------------------------------------------------------------------------

void Screen::scroll_up(unsigned count) {
  count = std::min(count, bottom_ + 1 - top_);
  const bool leaves = top_ == 0 && !shows_alternate_;
  for (unsigned i = 0; leaves && i < count; ++i) {
    history_.push_back(text_of(grid_.rows[i]));
    if (history_.size() > limits::screen_history) history_.pop_front();
  }
  delete_lines(top_, count);
}

/// Within the region, from `first` on.
void Screen::delete_lines(unsigned first, unsigned count) {
  const unsigned height = bottom_ + 1 - first;
  count = std::min(count, height);
  const auto begin = grid_.rows.begin() + first;
  const auto end = begin + height;
  std::rotate(begin, begin + count, end);
  std::fill(end - count, end, blank_row());
}

void Screen::insert_lines(unsigned first, unsigned count) {
  const unsigned height = bottom_ + 1 - first;
  count = std::min(count, height);
  const auto begin = grid_.rows.begin() + first;
  const auto end = begin + height;
  std::rotate(begin, end - count, end);
  std::fill(begin, begin + count, blank_row());
}

void Screen::next_line() {
  cursor_.wraps_next = false;
  if (cursor_.at.row == bottom_) {
    scroll_up(1);
  } else if (cursor_.at.row + 1 < size_.rows) {
    ++cursor_.at.row;
  }
}

void Screen::previous_line() {
  cursor_.wraps_next = false;
  if (cursor_.at.row == top_) {
    insert_lines(top_, 1);
  } else if (cursor_.at.row > 0) {
    --cursor_.at.row;
  }
}

void Screen::set_region(const Sequence& sequence) {
  const unsigned top = sequence.parameter(0, 1) - 1;
  const unsigned bottom = std::min<unsigned>(sequence.parameter(1, size_.rows), size_.rows) - 1;
  if (top >= bottom) return;
  top_ = top;
  bottom_ = bottom;
  move_to(0, 0);
}

// --- the cursor
// ------------------------------------------------------------------------------------

/// Of the grid.
void Screen::move_to_place(unsigned row, unsigned column) {
  cursor_.at.row = std::min<unsigned>(row, size_.rows - 1U);
  cursor_.at.column = std::min<unsigned>(column, size_.columns - 1U);
  cursor_.wraps_next = false;
}

/// As a program counts.
void Screen::move_to(unsigned row, unsigned column) {
  if (!modes_.is_set(mode::origin)) return move_to_place(row, column);
  move_to_place(std::min(top_ + row, bottom_), column);
}

void Screen::move_down(unsigned rows) {
  const unsigned last = cursor_.at.row <= bottom_ ? bottom_ : size_.rows - 1U;
  move_to_place(std::min(cursor_.at.row + rows, last), cursor_.at.column);
}

void Screen::move_up(unsigned rows) {
  const unsigned first = cursor_.at.row >= top_ ? top_ : 0;
  const unsigned room = cursor_.at.row - first;
  move_to_place(cursor_.at.row - std::min(rows, room), cursor_.at.column);
}

void Screen::move_back_tabs(unsigned count) {
  const unsigned column = cursor_.at.column;
  const unsigned stop = column == 0 ? 0 : (column - 1) / tab;
  move_to_place(cursor_.at.row, (stop - std::min(stop, count - 1)) * tab);
}

void Screen::save_cursor() {
  grid_.saved = cursor_;
  grid_.saved.counts_from_region = modes_.is_set(mode::origin);
}

void Screen::restore_cursor() {
  const Cursor saved = grid_.saved;
  modes_.set(mode::origin, saved.counts_from_region);
  move_to_place(saved.at.row, saved.at.column);
  cursor_.wraps_next = saved.wraps_next && saved.at.column + 1U == size_.columns;
}

// --- what it is told
// ------------------------------------------------------------------------------------

void Screen::take_control(char32_t control) {
  const unsigned column = cursor_.at.column;
  switch (control) {
    case 0x08:  // BS
      move_to_place(cursor_.at.row, column == 0 ? 0 : column - 1);
      break;
    case 0x09:  // HT
      move_to_place(cursor_.at.row, (column / tab + 1) * tab);
      break;
    case 0x0A:  // LF
    case 0x0B:  // VT
    case 0x0C:  // FF
      next_line();
      if (modes_.is_set(mode::line_feed_returns)) cursor_.at.column = 0;
      break;
    case 0x0D:  // CR
      move_to_place(cursor_.at.row, 0);
      break;
    case 0x84:  // IND
      next_line();
      break;
    case 0x85:  // NEL
      next_line();
      cursor_.at.column = 0;
      break;
    case 0x8D:  // RI
      previous_line();
      break;
    default:
      break;
  }
}

void Screen::take_escape(const Sequence& sequence) {
  if (!sequence.intermediates.empty()) return;
  switch (sequence.final) {
    case '7':
      save_cursor();
      break;
    case '8':
      restore_cursor();
      break;
    case 'D':
    case 'E':
    case 'M':
      // A control of C1 as two characters.
      take_control(static_cast<char32_t>(sequence.final) + 0x40);
      break;
    case 'c':
      reset();
      break;
    default:
      break;
  }
}

void Screen::set_modes(const Sequence& sequence, bool to) {
  for (const std::uint16_t number : sequence.parameters) {
    const Mode which{.is_private = sequence.prefix == '?', .number = number};
    if (which == mode::cursor_saved) to ? save_cursor() : restore_cursor();
    if (which == mode::alternate_screen) show_alternate(to, false);
    if (which == mode::alternate_screen_cleared) show_alternate(to, !to);
    if (which == mode::alternate_screen_with_cursor) {
      if (to && !shows_alternate_) save_cursor();
      const bool changes = to != shows_alternate_;
      show_alternate(to, to);
      if (!to && changes) restore_cursor();
    }
    modes_.set(which, to);
    if (which == mode::origin) move_to(0, 0);
  }
}

void Screen::show_alternate(bool shown, bool cleared) {
  if (shown == shows_alternate_) return;
  // A program that leaves it clears it first; one that enters it has it clear.
  if (!shown && cleared) grid_.rows.assign(size_.rows, blank_row());
  std::swap(grid_, other_);
  shows_alternate_ = shown;
  if (shown && cleared) grid_.rows.assign(size_.rows, blank_row());
}

void Screen::take_private_csi(const Sequence& sequence) {
  if (sequence.is('?', "", 'h')) set_modes(sequence, true);
  if (sequence.is('?', "", 'l')) set_modes(sequence, false);
  // The soft reset: what is shown stays.
  if (sequence.is(0, "!", 'p')) {
    modes_.reset();
    top_ = 0;
    bottom_ = size_.rows - 1U;
    grid_.saved = Cursor();
    cursor_.wraps_next = false;
  }
}

void Screen::take_csi(const Sequence& sequence) {
  if (sequence.prefix != 0 || !sequence.intermediates.empty()) return take_private_csi(sequence);
  const unsigned count = sequence.parameter(0, 1);
  const unsigned how = sequence.parameter(0, 0);
  const Place at = cursor_.at;
  const bool in_region = at.row >= top_ && at.row <= bottom_;
  switch (sequence.final) {
    case '@':
      insert_cells(count);
      break;
    case 'A':
      move_up(count);
      break;
    case 'B':
    case 'e':
      move_down(count);
      break;
    case 'C':
    case 'a':
      move_to_place(at.row, at.column + count);
      break;
    case 'D':
      move_to_place(at.row, at.column - std::min(count, at.column));
      break;
    case 'E':
      move_down(count);
      cursor_.at.column = 0;
      break;
    case 'F':
      move_up(count);
      cursor_.at.column = 0;
      break;
    case 'G':
    case '`':
      move_to_place(at.row, count - 1);
      break;
    case 'H':
    case 'f':
      move_to(count - 1, sequence.parameter(1, 1) - 1);
      break;
    case 'I':
      move_to_place(at.row, (at.column / tab + count) * tab);
      break;
    case 'J':
      erase_in_display(how);
      break;
    case 'K':
      erase_in_line(how);
      break;
    case 'L':
      if (in_region) insert_lines(at.row, count);
      break;
    case 'M':
      if (in_region) delete_lines(at.row, count);
      break;
    case 'P':
      delete_cells(count);
      break;
    case 'S':
      scroll_up(count);
      break;
    case 'T':
      insert_lines(top_, count);
      break;
    case 'X':
      blank(row(), at.column, at.column + count);
      break;
    case 'Z':
      move_back_tabs(count);
      break;
    case 'b':
      for (unsigned i = 0; i < std::min<unsigned>(count, size_.columns); ++i) take_text(last_);
      break;
    case 'd':
      move_to(count - 1, at.column);
      break;
    case 'h':
      set_modes(sequence, true);
      break;
    case 'l':
      set_modes(sequence, false);
      break;
    case 'r':
      set_region(sequence);
      break;
    case 's':
      save_cursor();
      break;
    case 'u':
      restore_cursor();
      break;
    default:
      break;
  }
}

}  // namespace tine::transport
