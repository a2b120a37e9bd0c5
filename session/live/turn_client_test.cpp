// What clients may do with a permission question, played over every kind of question that is put:
// none of them grants more than a person was shown.

#include "session/live/turn_client.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "executor/claude/questions.h"
#include "executor/codex/questions.h"
#include "executor/rehearsal/rehearsal.h"
#include "protocol/v1/codec.h"
#include "protocol/v1/known_clients.h"
#include "tests/doubles/open_session.h"

using namespace tine;
using namespace tine::session;
using Kind = v1::PermissionOption::Kind;
using Options = std::vector<v1::PermissionOption>;

namespace {

// --- the clients
// ------------------------------------------------------------------------------------

/// What a person clicks: the button for a kind.
using Pick = std::optional<std::string> (*)(const Options& options, Kind wish);

std::optional<std::string> first_of_kind(const Options& options, Kind wish) {
  for (const auto& each : options)
    if (each.kind == wish) return each.id;
  return std::nullopt;
}

std::optional<std::string> last_of_kind(const Options& options, Kind wish) {
  std::optional<std::string> found;
  for (const auto& each : options)
    if (each.kind == wish) found = each.id;
  return found;
}

/// Yes is what has one of the ids that the client knows.
std::optional<std::string> by_id_list(const Options& options, Kind wish) {
  if (wish == Kind::allow_once) {
    for (const char* id : {"allow", "allow_once", "allow_always"})
      for (const auto& each : options)
        if (each.id == id) return each.id;
  }
  return last_of_kind(options, wish);
}

std::optional<std::string> first(const Options& options, Kind /*wish*/) {
  return options.front().id;
}
std::optional<std::string> last(const Options& options, Kind /*wish*/) { return options.back().id; }

struct Way {
  const char* what;
  const char* client;  // its name; empty: it gives none
  Pick pick;
};
const Way ways[] = {
    {"by kind, the last one of it", "CodeCompanion.nvim", last_of_kind},
    {"by a list of ids, else the last of the kind", "", by_id_list},
    {"the last of the kind", "somebody", last_of_kind},
    {"the first of the kind", "acpx", first_of_kind},
    {"the first", "", first},
    {"the last", "", last},
};

class ChoosingClient final : public test::RefusingClient {
 public:
  const v1::ClientCapabilities& capabilities() const override { return can; }
  void update(const v1::Update& update) override {
    if (update.kind == v1::UpdateKind::agent_message_chunk)
      heard += json::text_in(json::View(update.payload).find("content"), "text");
  }
  Reply<std::string> call(std::string method, std::string params, Cancel /*cancel*/) override {
    if (method != v1::method::RequestPermission::name) co_return refused();
    asked = v1::read_params<v1::PermissionRequest>(json::View(params)).value();
    v1::PermissionResponse response;
    response.option_id = choose(asked->options);
    co_return v1::write(response);
  }

  /// As clients of that name are known.
  void is(const std::string& name) {
    std::optional<v1::Implementation> info;
    if (!name.empty()) info = v1::Implementation{.name = name, .title = {}, .version = "1"};
    can.option_names = v1::shows_option_names(info);
  }
  /// What stands last in what a person is shown.
  std::string words() const {
    if (!asked->tool_call.content || asked->tool_call.content->empty()) return {};
    return asked->tool_call.content->back().content.text;
  }

