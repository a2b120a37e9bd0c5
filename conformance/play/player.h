#pragma once
// Plays one case against one server: sends, waits, compares.
//
// Made for one run, on the server's loop; server, case and judge outlive it.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/play/judge.h"
#include "conformance/play/script.h"
#include "conformance/play/server.h"
#include "transport/event.h"

namespace tine::conformance {

/// How a case is sent. Neither: what stands between two expectations goes out in one write.
enum class Manner : std::uint8_t {
  by_steps,
  at_once,      ///< where all is known beforehand, all in one write
  byte_by_byte  ///< each byte when the server has read the one before
};

/// How it went. What is empty did not happen.
struct Outcome {
  std::string fault;              ///< what went wrong
  std::string step;               ///< where: place and source of the step
  std::string chance;             ///< what may come (`<?`) and did not, so that nothing was learned
  std::string ending;             ///< what was wrong at the end, after all steps went well
  std::vector<std::string> wire;  ///< the last messages, "-> …" and "<- …"
  std::string errors;             ///< stderr

  bool good() const { return fault.empty() && ending.empty(); }
};

/// All of it as a text for a person; empty when it was good.
std::string report_of(const Outcome& outcome);

class Player {
 public:
  Player(const Case& what, Server& server, Judge& judge, Bindings names, Manner manner);

  /// Plays it all.
  Outcome perform();

 private:
  using Fault = std::string;  // empty: all is well
  struct Message {
    std::string line;
    Fault fault;  // of the message itself
  };
  enum class Heard : std::uint8_t { message, end, silence, chatter };

  transport::Task<void> play();
  transport::Task<Fault> play_steps();
  transport::Task<Fault> play_step(const Step& step);
  transport::Task<Fault> restart();
  transport::Task<Fault> until_full();
  transport::Task<Fault> end();
  transport::Task<void> read();
  transport::Task<void> watch();

  Fault send(const Send& send);
  void send_ahead();
  transport::Task<Fault> flush();
  transport::Task<Fault> write(std::string_view bytes);
  transport::Task<Fault> until_read(std::chrono::steady_clock::time_point deadline);
  void note_sent(std::string_view bytes);
  void note_line(std::string_view line);
  void end_input();

  void wait_at_most(std::chrono::milliseconds time);
  transport::Task<Heard> hear();
  transport::Task<Fault> expect(const Expected& message);
  transport::Task<Fault> expect_chance(const Expected& message);
  transport::Task<Fault> expect_any_order(const AnyOrder& group);
  transport::Task<Fault> expect_says(const Says& says);
  transport::Task<Fault> expect_exit(int status);
  /// What there is against leaving the current message out: `mismatch`, unless `...` allows it.
  transport::Task<Fault> pass_over(Fault mismatch);
  bool is_last_word(const Expected& message) const;
  Fault nothing_came(Heard heard, const Fault& last) const;
  void expected_came();

  void take_line(std::string line);
  Fault judged(std::string_view line);
  Fault forbidden(std::string_view text) const;
  void note(std::string_view arrow, std::string_view line);
  std::vector<std::string> wire() const;

  const Case& case_;
  Server& server_;
  Judge& judge_;
  Bindings names_;
  Manner manner_;
  const Step* step_ = nullptr;  // that is being played; null: the end

  /// Where lines stand that were sent, or lines that are to be written together.
  struct Whole {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool joined = false;
  };

  std::string outgoing_;        // not written yet
  std::vector<Whole> whole_;    // in it
  std::string sent_;            // the last line so far, for note_line
  std::size_t sent_ahead_ = 0;  // up to this step all has been sent
  bool input_ended_ = false;
  // The methods of our open requests, by id; an id may be in use more than once.
  std::map<std::string, std::deque<std::string>, std::less<>> asked_;
  std::set<std::string, std::less<>> answered_;  // ids of ours that have been

  std::string rest_;  // of the output, a line that has not ended
  std::deque<Message> heard_;
  Message current_;
  bool output_over_ = false;
  transport::Event news_;  // something was heard, or the output is over
  transport::Event hearing_;
  transport::Event read_all_;
  std::optional<int> status_;
  transport::Event gone_;

  std::chrono::milliseconds patience_;
  /// Up to then what is expected may be waited for, whatever else comes.
  std::chrono::steady_clock::time_point deadline_;
  bool anything_ = false;  // `...` stands before what is expected next
  std::vector<const Expected*> but_;
  std::string errors_glob_ = "*";
  bool ended_ = false;            // `exit` was played
  std::vector<std::string> log_;  // for the report
  Outcome outcome_;
};

}  // namespace tine::conformance
