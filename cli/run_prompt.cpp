#include "cli/run_prompt.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/json/writer.h"
#include "cli/exit_code.h"
#include "cli/mirror.h"
#include "cli/print.h"
#include "cli/report_json.h"
#include "cli/working_directory.h"
#include "protocol/v1/agent_connection.h"
#include "protocol/v1/codec.h"
#include "session/meta.h"
#include "transport/event.h"
#include "transport/rpc_error.h"

namespace tine::cli {
namespace {

/// Prints what the agent says, and answers its questions by the rule that was given.
class Printer final : public v1::ClientHandler {
 public:
  Printer(const Arguments& arguments, transport::CancelSource shutdown)
      : stream_json_(arguments.stream_json),
        quiet_(arguments.json),
        approve_(arguments.approve),
        shutdown_(std::move(shutdown)) {}

  void on_update(std::string_view session_id, const v1::ToldUpdate& told) override {
    const json::View update = told.json;
    if (stream_json_) {
      std::string line;
      json::Writer(line)
          .begin_object()
          .member("sessionId", session_id)
          .key("update")
          .raw(update.raw())
          .end_object();
      show(line.append("\n"));
    }
    const json::View trust = session::ours(update.find("_meta").raw()).find("trust");
    if (trust.exists()) warn_of_trust(trust);
    if (told.kind != v1::UpdateKind::agent_message_chunk) return;
    const auto text = update.find("content").find("text").string();
    if (!text) return;
    output_ += *text;
    if (!stream_json_ && !quiet_) show(*text);
  }

  Answer<v1::PermissionResponse> request_permission(v1::PermissionRequest request,
                                                    v1::RequestContext& /*context*/) override {
    // Nobody is there to ask, and what the agent does is not what its folder may do.
    const v1::PermissionResponse undecided;
    if (session::ours(request.meta).find("trust").exists()) co_return undecided;
    const auto wanted =
        approve_ ? v1::PermissionOption::Kind::allow_once : v1::PermissionOption::Kind::reject_once;
    const auto found =
        std::find_if(request.options.begin(), request.options.end(),
                     [wanted](const v1::PermissionOption& each) { return each.kind == wanted; });
    v1::PermissionResponse response;
    if (found != request.options.end()) response.option_id = found->id;
    if (!approve_) refused_ = true;
    co_return response;
  }

  const std::string& output() const { return output_; }
  void finish() { printed_.finish(); }
  bool refused() const { return refused_; }

 private:
  static void warn_of_trust(json::View trust) {
    std::string line = "tine: this folder is not trusted, so nothing of it was started (";
    bool any = false;
    for (const json::View each : trust.find("starts").elements()) {
      line.append(any ? "; " : "").append(each.string().value_or(std::string()));
      any = true;
    }
    print_to_stderr(line + "); --trust lets it start.\n");
  }

  /// When nobody reads any more there is nothing to go on for.
  void show(std::string_view text) {
    if (!printed_.print(text)) shutdown_.cancel();
  }

  bool stream_json_;
  bool quiet_;
  bool approve_;
  transport::CancelSource shutdown_;
  bool refused_ = false;
  std::string output_;
  PrintStream printed_;
};

std::string read_stdin() {
  std::string text;
  std::array<char, 4096> room{};
  for (ssize_t n = 0; (n = ::read(STDIN_FILENO, room.data(), room.size())) > 0;) {
    text.append(room.data(), static_cast<std::size_t>(n));
  }
  return text;
}

transport::Task<void> serve_self(World& world, std::unique_ptr<transport::Channel> channel,
                                 transport::RpcPeer::Mirror mirror, transport::Event& over) {
  // It ends with its client, which is told of the signal.
  const transport::CancelSource never;
  co_await serve(world, std::move(channel), std::move(mirror), never);
  over.set();
}

transport::Task<void> listen(v1::AgentConnection& agent, transport::Event& over) {
  co_await agent.serve();
  over.set();
}

transport::Task<int> converse(v1::AgentConnection& agent, Printer& printer,
                              const Arguments& arguments, transport::CancelSource shutdown) {
  const auto failed = [](const Error& error) {
    print_error(error);
    return exit_code::failed;
  };
  v1::InitializeRequest hello;
  hello.client_capabilities.notices = true;
  hello.client_capabilities.meta = R"({"tine":{}})";
  const transport::CallOptions no_deadline;
  const auto ready = co_await agent.ask<v1::method::Initialize>(hello, no_deadline);
  if (!ready) co_return failed(ready.error());

  auto cwd = working_directory(arguments.cwd);
  if (!cwd) co_return failed(cwd.error());
  v1::NewSessionRequest request;
  request.workspace.cwd = std::move(*cwd);
  const auto session = co_await agent.ask<v1::method::NewSession>(std::move(request), no_deadline);
  if (!session) co_return failed(session.error());
  const std::string id = session->session_id;

  v1::PromptRequest prompt;
  prompt.session_id = id;
  prompt.prompt = {v1::text_block(arguments.prompt == "-" ? read_stdin() : arguments.prompt)};
  if (shutdown.cancelled()) co_return exit_code::cancelled;
  const auto subscription = shutdown.on_cancel([&agent, &id] { agent.cancel(id); });
  const auto response = co_await agent.ask<v1::method::Prompt>(std::move(prompt), no_deadline);
  printer.finish();

  if (arguments.json || arguments.stream_json) {
    print(result_json(id, printer.output(), response));
  } else if (!printer.output().empty() && !printer.output().ends_with('\n')) {
    print("\n");
  }
  if (!response) co_return failed(response.error());
  if (printer.refused()) {
    print_to_stderr(
        "tine: the agent asked for permission and was refused; --approve allows what it asks "
        "for.\n");
  }
  const bool cut = response->stop_reason == v1::StopReason::cancelled ||
                   response->stop_reason == v1::StopReason::refusal;
  co_return cut ? exit_code::cancelled : exit_code::good;
}

}  // namespace

transport::Task<int> run_prompt(World& world, const Arguments& arguments,
                                transport::CancelSource shutdown) {
  auto mirror = open_mirror(arguments.mirror, world.redactor, world.log);
  if (!mirror) {
    print_error(mirror.error());
    co_return exit_code::failed;
  }
  auto [ours, theirs] = transport::make_memory_channel(world.loop);
  transport::Event served(world.loop);
  transport::Event heard(world.loop);
  world.loop.spawn(serve_self(world, std::move(theirs), std::move(*mirror), served));

  Printer printer(arguments, shutdown);
  v1::AgentConnection agent(world.loop, std::move(ours), printer);
  world.loop.spawn(listen(agent, heard));
  const int code = co_await converse(agent, printer, arguments, shutdown);
  agent.close();
  co_await heard.wait();
  co_await served.wait();
  co_return code;
}

}  // namespace tine::cli
