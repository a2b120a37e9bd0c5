// `tine demo`: a conversation with a fork, played over a real connection with the built-in agent.

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "cli/working_directory.h"
#include "protocol/v1/agent_connection.h"
#include "session/meta.h"
#include "session/tree.h"
#include "transport/child.h"
#include "transport/event.h"

namespace tine::cli {
namespace {

constexpr std::string_view bold = "\033[1m";
constexpr std::string_view dim = "\033[2m";
constexpr std::string_view plain = "\033[0m";

std::string styled(std::string_view style, std::string_view text) {
  if (!colours()) return std::string(text);
  return std::string(style).append(text).append(plain);
}

void heading(std::string_view text) { print_styled("\n" + styled(bold, text) + "\n"); }

std::string number(json::View value) {
  return value.type() == json::Type::number ? std::string(value.raw()) : std::string("?");
}

std::string percent(json::View value) {
  const auto ratio = value.number();
  return ratio ? std::to_string(std::lround(*ratio * 100.0)) + " %" : std::string("-");
}

/// Prints the answer as it comes.
class Audience final : public v1::ClientHandler {
 public:
  void on_update(std::string_view /*session*/, const v1::ToldUpdate& update) override {
    if (update.kind != v1::UpdateKind::agent_message_chunk) return;
    const auto text = update.json.find("content").find("text").string();
    if (!text) return;
    // A recital has several lines; they stay under the speaker.
    for (const char c : *text)
      print_styled(c == '\n' ? std::string_view("\n         ") : std::string_view(&c, 1));
  }
  Answer<v1::PermissionResponse> request_permission(v1::PermissionRequest /*request*/,
                                                    v1::RequestContext& /*context*/) override {
    co_return v1::PermissionResponse();
  }
};

struct Branch {
  std::string id;
  std::string parent;
  std::string name;
};

class Show {
 public:
  Show(v1::AgentConnection& agent, std::string cwd) : agent_(agent), cwd_(std::move(cwd)) {}

  transport::Task<Result<void>> play() {
    heading("initialize");
    v1::InitializeRequest hello;
    hello.client_capabilities.meta = R"({"tine":{}})";
    const auto ready = co_await agent_.ask<v1::method::Initialize>(hello, no_deadline_);
    if (!ready) co_return fail(ready.error());
    print_styled("  agent  " + ready->agent_info.value_or(v1::Implementation()).name + " " +
                 ready->agent_info.value_or(v1::Implementation()).version + ", protocol version " +
                 std::to_string(ready->protocol_version) +
                 ", can fork: " + (ready->agent_capabilities.session.fork ? "yes" : "no") + "\n");

    heading("session/new");
    v1::NewSessionRequest request;
    request.workspace.cwd = cwd_;
    const auto created =
        co_await agent_.ask<v1::method::NewSession>(std::move(request), no_deadline_);
    if (!created) co_return fail(created.error());
    branches_.push_back({created->session_id, "", "main"});
    print_styled("  session " + created->session_id + "\n");

    const std::vector<Line> before = {
        {0, "[[say:Noted: the tests live in tests/.]] The tests live in tests/."},
        {0, "[[say:Noted: the bug is in the parser.]] The bug is in the parser."}};
    auto said = co_await say_all(before);
    if (!said) co_return said;

    heading("session/fork: one conversation becomes two");
    v1::ForkSessionRequest fork;
    fork.session_id = branches_.front().id;
    fork.workspace.cwd = cwd_;
    const auto forked = co_await agent_.ask<v1::method::ForkSession>(std::move(fork), no_deadline_);
    if (!forked) co_return fail(forked.error());
    const json::View how = session::ours(forked->meta).find("fork");
    branches_.push_back({forked->session_id, branches_.front().id, "fork"});
    print_styled("  session " + forked->session_id + ", " +
                 how.find("strategy").string().value_or("?") + ", after turn " +
                 number(how.find("at").find("turn")) + "\n");

    const std::vector<Line> apart = {{0, "[[say:Noted: rewrite it.]] Here: rewrite the parser."},
                                     {1, "[[say:Noted: patch it.]] Here: only patch the parser."}};
    said = co_await say_all(apart);
    if (!said) co_return said;

    heading("What each branch knows");
    const std::vector<Line> recital = {{0, "[[recall]]"}, {1, "[[recall]]"}};
    said = co_await say_all(recital);
    if (!said) co_return said;

    heading("Tokens in total (modelled: the agent of this show asks no model)");
    for (std::size_t i = 0; i < branches_.size(); ++i) {
      print_styled("  " + branches_[i].name + "   prompt " +
                   number(total_[i].view().find("prompt")) + " tokens, of that " +
                   percent(total_[i].view().find("cacheHitRatio")) + " from the cache; output " +
                   number(total_[i].view().find("output")) + "\n");
    }
    heading("The tree");
    std::vector<session::TreeNode> nodes;
    nodes.reserve(branches_.size());
    for (const Branch& branch : branches_)
      nodes.push_back({branch.id, branch.parent, branch.id + "  " + branch.name});
    print_styled(session::draw_tree(nodes));
    co_return Result<void>();
  }

