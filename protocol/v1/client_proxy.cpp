#include "protocol/v1/client_proxy.h"

#include <algorithm>
#include <array>
#include <functional>

#include "protocol/v1/filter.h"
#include "protocol/v1/limits.h"

namespace tine::v1 {
namespace {

/// Updates and questions of one session keep their order. Sessions that fall on the same number
/// keep it among each other too, which does no harm.
std::uint64_t stream_of(std::string_view session) {
  return std::hash<std::string_view>{}(session) | 1U;
}

bool always(const ClientCapabilities& /*client*/, json::View /*params*/) { return true; }

template <bool ClientCapabilities::*capability>
bool announced(const ClientCapabilities& client, json::View /*params*/) {
  return client.*capability;
}

bool elicits(const ClientCapabilities& client, json::View params) {
  return params.find("mode").equals("url") ? client.elicitation_url : client.elicitation_form;
}

/// What holds for a question, by its method.
struct Rule {
  std::string_view method;
  bool (*able)(const ClientCapabilities& client, json::View params);
  /// It has no deadline: a person answers, or a command runs.
  bool patient = false;
};

/// One that is not of the protocol needs no announcement, as there is none.
Rule rule_of(std::string_view method) {
  using Can = ClientCapabilities;
  static constexpr std::array rules = {
      Rule{method::RequestPermission::name, always, true},
      Rule{method::ReadTextFile::name, announced<&Can::read_text_file>},
      Rule{method::WriteTextFile::name, announced<&Can::write_text_file>},
      Rule{method::CreateTerminal::name, announced<&Can::terminal>},
      Rule{method::TerminalOutput::name, announced<&Can::terminal>},
      Rule{method::WaitForTerminalExit::name, announced<&Can::terminal>, true},
      Rule{method::KillTerminal::name, announced<&Can::terminal>},
      Rule{method::ReleaseTerminal::name, announced<&Can::terminal>},
      Rule{method::CreateElicitation::name, elicits, true},
  };
  const auto* const found = std::ranges::find(rules, method, &Rule::method);
  return found != rules.end() ? *found : Rule{method, always};
}

}  // namespace

void ClientProxy::negotiated(ClientCapabilities capabilities) {
  capabilities_ = std::move(capabilities);
  peer_->set_error_form(capabilities_.error_facts ? transport::ErrorForm::full
                                                  : transport::ErrorForm::for_person);
}

void ClientProxy::keep_apart(const Update& update) {
  if (!capabilities_.joins_messages) return;
  if (const auto gap = gaps_.before(update)) pass(*gap);
}

void ClientProxy::update(const Update& update) {
  keep_apart(update);
  if (takes(capabilities_, update)) return pass(update);
  const auto instead = fallback(capabilities_, update, "notice-" + std::to_string(++fallbacks_));
  if (instead) pass(*instead);
}

void ClientProxy::long_update(std::shared_ptr<Update> given) {
  if (!takes(capabilities_, *given) || given->payload.size() > limits::max_payload)
    return update(*given);
  keep_apart(*given);
  const std::uint64_t stream = stream_of(given->session);
  long_lines(std::move(given),
             [&](transport::LongLine line) { peer_->send(std::move(line), stream); });
}

void ClientProxy::pass(const Update& update) {
  if (update.text.end - update.text.begin > limits::max_text_chunk) {
    split(update, [this](const Update& piece) { emit(piece); });
  } else {
    emit(update);
  }
}

void ClientProxy::emit(const Update& update) {
  UpdateLine line;
  if (update.payload.size() <= limits::max_payload) {
    line = update_line(update.session, update);
  } else {
    Update cut;
    cut.payload = shrink(update.payload, limits::max_payload);
    line = update_line(update.session, cut);
  }
  peer_->send(std::move(line.text), stream_of(update.session), line.splice);
}

transport::Task<void> ClientProxy::room() { return peer_->room(); }

Client::Reply<std::string> ClientProxy::call(std::string method, std::string params,
                                             Cancel cancel) {
  const json::View given(params);
  const Rule rule = rule_of(method);
  if (!rule.able(capabilities_, given)) {
    co_return fail(ErrorKind::unsupported, "the client did not announce that it can " + method);
  }
  transport::CallOptions options;
  if (!rule.patient) options.deadline = limits::client_call;
  options.cancel = cancel;
  options.stream = stream_of(json::text_in(given, "sessionId"));
  const auto peer = peer_;  // may outlive the proxy
  co_return co_await peer->call(std::move(method), std::move(params), options);
}

void ClientProxy::notify(std::string_view method, std::string_view params) {
  if (method == method::elicitation_complete && !capabilities_.elicitation_url) return;
  peer_->notify(method, params);
}

}  // namespace tine::v1
