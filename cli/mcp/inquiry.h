#pragma once
// Asks sessions of the store one question each: a fork of the session answers, and is deleted
// again. The session itself is not touched.
//
// One per connection of the server, on the loop's thread; the world outlives it. Nothing is made
// before the first question. leave() has returned before it is destroyed.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/converse/local_agent.h"
#include "cli/world.h"
#include "protocol/v1/client_handler.h"
#include "transport/cancel.h"
#include "transport/event.h"

namespace tine::cli {

struct Question {
  std::string session;
  std::string cwd;  ///< of the session
  std::string words;
  std::uint64_t tokens = 0;  ///< that the answer may have
  std::int64_t seconds = 0;  ///< that it may take
  transport::CancelSource cancel;
};

struct Reply {
  std::string text;                  ///< as the fork said it, secrets taken out
  std::vector<std::string> refused;  ///< what it asked permission for, in vain
  bool timed_out = false;
  bool too_long = false;
  std::string stop;   ///< the reason why its turn ended
  std::string usage;  ///< JSON: the tokens that it took; empty: not known
};

class Inquiry final : public v1::ClientHandler {
 public:
  explicit Inquiry(World& world) : world_(world), met_(world.loop) {}

  /// depth_exceeded: sessions have asked each other, deeper than max_depth. queue_full: too many
  /// sessions are being asked.
  transport::Task<Result<Reply>> ask(Question question);
  /// Ends what runs for it. Nothing is asked from then on.
  transport::Task<void> leave();

 private:
  /// What is heard of a fork while it answers.
  struct Hearing {
    std::string text;
    std::string message;  // the id of the one that `text` ends with
    std::uint64_t tokens = 0;
    std::uint64_t most = 0;
    std::vector<std::string> refused;
    bool too_long = false;
    transport::CancelSource stop;
  };

  void on_update(std::string_view session, const v1::ToldUpdate& told) override;
  Answer<v1::PermissionResponse> request_permission(v1::PermissionRequest request,
                                                    v1::RequestContext& context) override;
  transport::Task<Result<void>> meet();
  transport::Task<Result<Reply>> ask_fork(Question question);
  transport::Task<Result<Reply>> answer_of(std::string fork, Question question);

  World& world_;
  std::unique_ptr<LocalAgent> agent_;  // from the first question on
  transport::Event met_;
  Result<void> ready_;
  std::map<std::string, Hearing, std::less<>> heard_;  // by the fork
  std::size_t running_ = 0;
};

}  // namespace tine::cli