  v1::ClientCapabilities can;
  std::function<std::optional<std::string>(const Options&)> choose;
  std::optional<v1::PermissionRequest> asked;
  std::string heard;
};

// --- the questions
// ----------------------------------------------------------------------------------

/// Puts the question in a turn, and gives what the backend is answered.
using Put = std::function<transport::Task<std::string>(transport::Loop& loop, v1::Client& client)>;

struct Choice {
  Kind kind;
  std::string name;
  std::string answer;  ///< a part of what the backend is answered
};

struct Asked {
  const char* what;
  Put put;
  std::vector<Choice> choices;  ///< of each kind the narrowest first
  std::string refusal;          ///< a part of the answer to no answer
};

Put claude(std::string request) {
  return [request](transport::Loop&, v1::Client& client) -> transport::Task<std::string> {
    executor::claude::Question question{.request = request, .session = "s", .cwd = "/w"};
    const transport::CancelSource never;
    co_return co_await executor::claude::put(std::move(question), client, never);
  };
}

Put codex(std::string method, std::string params) {
  return [method, params](transport::Loop&, v1::Client& client) -> transport::Task<std::string> {
    executor::codex::Question question;
    question.method = method;
    question.params = params;
    question.session = "s";
    question.tool_call = "c";
    const transport::CancelSource never;
    co_return co_await executor::codex::put(std::move(question), client, never);
  };
}

/// The rehearsal agent says what it was answered.
Put rehearsal() {
  return [](transport::Loop& loop, v1::Client& client) -> transport::Task<std::string> {
    executor::rehearsal::Rehearsal agent(loop, "rehearsal", {});
    executor::ConversationSpec spec;
    spec.session_id = "s";
    spec.settings = agent.settings();
    auto conversation = co_await agent.start(std::move(spec));
    transport::CancelSource never;
    std::vector<v1::ContentBlock> prompt;
    prompt.push_back(v1::text_block("[[ask:May I?]]"));
    co_await (*conversation)->prompt(std::move(prompt), client, never);
    co_return "";
  };
}

std::vector<Asked> all_questions() {
  using enum Kind;
  const std::string tool =
      R"({"subtype":"can_use_tool","tool_use_id":"t","input":{"command":"ls"},"tool_name":)";
  const auto suggests = [](const std::string& all) {
    return R"(,"permission_suggestions":[)" + all + "]}";
  };
  const std::string edits = R"({"type":"setMode","mode":"acceptEdits"})";
  const std::string folder = R"({"type":"addDirectories","directories":["/out"]})";
  const std::string rule =
      R"({"type":"addRules","behavior":"allow","rules":[{"toolName":"Bash","ruleContent":"ls"}]})";
  const Choice claude_no{reject_once, "Decline, and go on", "does not want this"};
  const Choice codex_no{reject_once, "Decline, and go on", R"("decline")"};
  const Choice codex_stop{reject_once, "Cancel the turn", R"("cancel")"};
  return {
      {"claude: a tool, with three suggestions, the widest first",
       claude(tool + R"("Bash")" + suggests(edits + "," + folder + "," + rule)),
       {{allow_once, "Allow once", R"("updatedInput":{"command":"ls"}})"},
        {allow_always, "Allow Bash(ls) for this session", "addRules"},
        {allow_always, "Allow /out for this session", "addDirectories"},
        {allow_always, "Allow all edits in the project for this session", "setMode"},
        claude_no},
       "not answered"},
      {"claude: a tool without suggestions",
       claude(tool + R"("Bash"})"),
       {{allow_once, "Allow once", R"("behavior":"allow")"}, claude_no},
       "not answered"},
      {"claude: the end of planning",
       claude(tool + R"("ExitPlanMode"})"),
       {{allow_once, "Yes, and ask before each edit", R"("updatedInput":{"command":"ls"}})"},
        {allow_always, "Yes, and allow all edits in the project", "acceptEdits"},
        {reject_once, "No, go on planning", "go on planning"}},
       "not answered"},
      {"codex: a command",
       codex("item/commandExecution/requestApproval",
             R"({"itemId":"c","command":"ls","availableDecisions":[)"
             R"({"acceptWithExecpolicyAmendment":{"execpolicy_amendment":["ls"]}},)"
             R"("acceptForSession","accept","cancel"]})"),
       {{allow_once, "Allow once", R"("accept")"},
        {allow_always, "Allow for this session", R"("acceptForSession")"},
        {allow_always, "Always allow ls", "execpolicy_amendment"},
        codex_no,
        codex_stop},
       R"("cancel")"},
      {"codex: a change of files",
       codex("item/fileChange/requestApproval", R"({"itemId":"c"})"),
       {{allow_once, "Allow once", R"("accept")"},
        {allow_always, "Allow for this session", R"("acceptForSession")"},
        codex_no,
        codex_stop},
       R"("cancel")"},
      {"codex: more permissions",
       codex("item/permissions/requestApproval",
             R"({"itemId":"c","permissions":{"network":{"enabled":true}}})"),
       {{allow_once, "Allow for this turn", R"("turn")"},
        {allow_always, "Allow for this session", R"("session")"},
        {reject_once, "Decline", R"("permissions":{}})"}},
       R"("permissions":{}})"},
      {"codex: a tool of a server",
       codex("mcpServer/elicitation/request",
             R"({"message":"?","requestedSchema":{},"_meta":{"codex_approval_kind":)"
             R"("mcp_tool_call","persist":["always","session"],"tool_params":{"a":1}}})"),
       {{allow_once, "Allow once", R"("content":{}})"},
        {allow_always, "Allow for this session", R"("session")"},
        {allow_always, "Always allow", R"("always")"},
        codex_no,
        codex_stop},
       R"("cancel")"},
      {"codex: a server asks for a yes",
       codex("mcpServer/elicitation/request",
             R"({"message":"?","requestedSchema":{"properties":{}}})"),
       {{allow_once, "Accept", R"("accept")"}, {reject_once, "Decline", R"("decline")"}},
       R"("decline")"},
      {"rehearsal: a permission",
       rehearsal(),
       {{allow_once, "Allow once", "Allowed: once"},
        {allow_always, "Allow for the rest of this turn", "Allowed: turn"},
        {allow_always, "Allow everything in this session", "Allowed: session"},
        {reject_once, "Reject", "Not allowed."}},
       "Not allowed."},
  };
}

/// Puts it in a turn of a session that the client has opened.
std::string put(const Asked& question, ChoosingClient& client) {
  OpenSession it;
  it.session->attach(client, it.workspace);
  std::string answer;
  it.backend->in_turn = [&](v1::Client& asking) -> transport::Task<void> {
    answer = co_await question.put(it.loop, asking);
  };
  it.turn();
  it.session->detach(client);
  return answer + client.heard;
}

bool is_answer(const Asked& question, const Choice& choice, const std::string& answer) {
  if (answer.find(choice.answer) == std::string::npos) return false;
  // What allows nothing beyond once has nothing of the others in it.
  for (const Choice& each : question.choices)
    if (each.answer.size() > choice.answer.size() && answer.find(each.answer) != std::string::npos)
      return false;
  return true;
}

std::string line_of(const Choice& choice) {
  const char* const kinds[] = {"Allow once", "Allow always", "Reject once", "Reject always"};
  const std::string kind = kinds[static_cast<int>(choice.kind)];
  return "\n- " + kind + (choice.name == kind ? "" : ": " + choice.name);
}

}  // namespace

