#include "conformance/play/player.h"

#include <sched.h>

#include <algorithm>
#include <utility>

#include "base/json/scanner.h"

namespace tine::conformance {
namespace {

constexpr std::size_t read_size = std::size_t{64} * 1024;
/// More than this goes out byte by byte only at its ends, in the middle in pieces.
constexpr std::size_t most_single_bytes = std::size_t{32} * 1024;
constexpr std::size_t end_of_huge = 2048;
constexpr std::size_t middle_piece = 65521;
/// Of a longer line only so much is looked at to see what it asks.
constexpr std::size_t longest_noted = std::size_t{1024} * 1024;
/// As many messages as a report shows.
constexpr std::size_t reported = 40;
/// As much of each.
constexpr std::size_t noted = 1000;

/// What is expected is waited for so many times as long as silence is, while other messages come.
constexpr int most_patience = 10;

/// How often is looked whether a pipe is full.
constexpr std::chrono::milliseconds full_step{2};

bool is_json(std::string_view text) {
  json::Scanner scanner;
  return scanner.feed(text) && scanner.finish();
}

std::string mismatch(const Expected& expected, std::string_view line, Bindings& names) {
  Bindings trial = names;
  for (const Pattern& pattern : expected.patterns) {
    std::string fault = pattern.mismatch(json::View(line), trial);
    if (!fault.empty()) return fault;
  }
  names = std::move(trial);
  return {};
}

/// The size of the next piece of what goes out byte by byte.
std::size_t piece_size(std::size_t done, std::size_t total) {
  const std::size_t left = total - done;
  if (total <= most_single_bytes || done < end_of_huge || left <= end_of_huge) return 1;
  return std::min(middle_piece, left - end_of_huge);
}

}  // namespace

Player::Player(const Case& what, Server& server, Judge& judge, Bindings names, Manner manner)
    : case_(what),
      server_(server),
      judge_(judge),
      names_(std::move(names)),
      manner_(manner),
      news_(server.loop()),
      hearing_(server.loop()),
      read_all_(server.loop()),
      gone_(server.loop()),
      patience_(what.patience) {
  hearing_.set();
}

Outcome Player::perform() {
  server_.loop().spawn(play());
  server_.loop().run();
  return std::move(outcome_);
}

transport::Task<void> Player::play() {
  server_.loop().spawn(read());
  server_.loop().spawn(watch());
  if (manner_ == Manner::at_once) send_ahead();
  Fault fault = co_await play_steps();
  if (!fault.empty()) {
    outcome_.fault = std::move(fault);
    outcome_.step = step_->place + ": " + step_->source;
  } else if (outcome_.chance.empty()) {
    outcome_.ending = co_await end();
  }
  outcome_.wire = wire();
  outcome_.errors = server_.errors();
  hearing_.set();
  server_.channel().close();
  co_await read_all_.wait();
  server_.loop().stop();
}

transport::Task<Player::Fault> Player::play_steps() {
  for (std::size_t i = 0; i < case_.steps.size(); ++i) {
    step_ = &case_.steps[i];
    if (i < sent_ahead_ && std::holds_alternative<Send>(step_->what)) continue;
    Fault fault = co_await play_step(*step_);
    if (!fault.empty()) co_return fault;
    if (!outcome_.chance.empty()) break;
  }
  co_return Fault();
}

transport::Task<Player::Fault> Player::play_step(const Step& step) {
  if (const auto* what = std::get_if<Send>(&step.what)) {
    Fault fault = send(*what);
    if (fault.empty() && case_.in_pieces) fault = co_await flush();
    co_return fault;
  }
  if (const auto* what = std::get_if<Anything>(&step.what)) {
    anything_ = true;
    for (const Expected& each : what->but) but_.push_back(&each);
    co_return Fault();
  }
  Fault fault = co_await flush();
  if (!fault.empty()) co_return fault;
  wait_at_most(patience_ * most_patience);
  if (const auto* what = std::get_if<Next>(&step.what)) {
    if (what->is_chance) {
      fault = co_await expect_chance(what->message);
    } else {
      fault = co_await expect(what->message);
    }
  } else if (const auto* group = std::get_if<AnyOrder>(&step.what)) {
    fault = co_await expect_any_order(*group);
  } else if (const auto* says = std::get_if<Says>(&step.what)) {
    fault = co_await expect_says(*says);
  } else if (const auto* exit = std::get_if<Exit>(&step.what)) {
    fault = co_await expect_exit(exit->status);
  } else if (const auto* signal = std::get_if<Signal>(&step.what)) {
    note("-> ", "(signal " + std::to_string(signal->number) + ")");
    server_.signal(signal->number);
  } else if (const auto* errors = std::get_if<Errors>(&step.what)) {
    errors_glob_ = errors->glob;
  } else if (const auto* hearing = std::get_if<Hearing>(&step.what)) {
    hearing->on ? hearing_.set() : hearing_.reset();
  } else if (std::holds_alternative<Full>(step.what)) {
    fault = co_await until_full();
  } else if (std::holds_alternative<Restart>(step.what)) {
    fault = co_await restart();
  } else {
    end_input();
  }
  co_return fault;
}

/// One that stays when its input has ended is killed. What it has still said counts.
transport::Task<Player::Fault> Player::restart() {
  end_input();
  hearing_.set();
  const bool has_ended = co_await gone_.wait_for(case_.end_patience);
  if (!has_ended) server_.signal(SIGKILL);
  co_await gone_.wait();
  // What it has started may hold its output open.
  const bool is_read = co_await read_all_.wait_for(case_.end_patience);
  if (!is_read) server_.channel().close();
  co_await read_all_.wait();
  for (const Message& each : std::exchange(heard_, {})) {
    note("<- ", each.line);
    if (!each.fault.empty()) co_return each.fault;
  }
  if (!server_.restart()) co_return "it cannot be started again";
  expected_came();
  rest_.clear();
  asked_.clear();
  answered_.clear();
  status_.reset();
  gone_.reset();
  read_all_.reset();
  output_over_ = false;
  input_ended_ = false;
  ended_ = false;
  note("-> ", "(started again)");
  judge_.note_restart();
  server_.loop().spawn(read());
  server_.loop().spawn(watch());
  co_return Fault();
}

transport::Task<Player::Fault> Player::until_full() {
  const auto deadline = std::chrono::steady_clock::now() + patience_;
  while (!server_.is_full()) {
    if (gone_.is_set() || std::chrono::steady_clock::now() > deadline) {
      outcome_.chance = "the agent did not say more than fits into a pipe";
      break;
    }
    co_await gone_.wait_for(full_step);
  }
  co_return Fault();
}

/// After the last step the input ends, and the server with it.
transport::Task<Player::Fault> Player::end() {
  Fault fault;
  if (!ended_) {
    fault = co_await flush();
    if (!fault.empty()) co_return fault;
    end_input();
    patience_ = case_.end_patience;
    fault = co_await expect_exit(0);
    if (!fault.empty()) co_return fault;
  }
  const std::string errors = server_.errors();
  if (!fits_glob(errors_glob_, errors)) co_return "stderr does not fit " + errors_glob_;
  fault = forbidden(errors);
  if (!fault.empty()) fault = "stderr: " + fault;
  co_return fault;
}

transport::Task<void> Player::read() {
  std::vector<char> room(read_size);
  for (;;) {
    co_await hearing_.wait();
    const auto got = co_await server_.channel().read_some(room);
    if (!got || *got == 0) break;
    rest_.append(room.data(), *got);
    std::size_t begin = 0;
    std::size_t end = 0;
    while ((end = rest_.find('\n', begin)) != std::string::npos) {
      take_line(rest_.substr(begin, end - begin));
      begin = end + 1;
    }
    rest_.erase(0, begin);
  }
  output_over_ = true;
  if (!rest_.empty()) heard_.push_back({rest_, "the output ends without a newline"});
  news_.set();
  read_all_.set();
}

transport::Task<void> Player::watch() {
  status_ = co_await server_.gone();
  gone_.set();
}

// --- sending

Player::Fault Player::send(const Send& send) {
  if (send.joined && !whole_.empty()) {
    whole_.back().joined = true;
  } else {
    whole_.push_back({.begin = outgoing_.size()});
  }
  for (const Piece& piece : send.pieces) {
    Checked<std::string> text = piece.text;
    if (piece.filled)
      text = piece.is_message ? names_.fill_json(piece.text) : names_.fill(piece.text);
    if (!text) return text.error();
    outgoing_.reserve(outgoing_.size() + text->size() * piece.times);
    for (std::size_t i = 0; i < piece.times; ++i) outgoing_ += *text;
  }
  whole_.back().end = outgoing_.size();
  return {};
}

void Player::send_ahead() {
  if (!case_.fixed()) return;
  for (const Step& step : case_.steps) {
    if (const auto* what = std::get_if<Send>(&step.what)) {
      if (!send(*what).empty()) return;
    } else if (!std::holds_alternative<Next>(step.what) &&
               !std::holds_alternative<AnyOrder>(step.what) &&
               !std::holds_alternative<Says>(step.what) &&
               !std::holds_alternative<Anything>(step.what)) {
      return;
    }
    ++sent_ahead_;
  }
}

transport::Task<Player::Fault> Player::flush() {
  if (outgoing_.empty()) co_return Fault();
  const std::string bytes = std::exchange(outgoing_, {});
  const std::vector<Whole> whole = std::exchange(whole_, {});
  note_sent(bytes);
  const auto deadline = std::chrono::steady_clock::now() + case_.patience;
  if (manner_ != Manner::byte_by_byte) {
    Fault fault = co_await write(bytes);
    if (fault.empty() && case_.in_pieces) fault = co_await until_read(deadline);
    co_return fault;
  }
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t size = piece_size(at, bytes.size());
    for (const Whole& each : whole) {
      if (each.joined && each.begin == at) size = each.end - at;
    }
    const std::string_view piece = std::string_view(bytes).substr(at, size);
    Fault fault = co_await write(piece);
    if (!fault.empty()) co_return fault;
    at += size;
    fault = co_await until_read(deadline);
    if (!fault.empty()) co_return fault;
  }
  co_return Fault();
}

