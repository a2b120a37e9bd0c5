#pragma once
// The agent as one connection sees it: turns the protocol's requests into use-cases of the
// SessionService, for the sessions that this connection has opened.
//
// One per connection, on the loop's thread; service and client outlive it.

#include <string>

#include "protocol/v1/agent_handler.h"
#include "protocol/v1/client.h"
#include "protocol/v1/tasks.h"
#include "session/search/search.h"
#include "session/service.h"

namespace tine::session {

class AcpAgent final : public v1::AgentHandler, public v1::TasksHandler {
 public:
  AcpAgent(SessionService& service, v1::Client& client)
      : service_(service),
        client_(client),
        searcher_(service.library().loop, service.library().store, service.library().redactor,
                  service.library().log) {}

  /// Lets go of all that the connection has opened, and of what it still opens. To be awaited
  /// before it goes.
  transport::Task<void> leave();

  Result<v1::InitializeResponse> initialize(const v1::InitializeRequest& request) override;
  v1::Answer<v1::AuthenticateResponse> authenticate(v1::AuthenticateRequest request,
                                                    v1::RequestContext& context) override;
  v1::Answer<v1::LogoutResponse> logout(v1::LogoutRequest request,
                                        v1::RequestContext& context) override;
  v1::Answer<v1::NewSessionResponse> new_session(v1::NewSessionRequest request,
                                                 v1::RequestContext& context) override;
  v1::Answer<v1::LoadSessionResponse> load_session(v1::LoadSessionRequest request,
                                                   v1::RequestContext& context) override;
  v1::Answer<v1::ResumeSessionResponse> resume_session(v1::ResumeSessionRequest request,
                                                       v1::RequestContext& context) override;
  v1::Answer<v1::ForkSessionResponse> fork_session(v1::ForkSessionRequest request,
                                                   v1::RequestContext& context) override;
  v1::Answer<v1::ListSessionsResponse> list_sessions(v1::ListSessionsRequest request,
                                                     v1::RequestContext& context) override;
  v1::Answer<v1::DeleteSessionResponse> delete_session(v1::DeleteSessionRequest request,
                                                       v1::RequestContext& context) override;
  v1::Answer<v1::CloseSessionResponse> close_session(v1::CloseSessionRequest request,
                                                     v1::RequestContext& context) override;
  v1::Answer<v1::SetModeResponse> set_mode(v1::SetModeRequest request,
                                           v1::RequestContext& context) override;
  v1::Answer<v1::SetConfigOptionResponse> set_config_option(v1::SetConfigOptionRequest request,
                                                            v1::RequestContext& context) override;
  v1::Answer<v1::PromptResponse> prompt(v1::PromptRequest request,
                                        v1::RequestContext& context) override;
  v1::Answer<v1::SteerResponse> steer(v1::SteerRequest request,
                                      v1::RequestContext& context) override;
  v1::Answer<v1::SearchResponse> search(v1::SearchRequest request,
                                        v1::RequestContext& context) override;
  v1::Answer<v1::TasksResponse> tasks(v1::TasksRequest request,
                                      v1::RequestContext& context) override;
  void cancel(std::string session_id) override;
  void disconnected() override;

 private:
  v1::Answer<v1::NewSessionResponse> make_session(v1::NewSessionRequest request,
                                                  v1::RequestContext& context);
  /// Gives a session that was made the title that was asked for; a failure closes it.
  transport::Task<Result<void>> give_title(std::string id, std::string title);
  Result<search::Wish> search_wish(const v1::SearchRequest& request) const;
  /// A session that this connection has opened.
  Result<std::shared_ptr<Session>> open_session(const std::string& id) const;
  /// Opens a session that exists, for load and resume.
  SessionService::Opened reopen(std::string id, v1::Workspace& workspace, const std::string& meta);
  v1::NewSessionResponse opened(const std::shared_ptr<Session>& session,
                                v1::RequestContext& context) const;
  v1::LoadSessionResponse reopened(const std::shared_ptr<Session>& session,
                                   v1::RequestContext& context) const;
  v1::NewSessionResponse branched(const SessionService::Forked& forked,
                                  v1::RequestContext& context) const;

  /// Whether a session that was made or found may still be opened here. Closes it when not.
  transport::Task<Result<void>> may_open(std::string id);

  SessionService& service_;
  v1::Client& client_;
  search::Searcher searcher_;
  bool left_ = false;
};

}  // namespace tine::session