TEST_CASE("permissions: no way of choosing grants more than was shown") {
  for (const Asked& question : all_questions()) {
    for (const Way& way : ways) {
      for (const Kind wish : {Kind::allow_once, Kind::allow_always, Kind::reject_once}) {
        INFO(question.what << " | " << way.what << " | " << static_cast<int>(wish));
        ChoosingClient client;
        client.is(way.client);
        std::optional<Kind> clicked;
        client.choose = [&](const Options& options) {
          auto id = way.pick(options, wish);
          for (const auto& each : options)
            if (each.id == id) clicked = each.kind;
          return id;
        };
        const std::string answer = put(question, client);
        if (!clicked) {
          // There is no such button.
          CHECK(std::ranges::find(question.choices, wish, &Choice::kind) == question.choices.end());
          continue;
        }
        // What is granted is the narrowest option of its kind, and its name was shown.
        const auto granted = std::ranges::find(question.choices, *clicked, &Choice::kind);
        REQUIRE(granted != question.choices.end());
        CHECK(is_answer(question, *granted, answer));
        CHECK(client.words().find(line_of(*granted)) != std::string::npos);
      }
    }
  }
}

TEST_CASE("permissions: a client that shows names grants what was chosen by its name") {
  for (const Asked& question : all_questions()) {
    for (const Choice& choice : question.choices) {
      INFO(question.what << " | " << choice.name);
      ChoosingClient client;
      client.is("zed");
      client.choose = [&](const Options& options) -> std::optional<std::string> {
        CHECK(options.size() == question.choices.size());
        const auto named = std::ranges::find(options, choice.name, &v1::PermissionOption::name);
        REQUIRE(named != options.end());
        CHECK(named->kind == choice.kind);
        return named->id;
      };
      CHECK(is_answer(question, choice, put(question, client)));
    }
  }
}

