#include "transport/outbox.h"

#include <algorithm>
#include <utility>

#include "transport/limits.h"

namespace tine::transport {

void Outbox::push(std::string line, std::uint64_t stream, Splice splice) {
  if (broken_) return;
  const bool mergeable = stream != 0 && !splice.none();
  if (bytes_ >= limits::outbox_high && mergeable && merge(line, stream, splice)) return;
  line.push_back('\n');
  push(Item{std::move(line), stream, splice, nullptr});
}

void Outbox::push(LongLine line, std::uint64_t stream) {
  if (broken_) return;
  line.after.push_back('\n');
  std::string before = std::exchange(line.before, {});
  push(Item{std::move(before), stream, {}, std::make_unique<LongLine>(std::move(line))});
}

void Outbox::push(Item item) {
  bytes_ += item.size();
  queue_.push_back(std::move(item));
  drained_.reset();
  filled_.set();
}

/// Adds the text of `line` to the stream's last message, when the two differ in nothing else. What
/// belongs to no stream (an answer) is a border that no text crosses.
bool Outbox::merge(std::string_view line, std::uint64_t stream, Splice splice) {
  const std::size_t reach = std::min(queue_.size(), limits::merge_reach);
  const auto last = std::find_if(
      queue_.rbegin(), queue_.rbegin() + static_cast<std::ptrdiff_t>(reach),
      [stream](const Item& item) { return item.stream == stream || item.stream == 0; });
  if (last == queue_.rbegin() + static_cast<std::ptrdiff_t>(reach) || last->splice.none())
    return false;
  Item& item = *last;
  const std::string_view before(item.line.data(), item.splice.begin);
  const std::string_view after(item.line.data() + item.splice.end,
                               item.line.size() - item.splice.end - 1);  // the newline
  const std::string_view text = line.substr(splice.begin, splice.end - splice.begin);
  if (item.line.size() + text.size() > limits::max_merged ||
      line.substr(0, splice.begin) != before || line.substr(splice.end) != after) {
    return false;
  }
  item.line.insert(item.splice.end, text);
  item.splice.end += text.size();
  bytes_ += text.size();
  return true;
}

const std::vector<std::string_view>& Outbox::take_batch() {
  pieces_.clear();
  while (!queue_.empty() && in_flight_.size() < limits::write_batch) {
    in_flight_.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  for (const Item& item : in_flight_) {
    pieces_.emplace_back(item.line);
    if (!item.rest) continue;
    pieces_.push_back(item.rest->part);
    pieces_.emplace_back(item.rest->after);
  }
  return pieces_;
}

void Outbox::done() {
  for (const Item& item : in_flight_) bytes_ -= std::min(bytes_, item.size());
  in_flight_.clear();
  if (queue_.empty()) filled_.reset();
  // Waiters look again for themselves: each has a limit of its own.
  drained_.set();
  if (!empty()) drained_.reset();
}

Task<void> Outbox::filled() {
  while (queue_.empty() && !broken_) co_await filled_.wait();
}

Task<void> Outbox::below(std::size_t limit) {
  while (!broken_ && bytes_ >= limit && bytes_ != 0) co_await drained_.wait();
}

Task<bool> Outbox::below_within(std::size_t limit, Milliseconds time) {
  const auto deadline = deadline_in(time);
  while (!broken_ && bytes_ >= limit && bytes_ != 0) {
    const auto rest =
        std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now());
    if (rest.count() <= 0) co_return false;
    co_await drained_.wait_for(rest);
  }
  co_return true;
}

void Outbox::break_off() {
  broken_ = true;
  bytes_ = 0;
  queue_.clear();
  filled_.set();
  drained_.set();
}

}  // namespace tine::transport
