#include "executor/memory.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "executor/limits.h"
#include "transport/process_tree.h"

namespace tine::executor {
namespace {

constexpr std::uint64_t kilobyte = 1024;
constexpr const char* groups = "/sys/fs/cgroup";

/// What stands in a file of the kernel's; empty: it cannot be read.
std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::string text;
  char c = 0;
  while (text.size() < limits::kernel_file && file.get(c)) text += c;
  return text;
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  const std::size_t digits = text.find_first_not_of(" \t");
  if (digits == std::string_view::npos) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, fault] =
      std::from_chars(text.data() + digits, text.data() + text.size(), number);
  return fault == std::errc() ? std::optional(number) : std::nullopt;
}

/// The number behind a name at the beginning of a line.
std::optional<std::uint64_t> number_of(std::string_view text, std::string_view name) {
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view line = text.substr(at, text.find('\n', at) - at);
    if (line.starts_with(name)) return number_in(line.substr(name.size()));
    at += line.size() + 1;
  }
  return std::nullopt;
}

/// What a group leaves of its limit; none: it has no limit. What the group has of files can be
/// taken away from it.
std::optional<std::uint64_t> left_in_group(const std::string& folder) {
  const auto most = number_in(text_of(folder + "/memory.max"));
  const auto taken = number_in(text_of(folder + "/memory.current"));
  if (!most || !taken) return std::nullopt;
  const std::string parts = text_of(folder + "/memory.stat");
  std::uint64_t kept = *taken;
  for (const char* name : {"inactive_file ", "active_file ", "slab_reclaimable "})
    kept -= std::min(kept, number_of(parts, name).value_or(0));
  return *most - std::min(*most, kept);
}

/// The group of this process, as a path; empty: it is in none of the kind that has one tree.
std::string own_group(const std::string& root) {
  const std::string text = text_of(root + "/proc/self/cgroup");
  constexpr std::string_view mark = "0::/";
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view line = std::string_view(text).substr(at, text.find('\n', at) - at);
    if (line.starts_with(mark)) return std::string(line.substr(mark.size() - 1));
    at += line.size() + 1;
  }
  return {};
}

void take_less(std::optional<std::uint64_t>& least, std::optional<std::uint64_t> other) {
  if (other && (!least || *other < *least)) least = other;
}

struct ProcessMemory {
  std::uint64_t now = 0;
  std::uint64_t peak = 0;
};

ProcessMemory memory_of(pid_t pid) {
  const std::string text = text_of("/proc/" + std::to_string(pid) + "/status");
  const auto bytes = [&text](std::string_view name) {
    return number_of(text, name).value_or(0) * kilobyte;
  };
  ProcessMemory out;
  out.now = bytes("RssAnon:") + bytes("VmSwap:");
  const std::uint64_t shared = bytes("RssFile:") + bytes("RssShmem:");
  const std::uint64_t highest = bytes("VmHWM:");
  out.peak = std::max(out.now, highest - std::min(highest, shared));
  return out;
}

}  // namespace

std::optional<std::uint64_t> free_memory(const std::string& root) {
  std::optional<std::uint64_t> least;
  if (const auto available = number_of(text_of(root + "/proc/meminfo"), "MemAvailable:"))
    least = *available * kilobyte;
  // Each group on the way up may have a limit of its own.
  for (std::string group = own_group(root); !group.empty();) {
    take_less(least, left_in_group(std::string(root).append(groups).append(group)));
    if (group == "/") break;
    group.resize(group.rfind('/'));
    if (group.empty()) group = "/";
  }
  return least;
}

TreeMemory memory_below(pid_t pid) {
  std::vector<pid_t> found = transport::children_of(pid);
  TreeMemory out;
  std::uint64_t above = 0;  // the most that one of them once had more than now
  for (std::size_t i = 0; i < found.size() && i < limits::measured_processes; ++i) {
    const ProcessMemory each = memory_of(found[i]);
    out.now += each.now;
    above = std::max(above, each.peak - each.now);
    const std::vector<pid_t> below = transport::children_of(found[i]);
    found.insert(found.end(), below.begin(), below.end());
  }
  out.peak = out.now + above;
  return out;
}

}  // namespace tine::executor
