#pragma once
// What one session knows of its folder's trust: what was decided last, for which decision its
// conversation was begun, and whether its person has been asked and told.
//
// Owned by a session, on the loop's thread. The client that is asked outlives the call.

#include "protocol/v1/client.h"
#include "session/trust.h"
#include "transport/cancel.h"

namespace tine::session {

class SessionTrust {
 public:
  SessionTrust(Trust& trust, const executor::Executor& backend)
      : trust_(&trust), backend_(&backend) {}

  /// The session goes on with another backend, of which nothing is known yet.
  void change_backend(const executor::Executor& backend) { *this = SessionTrust(*trust_, backend); }

  /// Looks at the folder anew, asks nobody. A conversation that begins then is given given().
  transport::Task<void> look(v1::Workspace workspace);
  const executor::FolderTrust& given() const { return verdict_.trust; }

  /// Before a prompt: looks anew, asks the client what nobody has decided, and tells it once what
  /// is left out. While another session in the folder asks, its answer is waited for.
  transport::Task<void> settle(v1::Client& client, v1::Workspace workspace,
                               transport::CancelSource cancel);
  /// Whether a prompt has been through settle(), and nothing has become open since.
  bool is_settled() const { return settled_ && !is_open(); }

  /// Notes for which decision the session's conversation was begun.
  void begun_with(executor::FolderTrust trust) { begun_with_ = std::move(trust); }
  /// Whether something else was decided since: the conversation has to be begun anew.
  bool is_outdated() const { return begun_with_ != verdict_.trust; }

 private:
  bool is_open() const { return verdict_.open && asked_ != verdict_.facts.starts; }
  transport::Task<void> ask(v1::Client& client);
  void tell(v1::Client& client);

  Trust* trust_;
  const executor::Executor* backend_;
  Trust::Verdict verdict_;
  executor::FolderTrust begun_with_;
  std::vector<std::string> asked_;  // about what, lately
  std::vector<std::string> told_;
  bool settled_ = false;
};

}  // namespace tine::session
