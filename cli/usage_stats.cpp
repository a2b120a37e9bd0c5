#include "cli/usage_stats.h"

#include <limits>
#include <optional>
#include <utility>

#include "base/toml/document.h"
#include "cli/limits.h"
#include "session/store/folder.h"
#include "session/store/lock.h"

namespace tine::cli {
namespace {

using executor::Peaks;
using session::store::Folder;
using toml::Node;

constexpr const char* file_name = "usage_stats.toml";
constexpr const char* damaged_name = "usage_stats.toml.damaged";
constexpr const char* lock_name = "usage_stats.lock";
constexpr std::int64_t version = 1;

Failure not_ours(std::string_view what) {
  return fail(ErrorKind::damaged, std::string(file_name) + ": " + std::string(what));
}

Result<std::string> text_at(const Node& table, std::string_view key) {
  const Node* const found = table.find(key);
  if (found == nullptr || found->type != Node::Type::string)
    return not_ours("expected the text " + std::string(key));
  return found->text;
}

Result<Peaks> peaks_in(const Node& table) {
  auto backend = text_at(table, "backend");
  auto program = text_at(table, "program");
  const Node* const list = table.find("peaks");
  if (!backend) return fail(std::move(backend.error()));
  if (!program) return fail(std::move(program.error()));
  if (list == nullptr || list->type != Node::Type::array)
    return not_ours("expected the list peaks");
  Peaks out{.backend = std::move(*backend), .program = std::move(*program), .bytes = {}};
  for (const Node& each : list->children) {
    if (each.type != Node::Type::integer || each.integer < 0)
      return not_ours("expected numbers of bytes in peaks");
    out.bytes.push_back(static_cast<std::uint64_t>(each.integer));
  }
  return out;
}

Node node(Node::Type type, std::string_view key = {}) {
  Node out;
  out.type = type;
  out.key = key;
  return out;
}

Node text_node(std::string_view key, const std::string& text) {
  Node out = node(Node::Type::string, key);
  out.text = text;
  return out;
}

Node number_node(std::string_view key, std::uint64_t number) {
  Node out = node(Node::Type::integer, key);
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  out.integer = static_cast<std::int64_t>(std::min(number, most));
  return out;
}

/// What stands in the folder's file; what is wrong with it when it cannot be understood.
Result<std::vector<Peaks>> read_from(const Folder& folder) {
  const auto text = folder.read_if_there(file_name, limits::usage_stats);
  if (!text) return fail(text.error());
  if (!*text) return std::vector<Peaks>();
  return parse_usage_stats(**text);
}

}  // namespace

Result<std::vector<Peaks>> parse_usage_stats(std::string_view text) {
  const auto root = toml::parse(text, file_name, ErrorKind::damaged);
  if (!root) return fail(root.error());
  const Node* const written = root->find("version");
  if (written == nullptr || written->type != Node::Type::integer || written->integer != version)
    return not_ours("expected version = " + std::to_string(version));
  std::vector<Peaks> all;
  const Node* const list = root->find("usage");
  if (list == nullptr) return all;
  if (list->type != Node::Type::array) return not_ours("expected the list usage");
  for (const Node& each : list->children) {
    auto one = peaks_in(each);
    if (!one) return fail(std::move(one.error()));
    executor::add_peak(all, *one);
  }
  return all;
}

std::string usage_stats_text(const std::vector<Peaks>& all) {
  Node root = node(Node::Type::table);
  root.children.push_back(number_node("version", version));
  Node list = node(Node::Type::array, "usage");
  for (const Peaks& each : all) {
    Node table = node(Node::Type::table);
    Node peaks = node(Node::Type::array, "peaks");
    for (const std::uint64_t bytes : each.bytes) peaks.children.push_back(number_node({}, bytes));
    table.children = {text_node("backend", each.backend), text_node("program", each.program),
                      std::move(peaks)};
    list.children.push_back(std::move(table));
  }
  root.children.push_back(std::move(list));
  return toml::write(root);
}

executor::Recalled UsageStats::recall() const {
  if (!root_) return {};
  const auto folder = Folder::root(*files_, *root_, false);
  if (!folder) return {};
  auto known = read_from(*folder);
  if (known) return {.peaks = std::move(*known), .complaint = {}};
  return {.peaks = {},
          .complaint = known.error().message + "; what backends need of memory is learnt anew"};
}

Result<void> UsageStats::keep(const Peaks& one) const {
  if (!root_) return fail(root_.error());
  const auto folder = Folder::root(*files_, *root_, true);
  if (!folder) return fail(folder.error());
  const auto lock = session::store::wait_for_lock(*folder, lock_name);
  if (!lock) return fail(lock.error());
  auto all = read_from(*folder);
  if (!all) {
    if (all.error().kind != ErrorKind::damaged) return fail(std::move(all.error()));
    if (auto moved = folder->rename(file_name, damaged_name); !moved) return moved;
    all = std::vector<Peaks>();
  }
  executor::add_peak(*all, one);
  return folder->replace(file_name, usage_stats_text(*all), false);
}

}  // namespace tine::cli
