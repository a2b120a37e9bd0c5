#include "session/store/lock.h"

#include <unistd.h>

#include <array>
#include <charconv>
#include <fstream>
#include <thread>

#include "base/json/scanner.h"
#include "base/json/view.h"
#include "base/json/writer.h"
#include "session/store/limits.h"

namespace tine::session::store {
namespace {

constexpr const char* folder_name = "locks";
constexpr const char* file_name = "locks/session.lock";

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

/// Field 22 of /proc/PID/stat: when the process started.
std::uint64_t start_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  // The second field is a name in brackets and may hold anything; the third begins behind it.
  std::size_t at = text.rfind(')');
  for (int field = 2; field < 22 && at != std::string::npos; ++field) at = text.find(' ', at + 1);
  std::uint64_t start = 0;
  if (at != std::string::npos)
    std::from_chars(text.data() + at + 1, text.data() + text.size(), start);
  return start;
}

std::string as_json(const Holder& holder) {
  std::string out;
  json::Writer(out)
      .begin_object()
      .member("pid", static_cast<std::int64_t>(holder.pid))
      .member("start", holder.start)
      .member("host", std::string_view(holder.host))
      .member("reason", std::string_view(holder.reason))
      .member("since", std::string_view(holder.since))
      .end_object();
  return out.append("\n");
}

std::optional<Holder> from_json(std::string_view text) {
  json::Scanner scanner;
  if (!scanner.feed(text) || !scanner.finish()) return std::nullopt;
  const json::View object(text);
  Holder holder;
  const auto pid = object.find("pid").integer();
  const auto start = object.find("start").integer();
  if (!pid || !start) return std::nullopt;
  holder.pid = static_cast<pid_t>(*pid);
  holder.start = static_cast<std::uint64_t>(*start);
  holder.host = object.find("host").string().value_or("");
  holder.reason = object.find("reason").string().value_or("");
  holder.since = object.find("since").string().value_or("");
  return holder;
}

/// What stands in the file. A hint: it may lag behind the lock for a moment.
std::optional<Holder> named_in(const Folder& session) {
  const auto text = session.read_whole(file_name, limits::lock_file);
  return text ? from_json(*text) : std::nullopt;
}

/// What the second one is told.
Error locked(const std::optional<Holder>& holder) {
  std::string message = "Session locked by another process";
  std::string data;
  if (holder) {
    message = "Session locked by PID " + std::to_string(holder->pid);
    if (!holder->host.empty()) message += " on " + holder->host;
    if (!holder->reason.empty()) message += " (" + holder->reason + ")";
    if (!holder->since.empty()) message += " since " + holder->since;
    const std::string object = as_json(*holder);
    data = R"("holder":)" + object.substr(0, object.size() - 1);
  }
  return Error(ErrorKind::session_locked, std::move(message)).with_data(std::move(data));
}

}  // namespace

Holder this_process(Env& env, std::string reason) {
  return {.pid = ::getpid(),
          .start = start_of(::getpid()),
          .host = host_name(),
          .reason = std::move(reason),
          .since = rfc3339(env.wall_ms())};
}

bool is_alive(const Holder& holder) {
  // Of another machine nothing can be said but what the file says.
  if (holder.host != host_name()) return true;
  return holder.start != 0 && start_of(holder.pid) == holder.start;
}

Result<File> wait_for_lock(const Folder& folder, const std::string& name) {
  auto file = folder.open_file(name, Files::Open::lock);
  if (!file) return file;
  for (int tries = 0; tries < limits::file_lock_tries; ++tries) {
    const auto taken = file->try_lock();
    if (!taken) return fail(taken.error());
    if (*taken) return file;
    std::this_thread::sleep_for(limits::file_lock_pause);
  }
  return fail(ErrorKind::storage_failed, "another tine holds " + name);
}

Result<Lock> Lock::take(const Folder& session, const Holder& me) {
  if (auto made = session.make(folder_name); !made) return fail(std::move(made.error()));
  auto file = session.open_file(file_name, Files::Open::lock);
  if (!file) return fail(std::move(file.error()));
  auto taken = file->try_lock();
  // A process that only looks shares it for a moment.
  for (int tries = 0; taken && !*taken && tries < limits::lock_tries_at_once && !is_held(session);
       ++tries)
    taken = file->try_lock();
  if (!taken) return fail(taken.error());
  if (!*taken) return fail(locked(holder(session)));
  std::size_t written = 0;
  if (file->truncate(0)) {
    // A hint only: with a full disk the lock holds all the same.
    [[maybe_unused]] const auto noted = file->append(as_json(me), written);
  }
  return Lock(std::move(*file));
}

std::optional<Holder> Lock::holder(const Folder& session) {
  auto named = named_in(session);
  return named && is_alive(*named) ? named : std::nullopt;
}

bool Lock::is_held(const Folder& session) {
  auto file = session.open_file(file_name, Files::Open::read);
  if (!file) return session.has(file_name);
  // Held here for no longer than until the file is closed.
  const auto taken = file->try_shared_lock();
  return !taken || !*taken;
}

bool Lock::is_coming_free(const Folder& session) {
  const auto named = named_in(session);
  return (named && !is_alive(*named)) || !is_held(session);
}

bool Lock::may_be_open_elsewhere(const Folder& session) {
  const auto named = named_in(session);
  if (!named || named->host != host_name()) return is_held(session);
  return named->pid != ::getpid() ? is_alive(*named) : is_held(session);
}

}  // namespace tine::session::store
