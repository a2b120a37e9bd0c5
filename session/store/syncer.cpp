#include "session/store/syncer.h"

#include <utility>

#include "session/store/limits.h"
#include "session/store/reader.h"
#include "session/store/sessions.h"

namespace tine::session::store {
namespace {

/// The files, and the folder, as a new file has to be found again.
Result<void> sync_session(const Folder& session, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    auto file = session.open_file(name, Files::Open::read);
    if (!file) return fail(std::move(file.error()));
    if (auto done = file->sync(); !done) return done;
  }
  return session.sync();
}

}  // namespace

void Syncer::later(const IndexEntry& entry) {
  waiting_.insert_or_assign(entry.id, entry);
  if (running_) return;
  running_ = true;
  loop_.spawn(run());
}

transport::Task<Result<void>> Syncer::now(const IndexEntry& entry, bool state_too) {
  waiting_.erase(entry.id);
  auto session = store_.open(entry);
  if (!session) co_return fail(std::move(session.error()));
  const auto folder = std::make_shared<Folder>(std::move(*session));
  const auto done = std::make_shared<Result<void>>();
  std::function<void()> job = [folder, done, state_too] {
    *done = state_too ? sync_session(*folder, {transcript_name, state_name})
                      : sync_session(*folder, {transcript_name});
  };
  co_await worker_.run(std::move(job));
  co_return *done;
}

transport::Task<void> Syncer::run() {
  while (!waiting_.empty()) {
    co_await hurry_.wait_for(limits::sync_interval);
    co_await sync_waiting();
  }
  running_ = false;
}

transport::Task<void> Syncer::finish() {
  hurry_.set();
  co_await sync_waiting();
}

transport::Task<void> Syncer::sync_together() {
  auto whole = store_.whole();
  if (!whole) co_return;
  waiting_.clear();
  const auto folder = std::make_shared<Folder>(std::move(*whole));
  std::function<void()> job = [folder] {
    [[maybe_unused]] const auto ignored = folder->sync_file_system();
  };
  co_await worker_.run(std::move(job));
}

transport::Task<void> Syncer::sync_waiting() {
  if (waiting_.size() > limits::synced_one_by_one) co_await sync_together();
  while (!waiting_.empty()) {
    const IndexEntry entry = waiting_.begin()->second;
    // A session that is gone by now has nothing to lose; a disk that fails is told of by the next
    // write that needs it.
    [[maybe_unused]] const auto ignored = co_await now(entry, false);
  }
}

}  // namespace tine::session::store
