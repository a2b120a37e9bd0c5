#pragma once
// Which of the modes that a terminal knows are set. A mode has a number; those that DEC and its
// followers have added are private, with "?" before it.
//
// A value.

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace tine::transport {

struct Mode {
  bool is_private = true;
  std::uint16_t number = 0;

  bool operator==(const Mode&) const = default;
};

namespace mode {
inline constexpr Mode insert{.is_private = false, .number = 4};
inline constexpr Mode line_feed_returns{.is_private = false, .number = 20};
inline constexpr Mode origin{.number = 6};
inline constexpr Mode wraps{.number = 7};
inline constexpr Mode alternate_screen{.number = 47};
inline constexpr Mode alternate_screen_cleared{.number = 1047};
inline constexpr Mode cursor_saved{.number = 1048};
inline constexpr Mode alternate_screen_with_cursor{.number = 1049};
}  // namespace mode

class Modes {
 public:
  Modes() { reset(); }

  void reset() {
    set_.reset();
    set(mode::wraps, true);
    set(Mode{.number = cursor_shown}, true);
  }
  /// What is not known is left as it is.
  void set(Mode which, bool to) {
    if (const auto place = place_of(which)) set_[*place] = to;
  }
  bool is_set(Mode which) const {
    const auto place = place_of(which);
    return place && set_[*place];
  }
  bool is_known(Mode which) const { return place_of(which).has_value(); }

 private:
  static constexpr std::uint16_t cursor_shown = 25;
  static constexpr std::array known = {
      mode::insert,
      mode::line_feed_returns,
      Mode{.number = 1},  // keys of the cursor
      mode::origin,
      mode::wraps,
      Mode{.number = 12},  // blinks
      Mode{.number = cursor_shown},
      mode::alternate_screen,
      Mode{.number = 1000},  // the mouse
      Mode{.number = 1002},
      Mode{.number = 1003},
      Mode{.number = 1004},  // focus
      Mode{.number = 1006},
      Mode{.number = 1007},
      Mode{.number = 1016},
      mode::alternate_screen_cleared,
      mode::cursor_saved,
      mode::alternate_screen_with_cursor,
      Mode{.number = 2004},  // pasted text is marked
      Mode{.number = 2026},  // output is shown in one go
      Mode{.number = 2031},  // change of colours
  };

  static std::optional<std::size_t> place_of(Mode which) {
    for (std::size_t i = 0; i < known.size(); ++i)
      if (known[i] == which) return i;
    return std::nullopt;
  }

  std::bitset<known.size()> set_;
};

}  // namespace tine::transport
