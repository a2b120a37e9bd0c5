#pragma once
// A running `codex app-server`: one process for all threads of a configured backend.
//
// Shared by the conversations that use it, on the loop's thread; the listeners outlive their
// attachment. It may go at any time: calls fail then, every listener is told why, and the next one
// who needs it starts another.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/redact/redactor.h"
#include "base/result.h"
#include "executor/backend_process.h"
#include "transport/rpc_peer.h"

namespace tine::executor::codex {

/// What a thread's conversation hears. Views are valid during the call only.
class ThreadListener {
 public:
  virtual ~ThreadListener() = default;
  virtual void on_notification(std::string_view method, json::View params) = 0;
  virtual void on_question(std::string_view method, json::View params,
                           transport::Replier replier) = 0;
  virtual void on_gone(const Error& why) = 0;
};

class Process final : public transport::RpcHandler, public std::enable_shared_from_this<Process> {
 public:
  template <class T>
  using Reply = transport::Task<Result<T>>;

  /// Started and greeted.
  static Reply<std::shared_ptr<Process>> start(transport::Loop& loop, Log& log, Redactor& redactor,
                                               BackendSpec spec);

  Reply<std::string> call(std::string method, std::string params, transport::Milliseconds deadline);

  /// Lets go of a thread, so that another process may have it. Not waited for where app-server is
  /// silent.
  transport::Task<void> unsubscribe(std::string thread_id);

  /// It did not do in time what it was told: see unsubscribe(). Until it says something.
  void count_as_silent() { silent_ = true; }

  void attach(const std::string& thread_id, ThreadListener& listener);
  void detach(const std::string& thread_id, const ThreadListener& listener);

  /// Whoever cannot keep up holds it: app-server is not read from then.
  const std::shared_ptr<transport::Pace>& pace() const { return process_->pace(); }
  /// Of Codex, as it told.
  const std::string& version() const { return process_->version(); }
  bool gone() const { return gone_; }
  /// Seconds since 1970 until which the account has used up what it may; none when it has not.
  const std::optional<std::int64_t>& limited_until() const { return limited_until_; }

  /// Lets it end by itself, or else makes it: soon if it had no turn, and has nothing to write
  /// down.
  transport::Task<void> stop();
  /// Returns when its process has ended, and with it its hold on threads.
  transport::Task<void> ended();

  void on_request(std::string_view method, json::View params, transport::Replier replier) override;
  void on_notification(std::string_view method, json::View params) override;
  void on_end() override { gone_ = true; }

 private:
  Process(transport::Loop& loop, Log& log, Redactor& redactor,
          std::unique_ptr<BackendProcess> process);
  static transport::Task<void> serve(std::shared_ptr<Process> self);
  Reply<void> greet();
  ThreadListener* listener_of(json::View params) const;
  /// Also of the threads that its thread has started for itself: they have nobody else to ask.
  ThreadListener* elder_of(json::View params) const;
  /// Whose turn a turn of a thread works for that Codex has started for itself.
  void take_kinship(std::string_view method, json::View params);

  Log& log_;
  Redactor& redactor_;
  std::unique_ptr<BackendProcess> process_;
  std::shared_ptr<transport::RpcPeer> peer_;
  std::map<std::string, ThreadListener*> listeners_;  // by thread
  std::map<std::string, std::string> parents_;        // of threads that others have started
  std::map<std::string, std::string> turns_;          // that run: their threads, by id
  std::optional<std::int64_t> limited_until_;
  bool gone_ = false;
  bool silent_ = false;  // it has not answered in time, and said nothing since
  bool worked_ = false;  // a turn has begun in it
  bool left_ = false;    // nobody needs it any more
};

}  // namespace tine::executor::codex