/// Waits until the server has read all that was written.
transport::Task<Player::Fault> Player::until_read(std::chrono::steady_clock::time_point deadline) {
  while (!server_.has_read_all() && !gone_.is_set()) {
    ::sched_yield();
    co_await transport::yield(server_.loop());
    if (std::chrono::steady_clock::now() > deadline) co_return "the server does not read";
  }
  co_return Fault();
}

transport::Task<Player::Fault> Player::write(std::string_view bytes) {
  const auto written = co_await server_.channel().write_all(std::span(&bytes, 1));
  if (!written) co_return "cannot write: " + written.error().message;
  co_return Fault();
}

/// Keeps the methods of what is asked: an answer is judged by them.
void Player::note_sent(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t newline = bytes.find('\n');
    const std::string_view part = bytes.substr(0, newline);
    if (sent_.size() <= longest_noted) sent_.append(part.substr(0, longest_noted + 1));
    if (newline == std::string_view::npos) return;
    note_line(std::exchange(sent_, {}));
    bytes.remove_prefix(newline + 1);
  }
}

void Player::note_line(std::string_view line) {
  if (line.empty()) return;
  note("-> ", line);
  judge_.note_sent(line);
  json::Scanner scanner;
  if (!scanner.feed(line) || (line.size() <= longest_noted && !scanner.finish())) return;
  std::string id;
  std::string method;
  for (const json::Member& member : scanner.members()) {
    const auto cut = [&](json::Range range) {
      return line.substr(range.begin, range.end - range.begin);
    };
    std::string key;
    json::unescape(cut(member.key), key);
    if (key == "id") id = cut(member.value);
    if (key == "method") method = json::View(cut(member.value)).string().value_or("");
  }
  if (!id.empty() && !method.empty()) asked_[id].push_back(method);
}

