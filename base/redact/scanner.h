#pragma once
// One look at a text: which ranges are secrets, and up to where that is certain whatever follows.
//
// What it finds is a function of the text alone. Each candidate is judged by what stands at most
// max_look_back before it and max_secret_tail after it, so a stream that keeps that much finds the
// same, however it is cut.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/redact/assignment.h"
#include "base/redact/digest.h"
#include "base/redact/escapes.h"
#include "base/redact/known_values.h"
#include "base/redact/layer.h"
#include "base/redact/limits.h"
#include "base/redact/match.h"

namespace tine::redact {

/// What goes on after a candidate that is longer than max_secret_tail.
enum class Rest : std::uint8_t {
  token,  // up to a blank, a quote, a bracket
  line,   // up to the end of the line, or a quote
  key,    // as long as there are lines of base64
};

/// Where findings overlap, the first of these names the whole.
enum class Rank : std::uint8_t { known, shape, key_block, credential, assignment };

struct Finding {
  std::size_t begin = 0;
  std::size_t end = 0;
  /// Where the detector began: no later than the secret, and looked at again until it is released.
  std::size_t candidate = 0;
  std::string_view kind{};
  Digest digest{};
  std::size_t value_size = 0;
  Rank rank = Rank::assignment;
};

class Scanner {
 public:
  explicit Scanner(const DigestKey& key) : key_(key) {}

  KnownValues& known() { return known_; }

  struct Outcome {
    /// Up to here the text is decided.
    std::size_t decided = 0;
    /// When the last finding is one that went past max_secret_tail: what to do with what follows
    /// `decided`.
    bool overlong = false;
    Rest rest = Rest::token;
  };

  /// Candidates that begin before `from` are known from an earlier look. `complete`: nothing can
  /// follow. The findings are in order, apart, all within [from, decided).
  Outcome scan(std::string_view text, std::size_t from, bool complete);
  const std::vector<Finding>& findings() const { return findings_; }

  /// Bytes that were looked at so far, each as often as it was: the work that was done.
  std::uint64_t examined() const { return examined_; }

 private:
  struct Scratch {
    std::vector<std::uint32_t> escapes;
    UnescapedText unescaped;
    std::string chars;                // base64 over several lines, put together
    std::vector<Segment> characters;  // and where they were
    std::string_view line;            // those characters, or the one line itself
    std::string decoded;
    /// Up to where base64 has been read.
    std::size_t base64_end = 0;
    /// The last secrets that were found after a name, in a header and in armour: what stands within
    /// one is part of it.
    Match value{};
    Match credential{};
    Match key{};
  };

  void scan_layer(const Layer& layer);
  void on_run(const Layer& layer, std::size_t begin, std::size_t end);
  void on_operator(const Layer& layer, std::size_t op);
  void on_colon(const Layer& layer, std::size_t colon);
  void on_dashes(const Layer& layer, std::size_t dashes);
  void on_option(const Layer& layer, std::size_t dashes);
  void on_base64(const Layer& layer, std::size_t begin, std::size_t end);
  /// The lines that go on where [begin, end) of base64 ends, put together in scratch. True when
  /// more may follow what was read.
  bool join_lines(const Layer& layer, std::size_t begin, std::size_t end);
  void hold_end_of_line(const Layer& layer);
  void decode(const Layer& layer, bool open);
  void find_known(const Layer& layer);
  void read_unescaped(const Layer& layer);
  void scan_inner(Layer& inner);

  /// Judges what a detector found with `reach` for a candidate that begins at `begin`. True when it
  /// is a secret. `value` is what is numbered, when it is not the match itself.
  bool judge(const Layer& layer, Reach& reach, std::size_t begin, const Match& match, Rank rank,
             Rest rest, std::string_view value = {});
  bool is_undecided(const Layer& layer, std::size_t i) const;
  void hold(std::size_t root);
  static bool is_better(const Finding& a, const Finding& b);
  void merge();
  Outcome settle();

  const DigestKey& key_;
  std::uint64_t examined_ = 0;
  KnownValues known_;
  std::vector<KnownValues::Hit> hits_;
  std::array<Scratch, limits::max_encodings + 1> scratch_;

  // Of the scan under way:
  std::string_view text_;
  std::size_t from_ = 0;
  std::size_t held_ = 0;
  std::vector<Finding> findings_;
  bool has_overlong_ = false;
  Finding overlong_;
  Rest rest_ = Rest::token;
};

}  // namespace tine::redact
