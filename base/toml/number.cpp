#include "base/toml/number.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>

namespace tine::toml {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes a word apart from its front.
class Word {
 public:
  explicit Word(std::string_view text) : rest_(text) {}

  bool empty() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take_any(std::string_view chars) {
    if (rest_.empty() || chars.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Exactly two digits that make a number of that range.
  bool two_digits(unsigned least, unsigned most) {
    const auto value = digits(2);
    return value && *value >= least && *value <= most;
  }
  std::optional<unsigned> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    unsigned value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(rest_[i])) return std::nullopt;
      value = value * 10 + static_cast<unsigned>(rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  /// One digit or more, single underscores between them.
  template <class IsDigit>
  std::string_view run(IsDigit is_one) {
    std::size_t size = 0;
    while (size < rest_.size() &&
           (is_one(rest_[size]) || (rest_[size] == '_' && size > 0 && rest_[size - 1] != '_' &&
                                    size + 1 < rest_.size() && is_one(rest_[size + 1])))) {
      ++size;
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

 private:
  std::string_view rest_;
};

bool is_leap(unsigned year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

unsigned days_in(unsigned year, unsigned month) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

bool take_time(Word& word) {
  if (!word.two_digits(0, 23) || !word.take(':') || !word.two_digits(0, 59) || !word.take(':') ||
      !word.two_digits(0, 60)) {
    return false;
  }
  return !word.take('.') || !word.run(is_digit).empty();
}

bool take_offset(Word& word) {
  if (word.take_any("Zz")) return true;
  if (!word.take_any("+-")) return word.empty();
  return word.two_digits(0, 23) && word.take(':') && word.two_digits(0, 59);
}

bool is_date(std::string_view text) {
  if (text.find('_') != std::string_view::npos) return false;
  Word time(text);
  if (take_time(time) && time.empty()) return true;
  Word word(text);
  const auto year = word.digits(4);
  if (!year || !word.take('-')) return false;
  const auto month = word.digits(2);
  if (!month || *month < 1 || *month > 12 || !word.take('-')) return false;
  if (!word.two_digits(1, days_in(*year, *month))) return false;
  if (word.empty()) return true;
  return word.take_any("Tt ") && take_time(word) && take_offset(word) && word.empty();
}

bool looks_like_date(std::string_view text) {
  Word date(text);
  if (date.digits(4) && date.take('-')) return true;
  Word time(text);
  return time.digits(2) && time.take(':');
}

std::string without_underscores(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != '_') out.push_back(c);
  }
  return out;
}

bool is_digit_of(char c, int base) {
  if (is_digit(c)) return c - '0' < base;
  const char lower = static_cast<char>(c | 0x20);
  return base == 16 && lower >= 'a' && lower <= 'f';
}

std::string_view read_integer(const std::string& digits, int base, Node& to) {
  const char* const begin = digits.data() + (digits.starts_with('+') ? 1 : 0);
  const char* const end = digits.data() + digits.size();
  to.type = Node::Type::integer;
  if (std::from_chars(begin, end, to.integer, base).ec == std::errc()) return {};
  return "an integer that does not fit into 64 bits";
}

/// 0x…, 0o…, 0b…
std::optional<std::string_view> read_based(std::string_view text, Node& to) {
  if (text.size() < 2 || text[0] != '0') return std::nullopt;
  const int base = text[1] == 'x' ? 16 : text[1] == 'o' ? 8 : text[1] == 'b' ? 2 : 0;
  if (base == 0) return std::nullopt;
  Word word(text.substr(2));
  const std::string_view digits = word.run([base](char c) { return is_digit_of(c, base); });
  if (digits.empty() || !word.empty()) return "a number that is not well-formed";
  return read_integer(without_underscores(digits), base, to);
}

std::string_view read_number(std::string_view text, Node& to) {
  constexpr std::string_view wrong = "a number that is not well-formed";
  Word word(text);
  word.take_any("+-");
  const std::string_view whole = word.run(is_digit);
  if (whole.empty() || (whole.size() > 1 && whole[0] == '0')) return wrong;
  const std::string plain = without_underscores(text);
  if (word.empty()) return read_integer(plain, 10, to);
  if (word.take('.') && word.run(is_digit).empty()) return wrong;
  if (word.take_any("eE")) {
    word.take_any("+-");
    if (word.run(is_digit).empty()) return wrong;
  }
  if (!word.empty()) return wrong;
  to.type = Node::Type::number;
  to.number = std::strtod(plain.c_str(), nullptr);
  return {};
}

}  // namespace

std::string_view read_bare_value(std::string_view word, Node& to) {
  if (word.empty()) return "there is no value";
  if (word == "true" || word == "false") {
    to.type = Node::Type::boolean;
    to.boolean = word == "true";
    return {};
  }
  if (looks_like_date(word)) {
    to.type = Node::Type::date;
    to.text = word;
    return is_date(word) ? std::string_view() : "a date or time that is not well-formed";
  }
  const bool negative = word[0] == '-';
  const std::string_view unsigned_word = word.substr(negative || word[0] == '+' ? 1 : 0);
  if (unsigned_word == "inf" || unsigned_word == "nan") {
    using Limits = std::numeric_limits<double>;
    to.type = Node::Type::number;
    to.number = unsigned_word == "inf" ? Limits::infinity() : Limits::quiet_NaN();
    if (negative) to.number = -to.number;
    return {};
  }
  if (const auto wrong = read_based(word, to)) return *wrong;
  if (unsigned_word.empty() || !is_digit(unsigned_word[0])) {
    return "a value that is none; a string needs quotes";
  }
  return read_number(word, to);
}

}  // namespace tine::toml