void Player::end_input() {
  if (std::exchange(input_ended_, true)) return;
  note_line(std::exchange(sent_, {}));
  note("-> ", "(end of input)");
  server_.channel().close_write();
}

// --- expecting

void Player::wait_at_most(std::chrono::milliseconds time) {
  deadline_ = std::chrono::steady_clock::now() + time;
}

transport::Task<Player::Heard> Player::hear() {
  const auto now = std::chrono::steady_clock::now();
  if (now >= deadline_) co_return Heard::chatter;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - now);
  while (heard_.empty()) {
    if (output_over_) co_return Heard::end;
    news_.reset();
    const bool in_time = co_await news_.wait_for(std::min(patience_, left));
    if (in_time || !heard_.empty()) continue;
    co_return left < patience_ ? Heard::chatter : Heard::silence;
  }
  current_ = std::move(heard_.front());
  heard_.pop_front();
  note("<- ", current_.line);
  co_return Heard::message;
}

Player::Fault Player::nothing_came(Heard heard, const Fault& last) const {
  Fault fault = heard == Heard::end ? "the output is over" : "nothing came";
  if (heard == Heard::chatter) {
    const auto time = std::chrono::duration_cast<std::chrono::seconds>(patience_ * most_patience);
    fault = "other messages came for " + std::to_string(time.count()) + " s";
  }
  if (!last.empty()) fault += "; of the last message: " + last;
  return fault;
}