 private:
  struct Kept {
    std::string text;
    json::View view() const { return json::View(text); }
  };

  struct Line {
    std::size_t branch;
    std::string text;
  };

  transport::Task<Result<void>> say_all(std::vector<Line> lines) {
    for (const Line& line : lines) {
      auto said = co_await say(line.branch, line.text);
      if (!said) co_return said;
    }
    co_return Result<void>();
  }

  transport::Task<Result<void>> say(std::size_t branch, std::string text) {
    const std::size_t told = text.find("]] ");
    const std::string shown =
        told == std::string::npos ? "What do you know?" : text.substr(told + 3);
    print_styled("\n" + styled(dim, branches_[branch].name) + "  you   " + shown + "\n      " +
                 styled(bold, "tine") + " ");
    v1::PromptRequest request;
    request.session_id = branches_[branch].id;
    request.prompt = {v1::text_block(std::move(text))};
    const auto answer = co_await agent_.ask<v1::method::Prompt>(std::move(request), no_deadline_);
    if (!answer) co_return fail(answer.error());
    const json::View usage = session::ours(answer->meta).find("usage");
    print_styled("\n" +
                 styled(dim, "            prompt " + number(usage.find("prompt")) + " tokens, " +
                                 percent(usage.find("cacheHitRatio")) + " from the cache") +
                 "\n");
    total_.resize(branches_.size());
    total_[branch].text = usage.find("cumulative").raw();
    co_return Result<void>();
  }

  const transport::CallOptions no_deadline_;
  v1::AgentConnection& agent_;
  std::string cwd_;
  std::vector<Branch> branches_;
  std::vector<Kept> total_;
};

/// Where the show's sessions are kept as long as it lasts: they are none of the user's.
class Stage {
 public:
  Stage() {
    std::error_code fault;
    std::string pattern =
        (std::filesystem::temp_directory_path(fault) / "tine-demo-XXXXXX").string();
    if (const char* made = ::mkdtemp(pattern.data()); made != nullptr) path_ = made;
  }
  ~Stage() {
    std::error_code fault;
    if (!path_.empty()) std::filesystem::remove_all(path_, fault);
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  /// Empty: there is no room for it.
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

transport::Task<void> listen(v1::AgentConnection& agent, transport::Event& over) {
  co_await agent.serve();
  over.set();
}

transport::Task<int> demo(World& world, transport::CancelSource shutdown) {
  auto cwd = working_directory({});
  if (!cwd) co_return failed(cwd.error());
  transport::ChildSpec spec;
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  spec.command = {program, "acp", "--backend", "rehearsal"};
  spec.environment = {"PATH=" + world.env.variable("PATH").value_or("/usr/bin:/bin"),
                      "TINE_LOG_LEVEL=error", "HOME=" + world.env.variable("HOME").value_or("/")};
  const Stage stage;
  if (!stage.path().empty()) spec.environment.push_back("XDG_STATE_HOME=" + stage.path());
  spec.own_stderr = true;
  print_styled(styled(dim, "$ " + program + " acp --backend rehearsal") + "\n");
  auto child = transport::Child::start(world.loop, spec);
  if (!child) co_return failed(child.error());
  const auto subscription = shutdown.on_cancel([&] { (*child)->signal(SIGTERM); });

  Audience audience;
  v1::AgentConnection agent(world.loop, (*child)->take_channel(), audience);
  transport::Event over(world.loop);
  world.loop.spawn(listen(agent, over));
  Show show(agent, std::move(*cwd));
  const auto played = co_await show.play();
  agent.close();
  co_await over.wait();
  const int status = co_await (*child)->exited();
  if (!played) co_return failed(played.error());
  print_styled(
      styled(dim,
             "\nThe server has ended" +
                 std::string(WIFEXITED(status) && WEXITSTATUS(status) == 0 ? "." : " badly.")) +
      "\n");
  co_return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? exit_code::good : exit_code::failed;
}

}  // namespace

const Verb demo_verb{.name = "demo",
                     .help = "Show a conversation with a fork, played by the built-in agent",
                     .declare = [](Options& /*options*/) -> Run {
                       return [](Program& program) { return program.run(demo); };
                     }};

}  // namespace tine::cli
