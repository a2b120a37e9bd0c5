#include "cli/converse/progress.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "base/visible.h"
#include "cli/amounts.h"
#include "cli/columns.h"
#include "cli/print.h"

namespace tine::cli {
namespace {

constexpr std::chrono::milliseconds refresh{1'000};
constexpr std::size_t default_columns = 80;

std::string seconds(std::chrono::steady_clock::duration time) {
  const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(time).count() / 100;
  if (tenths >= 100) return std::to_string(tenths / 10) + " s";
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

/// How long something took, where that is worth a word.
std::string took(std::chrono::steady_clock::duration time) {
  return time < std::chrono::seconds(1) ? std::string() : "  " + seconds(time);
}

std::string_view tick(std::string_view status) {
  if (status == "completed") return "[x] ";
  return status == "in_progress" ? "[>] " : "[ ] ";
}

}  // namespace

Progress::Progress(transport::Loop& loop)
    : loop_(loop),
      terminal_(::isatty(STDERR_FILENO) == 1),
      self_(std::make_shared<Progress*>(this)) {}

Progress::~Progress() { end(); }

void Progress::begin() {
  if (!terminal_ || std::exchange(runs_, true)) return;
  begun_ = Clock::now();
  due_ = false;
  loop_.spawn(keep_current(loop_, self_));
}

void Progress::end() {
  remove_status();
  runs_ = false;
  open_.clear();
  order_.clear();
}

transport::Task<void> Progress::keep_current(transport::Loop& loop, std::weak_ptr<Progress*> self) {
  for (;;) {
    co_await transport::pause(loop, refresh);
    const auto there = self.lock();
    if (there == nullptr || !(*there)->runs_) co_return;
    (*there)->due_ = true;
    (*there)->show();
  }
}

void Progress::show() const {
  if (runs_ && due_)
    show_status(fitted(line(), columns_of(STDERR_FILENO).value_or(default_columns) - 1));
}

std::string Progress::line() const {
  const auto now = Clock::now();
  std::string text;
  if (order_.empty()) {
    text = "working";
  } else {
    const Tool& last = open_.at(order_.back());
    text = last.title + " (" + seconds(now - last.since) + ")";
    if (order_.size() > 1) text += " and " + std::to_string(order_.size() - 1) + " more";
  }
  return text + " · " + seconds(now - begun_) + context_;
}

void Progress::say(std::string_view line) {
  if (terminal_) print_to_stderr(std::string(line) + "\n");
}

void Progress::take_tool_call(json::View update) {
  if (!terminal_) return;
  const std::string id = update.find("toolCallId").string().value_or("");
  const auto title = update.find("title").string();
  const std::string status = update.find("status").string().value_or("");
  auto found = open_.find(id);
  if (found == open_.end()) {
    if (status == "completed" || status == "failed") {
      if (title) say((status == "failed" ? "✗ " : "✓ ") + visible_line(*title));
      return;
    }
    found = open_.emplace(id, Tool{.title = {}, .since = Clock::now()}).first;
    order_.push_back(id);
  }
  if (title) found->second.title = visible_line(*title);
  if (status == "completed" || status == "failed") {
    const Tool over = std::move(found->second);
    open_.erase(found);
    std::erase(order_, id);
    say((status == "failed" ? "✗ " : "✓ ") + over.title + took(Clock::now() - over.since));
  } else {
    show();
  }
}

void Progress::take_plan(json::View update) {
  if (!terminal_) return;
  std::map<std::string, std::string> now;
  std::string text;
  for (const json::View entry : update.find("entries").elements()) {
    const std::string content = visible_line(entry.find("content").string().value_or(""));
    const std::string status = entry.find("status").string().value_or("");
    const auto before = plan_.find(content);
    if (before == plan_.end() || before->second != status)
      text.append(text.empty() ? "" : "\n").append(tick(status)).append(content);
    now.emplace(content, status);
  }
  plan_ = std::move(now);
  if (!text.empty()) say(text);
}

void Progress::take_notice(json::View update) {
  const std::string more = update.find("description").string().value_or("");
  say(visible_line(update.find("severity").string().value_or("note") + ": " +
                   update.find("title").string().value_or("") + (more.empty() ? "" : ": " + more)));
}

void Progress::take_usage(json::View update) {
  if (!terminal_) return;
  const auto used = update.find("used").integer();
  const auto size = update.find("size").integer();
  if (!used || *used < 0) return;
  context_ = " · " + grouped(static_cast<std::uint64_t>(*used)) + " tokens in context";
  if (size && *size > 0) context_ += " (" + std::to_string(*used * 100 / *size) + " %)";
  const json::View cost = update.find("cost");
  if (const auto amount = cost.find("amount").number()) {
    std::array<char, 32> money{};
    std::snprintf(money.data(), money.size(), " · %.2f ", *amount);
    context_ += money.data() + visible_line(cost.find("currency").string().value_or(""));
  }
  show();
}

}  // namespace tine::cli