/// Whether the current message answers the request whose answer is expected, and no other answer to
/// it can come.
bool Player::is_last_word(const Expected& message) const {
  const json::View id = json::View(current_.line).find("id");
  const auto has_id = [&](const Message& each) {
    return json::View(each.line).find("id").raw() == id.raw();
  };
  if (!id.exists() || json::View(current_.line).find("method").exists()) return false;
  if (!answered_.contains(id.raw()) || asked_.contains(id.raw())) return false;
  if (std::any_of(heard_.begin(), heard_.end(), has_id)) return false;
  return std::any_of(message.patterns.begin(), message.patterns.end(), [&](const Pattern& each) {
    const auto expected = each.response_id();
    Bindings names = names_;
    return expected && expected->mismatch(id, names).empty();
  });
}

/// A request that may come here is answered, so that the server can go on.
transport::Task<Player::Fault> Player::pass_over(Fault mismatch) {
  for (const Expected& each : case_.passes) {
    Bindings names = names_;
    if (conformance::mismatch(each, current_.line, names).empty()) co_return Fault();
  }
  if (!anything_) co_return mismatch;
  for (const Expected* each : but_) {
    Bindings names = names_;
    if (conformance::mismatch(*each, current_.line, names).empty()) {
      co_return "this must not come here: " + shown(current_.line) + "\n    it is " + each->source;
    }
  }
  const std::string answer = judge_.answer(current_.line);
  if (answer.empty() || input_ended_) co_return Fault();
  outgoing_ += answer + "\n";
  whole_.push_back({.begin = outgoing_.size() - answer.size() - 1, .end = outgoing_.size()});
  Fault fault = co_await flush();
  co_return fault;
}

void Player::expected_came() {
  anything_ = false;
  but_.clear();
}

transport::Task<Player::Fault> Player::expect(const Expected& message) {
  Fault mismatched;
  for (;;) {
    const Heard heard = co_await hear();
    if (heard != Heard::message) co_return nothing_came(heard, mismatched);
    if (!current_.fault.empty()) co_return current_.fault;
    const Fault before = std::exchange(mismatched, mismatch(message, current_.line, names_));
    if (mismatched.empty()) break;
    if (is_last_word(message)) co_return mismatched;
    Fault fault = co_await pass_over(mismatched);
    if (!fault.empty() && !before.empty()) fault += "\n    of the message before it: " + before;
    if (!fault.empty()) co_return fault;
  }
  expected_came();
  co_return Fault();
}

/// Waits for what the server may do before it answers anything. An answer it owes; of what it may
/// do by itself silence says nothing.
transport::Task<Player::Fault> Player::expect_chance(const Expected& message) {
  const bool is_owed =
      std::any_of(message.patterns.begin(), message.patterns.end(),
                  [](const Pattern& each) { return each.response_id().has_value(); });
  anything_ = true;
  for (;;) {
    const Heard heard = co_await hear();
    if (heard == Heard::end || (heard != Heard::message && is_owed))
      co_return nothing_came(heard, "");
    if (heard != Heard::message) {
      outcome_.chance = "this did not come: " + message.source + "\n    " + nothing_came(heard, "");
      break;
    }
    if (!current_.fault.empty()) co_return current_.fault;
    if (mismatch(message, current_.line, names_).empty()) break;
    Fault fault = co_await pass_over("");
    if (!fault.empty()) co_return fault;
    if (json::View(current_.line).find("method").exists()) continue;
    outcome_.chance =
        "this did not come: " + message.source + "\n    before it came: " + shown(current_.line);
    break;
  }
  expected_came();
  co_return Fault();
}

transport::Task<Player::Fault> Player::expect_any_order(const AnyOrder& group) {
  std::vector<const Expected*> missing;
  missing.reserve(group.messages.size());
  for (const Expected& each : group.messages) missing.push_back(&each);
  while (!missing.empty()) {
    const Heard heard = co_await hear();
    if (heard != Heard::message) {
      co_return nothing_came(heard, "") + "; missing is " + missing.front()->source;
    }
    if (!current_.fault.empty()) co_return current_.fault;
    const auto found = std::find_if(missing.begin(), missing.end(), [&](const Expected* each) {
      return mismatch(*each, current_.line, names_).empty();
    });
    if (found != missing.end()) {
      missing.erase(found);
      continue;
    }
    for (const Expected* each : missing) {
      Bindings names = names_;
      if (is_last_word(*each)) co_return mismatch(*each, current_.line, names);
    }
    Fault fault = co_await pass_over("none of what is missing: " + shown(current_.line));
    if (!fault.empty()) co_return fault;
  }
  expected_came();
  co_return Fault();
}

