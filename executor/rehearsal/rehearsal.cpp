#include "executor/rehearsal/rehearsal.h"

#include "executor/limits.h"
#include "executor/rehearsal/conversation.h"
#include "executor/rehearsal/script.h"

namespace tine::executor::rehearsal {
namespace {

constexpr std::string_view login = "none-needed";

/// The provider's names are not ours: a mix-up of the two is then seen at once.
std::string provider_name(const std::string& session_id) { return "rehearsal-" + session_id; }

/// A conversation that was begun without us: it knows the word that its name ends in.
constexpr std::string_view elsewhere = "elsewhere-";

Branch begun_elsewhere(std::string_view name) {
  const std::string word(name.substr(elsewhere.size()));
  Tokens cost;
  return remember(nullptr, {.id = {}, .told = word, .prompt = word, .answer = {}}, cost);
}

v1::ConfigValue value(std::string id, std::string name, std::string description) {
  return {.value = std::move(id),
          .name = std::move(name),
          .description = std::move(description),
          .meta = {}};
}

}  // namespace

Rehearsal::Rehearsal(transport::Loop& loop, std::string name, Manner manner)
    : loop_(loop),
      name_(std::move(name)),
      caller_(std::move(manner.caller)),
      looks_(manner.looks),
      capabilities_{.prompt = {.image = true, .audio = true, .embedded_context = true},
                    .mcp = {},
                    .additional_directories = true,
                    .system_prompt = true,
                    .native_fork = true,
                    .fork_at_turn = true,
                    .adopts = true,
                    .prepares = manner.prepares,
                    .needs_login = false,
                    .cache_lifetime = executor::limits::cache_lifetime,
                    .cache_step = cache_step,
                    .caches_any_prefix = true} {}

std::vector<v1::AuthMethod> Rehearsal::auth_methods() const {
  v1::AuthMethod method;
  method.id = login;
  method.name = "No login needed";
  method.description = "The rehearsal agent asks no model, so logging in does nothing.";
  return {method};
}

Settings Rehearsal::settings() const {
  Settings settings;
  // From the narrowest to the widest.
  settings.modes.available = {
      {.id = "read-only",
       .name = "Read only",
       .description = "Changes nothing and runs nothing.",
       .meta = {}},
      {.id = "ask",
       .name = "Ask",
       .description = "Asks before it changes or runs anything.",
       .meta = {}},
      {.id = "auto", .name = "Automatic", .description = "Acts without asking.", .meta = {}}};
  settings.modes.current = "ask";

  v1::ConfigOption model;
  model.id = "model";
  model.name = "Model";
  model.category = "model";
  model.current = "parrot";
  model.values = {value("parrot", "Parrot", "Repeats what it heard."),
                  value("owl", "Owl", "Thinks before it repeats what it heard.")};

  v1::ConfigOption usage;
  usage.type = v1::ConfigOption::Type::boolean;
  usage.id = "count";
  usage.name = "Count tokens";
  usage.description = "Whether turns report modelled token counts.";
  usage.on = true;

  settings.options = {std::move(model), std::move(usage)};
  return settings;
}

std::optional<Width> Rehearsal::width_of(const Settings& settings) const {
  const std::string& mode = settings.modes.current;
  if (mode == "read-only") return Width::nothing;
  return mode == "ask" ? Width::reads : Width::anything;
}

FolderLook Rehearsal::folder_look(const v1::Workspace& workspace) const {
  if (!looks_) return {};
  return [cwd = workspace.cwd] {
    FolderFacts facts;
    const auto text = read_in_folder(cwd, ".rehearsal-starts", executor::limits::folder_file);
    if (!text) {
      facts.unclear = true;
      facts.starts = {text.error().message};
    } else if (*text) {
      facts.starts = fields(**text, '\n', executor::limits::folder_names);
    }
    return facts;
  };
}

std::unique_ptr<RehearsedConversation> Rehearsal::conversation(std::string id,
                                                               ConversationSpec spec) {
  auto made = std::make_unique<RehearsedConversation>(loop_, *this, std::move(id), std::move(spec));
  if (capabilities_.prepares) {
    Settings known = settings();
    known.options.front().values.push_back(
        value("starling", "Starling", "Is there for who has looked around."));
    made->look_around(std::move(known));
  }
  return made;
}

Executor::Reply<std::unique_ptr<Conversation>> Rehearsal::start(ConversationSpec spec) {
  std::string id = provider_name(spec.session_id);
  memory_[id] = nullptr;
  lost_.erase(id);
  co_return conversation(std::move(id), std::move(spec));
}

Executor::Reply<Branch> Rehearsal::recall(const ConversationSpec& spec, std::string turn) {
  auto past = co_await spec.past();
  if (!past) co_return fail(std::move(past.error()));
  Branch branch;
  if (past->empty() && spec.origin.conversation.starts_with(elsewhere))
    branch = begun_elsewhere(spec.origin.conversation);
  for (PastTurn& each : *past) {
    auto script = parse_script(each.prompt);
    Said said{.id = std::move(each.id),
              .told = script ? std::move(script->text) : std::string(),
              .prompt = std::move(each.prompt),
              .answer = std::move(each.answer)};
    Tokens cost;
    branch = remember(branch, std::move(said), cost);
  }
  Branch found;
  if (!find_turn(branch, turn, found)) {
    co_return fail(ErrorKind::conversation_lost,
                   "the session's transcript does not hold this conversation");
  }
  co_return found;
}

/// Goes on in the conversation `id` after `at`: from memory, else from the transcript, which is
/// read only once somebody speaks.
Result<std::unique_ptr<Conversation>> Rehearsal::go_on(std::string id, ConversationSpec spec,
                                                       const ProviderPoint& at, bool branches) {
  const bool is_lost = lost_.contains(at.conversation);
  const auto known = memory_.find(at.conversation);
  Branch found;
  if (!is_lost && known != memory_.end() && find_turn(known->second, at.turn, found)) {
    if (branches) memory_[id] = found;
    return conversation(std::move(id), std::move(spec));
  }
  if (is_lost || !spec.past) {
    return fail(ErrorKind::conversation_lost,
                "the rehearsal agent does not remember this conversation");
  }
  auto made = conversation(std::move(id), std::move(spec));
  made->recall_first(at.turn);
  return made;
}

Executor::Reply<std::unique_ptr<Conversation>> Rehearsal::resume(ConversationSpec spec,
                                                                 ProviderPoint at) {
  std::string id = at.conversation;
  co_return go_on(std::move(id), std::move(spec), at, false);
}

Executor::Reply<std::unique_ptr<Conversation>> Rehearsal::fork(ConversationSpec spec,
                                                               ProviderPoint at) {
  std::string id = provider_name(spec.session_id);
  co_return go_on(std::move(id), std::move(spec), at, true);
}

Executor::Reply<Executor::Adopted> Rehearsal::adopt(ConversationSpec spec,
                                                    std::string provider_id) {
  if (provider_id.empty() && caller_.empty()) {
    co_return fail(ErrorKind::unsupported,
                   "this program was not started within a conversation of the rehearsal agent");
  }
  const std::string from = provider_id.empty() ? caller_ : provider_id;
  const auto known = memory_.find(from);
  Branch past;
  if (from.starts_with(elsewhere)) {
    past = begun_elsewhere(from);
  } else if (known != memory_.end() && !lost_.contains(from)) {
    past = known->second;
  } else {
    co_return fail(ErrorKind::invalid_params,
                   "the rehearsal agent knows no conversation of that name");
  }
  std::string id = provider_name(spec.session_id);
  memory_[id] = past;
  Adopted adopted;
  adopted.conversation = conversation(std::move(id), std::move(spec));
  adopted.from = {.conversation = from, .turn = past ? past->id : std::string()};
  co_return adopted;
}

void Rehearsal::forget(const std::string& provider_id) { memory_.erase(provider_id); }

transport::Task<Result<void>> Rehearsal::authenticate(std::string method_id) {
  if (method_id != login) {
    co_return fail(Error(ErrorKind::invalid_params, "no such login method").at("params.methodId"));
  }
  co_return Result<void>();
}

transport::Task<Result<void>> Rehearsal::logout() { co_return Result<void>(); }

transport::Task<DoctorReport> Rehearsal::doctor() {
  DoctorReport report;
  report.usable = true;
  report.summary = "built in; asks no model";
  report.login = "not needed";
  report.forking = "native, at any turn";
  co_return report;
}

}  // namespace tine::executor::rehearsal