TEST_CASE("permissions: an answer that was not offered grants nothing") {
  for (const Asked& question : all_questions()) {
    for (const char* client_name : {"", "zed"}) {
      for (const char* id : {"", "1", "2", "accept", "allow", "yes", "once", "Allow once",
                             "allow_always_9", "reject_always"}) {
        INFO(question.what << " | " << client_name << " | " << id);
        ChoosingClient client;
        client.is(client_name);
        client.choose = [id](const Options&) { return std::optional<std::string>(id); };
        CHECK(put(question, client).find(question.refusal) != std::string::npos);
        CHECK(client.asked);
      }
    }
  }
}

TEST_CASE("permissions: a folder is trusted by the answer that says so, and by no other") {
  for (const Way& way : ways) {
    for (const Kind wish :
         {Kind::allow_once, Kind::allow_always, Kind::reject_once, Kind::reject_always}) {
      INFO(way.what << " | " << static_cast<int>(wish));
      OpenSession it;
      it.backend->look = [] {
        executor::FolderFacts facts;
        facts.starts = {"make"};
        return facts;
      };
      ChoosingClient client;
      client.is(way.client);
      std::optional<Kind> clicked;
      client.choose = [&](const Options& options) {
        auto id = way.pick(options, wish);
        for (const auto& each : options)
          if (each.id == id) clicked = each.kind;
        return id;
      };
      it.session->attach(client, it.workspace);
      it.turn();
      it.session->detach(client);
      CHECK(client.words().find("\n- Allow always: Trust this folder") != std::string::npos);
      const auto verdict = it.run(it.trust.judge(*it.backend, it.workspace));
      CHECK(verdict.trust.given == (clicked == Kind::allow_always));
    }
  }
}

TEST_CASE("permissions: what is recorded is what was asked, and what was answered") {
  OpenSession it;
  ChoosingClient client;
  client.choose = [](const Options&) { return std::optional<std::string>("accept"); };
  it.session->attach(client, it.workspace);
  const Asked question = all_questions().front();
  it.backend->in_turn = [&](v1::Client& asking) -> transport::Task<void> {
    co_await question.put(it.loop, asking);
  };
  it.turn();
  it.session->detach(client);
  const auto folder = it.store.open(*it.store.find(it.session->id()));
  auto reader = store::Reader::open(*folder, store::Damage::report);
  std::string asked;
  std::string answered;
  for (auto line = reader->next(); *line; line = reader->next()) {
    if ((*line)->type == "question") asked = (*line)->data.raw();
    if ((*line)->type == "answer") answered = (*line)->data.raw();
  }
  CHECK(asked.find(R"("optionId":"allow_always","name":"Allow Bash(ls) for this session")") !=
        std::string::npos);
  CHECK(asked.find("all edits") == std::string::npos);
  CHECK(answered.find(R"("optionId":"accept")") != std::string::npos);
}