transport::Task<Player::Fault> Player::expect_says(const Says& says) {
  const auto expected = names_.fill(says.text);
  if (!expected) co_return expected.error();
  std::string said;
  const auto complete = [&] {
    return says.glob ? !said.empty() && fits_glob(*expected, said) : said == *expected;
  };
  while (!complete()) {
    const Heard heard = co_await hear();
    if (heard != Heard::message) co_return nothing_came(heard, "") + "; said was: " + said;
    if (!current_.fault.empty()) co_return current_.fault;
    const json::View message(current_.line);
    Fault fault = says.chunk.mismatch(message, names_);
    if (fault.empty()) {
      const json::View content = message.find("params").find("update").find("content");
      said += content.find("text").string().value_or("");
      if (says.glob || expected->starts_with(said)) continue;
      fault = "said was: " + said;
      said.clear();
    } else if (!said.empty()) {
      fault += "; said was: " + said;
    }
    fault = co_await pass_over(fault);
    if (!fault.empty()) co_return fault;
  }
  expected_came();
  co_return Fault();
}

transport::Task<Player::Fault> Player::expect_exit(int status) {
  wait_at_most(patience_);
  for (;;) {
    const Heard heard = co_await hear();
    if (heard == Heard::end) break;
    if (heard != Heard::message) co_return "the server does not end";
    if (!current_.fault.empty()) co_return current_.fault;
    Fault fault = co_await pass_over("one more message: " + shown(current_.line));
    if (!fault.empty()) co_return fault;
  }
  const bool in_time = co_await gone_.wait_for(patience_);
  if (!in_time) co_return "the server does not exit";
  if (status_ && status != Exit::any && *status_ != status) {
    co_return "expected exit " + std::to_string(status) + ", found " + std::to_string(*status_);
  }
  expected_came();
  ended_ = true;
  co_return Fault();
}

// --- judging

void Player::take_line(std::string line) {
  const bool is_noise = !is_json(line);
  Fault fault = is_noise ? judge_.check_noise(line) : judged(line);
  if (is_noise && fault.empty()) return note("<- ", line);
  heard_.push_back({std::move(line), std::move(fault)});
  news_.set();
}

Player::Fault Player::judged(std::string_view line) {
  std::string method;
  const json::View message(line);
  if (!message.find("method").exists()) {
    const auto asked = asked_.find(message.find("id").raw());
    if (asked != asked_.end()) {
      method = std::move(asked->second.front());
      asked->second.pop_front();
      if (asked->second.empty()) asked_.erase(asked);
      answered_.emplace(message.find("id").raw());
    }
  }
  Fault fault = judge_.check(line, method);
  if (!fault.empty()) return fault + "\n    " + shown(line);
  return forbidden(line);
}

Player::Fault Player::forbidden(std::string_view text) const {
  for (const std::string& each : case_.never) {
    if (text.find(each) != std::string_view::npos) return "it holds what it must not: " + each;
  }
  return {};
}

/// Keeps a message for the report, or what of it the report may show.
void Player::note(std::string_view arrow, std::string_view line) {
  log_.emplace_back(arrow).append(line.substr(0, noted));
}

std::vector<std::string> Player::wire() const {
  const std::size_t first = log_.size() > reported ? log_.size() - reported : 0;
  std::vector<std::string> out(log_.begin() + static_cast<std::ptrdiff_t>(first), log_.end());
  for (const Message& each : heard_) out.push_back("(not looked at) " + each.line.substr(0, noted));
  return out;
}

std::string report_of(const Outcome& outcome) {
  if (outcome.good()) return {};
  std::string out = outcome.fault.empty() ? "  the end\n    " + outcome.ending
                                          : "  " + outcome.step + "\n    " + outcome.fault;
  if (!outcome.wire.empty()) out += "\n  the conversation:";
  for (const std::string& each : outcome.wire) out += "\n    " + shown(each);
  if (!outcome.errors.empty()) out += "\n  stderr: " + outcome.errors;
  return out + "\n";
}

}  // namespace tine::conformance
