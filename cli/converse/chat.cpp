#include "cli/converse/chat.h"

#include <algorithm>
#include <utility>

#include "base/ulid.h"
#include "cli/exit_code.h"
#include "cli/limits.h"
#include "cli/mirror.h"
#include "cli/verbs/session/last_turn.h"
#include "cli/verbs/session/words.h"
#include "cli/working_directory.h"
#include "session/fork/command.h"
#include "session/record/conclusion.h"
#include "session/store/lock.h"

namespace tine::cli {
namespace {

constexpr const char* first_line = "> ";
constexpr const char* further_line = ". ";
constexpr std::string_view blank = " \t\r\n";

bool is_fork_command(std::string_view text) {
  const std::string_view word = text.substr(0, text.find_first_of(blank));
  return word == "/tine-fork";
}

/// As `tine follow` shows a prompt.
std::string as_prompt(std::string_view text) {
  std::string out = "> ";
  for (const char c : text) out.append(c == '\n' ? "\n> " : std::string(1, c));
  return out;
}

/// Where a text can be cut at or before `at`, between characters.
std::size_t cut_before(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U)
    --at;
  return at;
}

std::string beginning(std::string_view text) {
  if (text.size() <= limits::shown_exchange) return std::string(text);
  return std::string(text.substr(0, cut_before(text, limits::shown_exchange))) + " …";
}

std::string end_of(std::string_view text) {
  if (text.size() <= limits::shown_exchange) return std::string(text);
  return "… " + std::string(text.substr(cut_before(text, text.size() - limits::shown_exchange)));
}

std::string_view trimmed(std::string_view text) {
  const std::size_t end = text.find_last_not_of(blank);
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end + 1);
}

/// Whether a person may be offered to type it.
bool is_plain(const std::string& name) {
  return !name.empty() && visible_line(name) == name &&
         name.find_first_of(blank) == std::string::npos;
}

/// Nobody else may be at work in the session, and it must take prompts.
Result<void> check_free(World& world, const std::string& id) {
  const auto entry = world.store.find(id);
  if (!entry) return fail(entry.error());
  const auto state = world.store.read_state(*entry);
  if (!state) return fail(state.error());
  if (session::is_concluded(*state)) {
    return fail(session::concluded(id).with_hint(
        "Fork it to go on from where it ended: tine chat --fork-from " + id + "."));
  }
  const auto folder = world.store.open(*entry);
  if (!folder) return fail(folder.error());
  auto lock =
      session::store::Lock::take(*folder, session::store::this_process(world.env, "a chat begins"));
  if (lock || lock.error().kind != ErrorKind::session_locked) return {};
  return fail(std::move(lock.error())
                  .with_hint("Wait until it is done (tine wait " + id +
                             "), look at it (tine follow " + id +
                             "), or fork the session: tine chat --fork-from " + id + "."));
}

}  // namespace

Chat::Chat(World& world, Errand errand, std::string cwd, std::vector<session::PermissionRule> rules,
           transport::CancelSource shutdown)
    : world_(world),
      errand_(std::move(errand)),
      cwd_(std::move(cwd)),
      shutdown_(std::move(shutdown)),
      listener_(world.loop,
                {.form = Form::text, .raw = errand_.turn.raw, .rules = std::move(rules)},
                shutdown_),
      self_(std::make_shared<Chat*>(this)) {}

Chat::~Chat() = default;

// --- its beginning

transport::Task<Result<std::optional<KnownSession>>> Chat::find_session() {
  const SessionWish& wish = errand_.session;
  if (wish.fork_last || !wish.fork_from.empty()) co_return std::nullopt;
  auto known = co_await session_meant(world_, wish, cwd_);
  if (!known || !*known) co_return known;
  if (auto free = check_free(world_, (*known)->id); !free) co_return fail(std::move(free.error()));
  co_return known;
}

transport::Task<int> Chat::hold(LocalAgent& agent) {
  const auto ready = co_await agent.meet();
  if (!ready) co_return failed(ready.error());
  const auto known = co_await find_session();
  if (!known) co_return failed(known.error());
  auto opened = co_await open_session(world_, agent, errand_.session, cwd_, errand_.fork);
  if (!opened) co_return failed(opened.error());
  session_ = std::move(*opened);
  is_begun_ = known->has_value() || !session_.fork.empty();
  const auto set = co_await set_up(world_, agent, session_, errand_.mode, errand_.model);
  if (!set) co_return failed(set.error());
  if (shutdown_.cancelled()) co_return exit_code::cancelled;
  listener_.permissions().work_in(session_.cwd);
  if (known->has_value()) co_await show_last_exchange();
  greet();
  prompter_.emplace(world_.loop);
  const auto at_end = shutdown_.on_cancel([this] { prompter_->leave(); });
  listener_.permissions().ask_at(*prompter_);
  prompter_->complete_with(
      [this](std::string_view before) { return complete_command(before, commands_[session_.id]); });
  co_await converse(agent);
  say_words();
  prompter_->leave();
  co_return exit_code::good;
}

/// The answer is cut at its beginning: what it came to stands at its end.
transport::Task<void> Chat::show_last_exchange() {
  const auto entry = world_.store.find(session_.id);
  if (!entry) co_return;
  const auto turn = co_await last_turn(world_.loop, world_.store, *entry);
  if (!turn || !*turn) co_return;
  const LastTurn& last = **turn;
  const auto time = wall_ms_of(last.ended);
  std::string text = "The last exchange";
  if (time) text += ", " + spoken_time(*time, world_.env.wall_ms());
  text += ":\n\n" + as_prompt(beginning(trimmed(last.prompt))) + "\n\n";
  const std::string answer = end_of(trimmed(last.output));
  if (!answer.empty()) text += answer + "\n\n";
  if (!last.error.empty()) text += "It failed: " + last.error + "\n\n";
  print(world_.redactor.redacted(text));
}

void Chat::greet() const {
  print("Chat with " + session_.backend + ", session " + session_.id +
        ".\nTab completes commands, \\ at the end of a line goes on below, Ctrl-C cancels, Ctrl-D "
        "leaves.\n\n");
}

// --- its course

transport::Task<void> Chat::converse(LocalAgent& agent) {
  PromptHistory history = PromptHistory::open(world_, session_.cwd);
  for (const std::string& each : history.prompts()) prompter_->remember(each);
  for (;;) {
    auto text = co_await next_prompt();
    if (!text || shutdown_.cancelled()) co_return;
    if (text->find_first_not_of(blank) == std::string::npos) continue;
    prompter_->remember(*text);
    history.add(*text);
    say_words();
    if (is_fork_command(*text)) {
      co_await fork(agent, std::move(*text));
    } else {
      std::vector<v1::ContentBlock> prompt{v1::text_block(std::move(*text))};
      co_await play(agent, std::move(prompt));
    }
    if (shutdown_.cancelled()) co_return;
  }
}

/// None: the person leaves.
transport::Task<std::optional<std::string>> Chat::next_prompt() {
  std::string text;
  has_lines_ = false;
  for (;;) {
    std::string mark = has_lines_ ? further_line : first_line;
    Prompter::Entry entry = co_await prompter_->line(std::move(mark));
    if (leaves_ || entry.how == Prompter::Entry::How::over) co_return std::nullopt;
    if (entry.how == Prompter::Entry::How::dropped) {
      has_lines_ = false;
      text.clear();
      continue;
    }
    may_leave_ = false;
    if (has_lines_) text += '\n';
    text += entry.text;
    if (!entry.text.ends_with('\\')) co_return text;
    text.pop_back();
    has_lines_ = true;
  }
}

bool Chat::interrupt() {
  if (!prompter_ || leaves_ || shutdown_.cancelled()) return false;
  prompter_->forget_typed_ahead();
  if (under_way_) {
    // A second one does not wait for what does not end.
    if (under_way_->cancelled()) return false;
    under_way_->cancel();
    return true;
  }
  const bool is_empty = !has_lines_ && prompter_->typed().empty();
  leaves_ = is_empty && may_leave_;
  may_leave_ = is_empty;
  if (is_empty && !leaves_) print_to_stderr("Ctrl-C again, or Ctrl-D, leaves the chat.\n");
  if (!is_empty || leaves_) prompter_->drop_line();
  return true;
}

transport::Task<void> Chat::play(LocalAgent& agent, std::vector<v1::ContentBlock> prompt) {
  const transport::CancelSource cancel;
  under_way_ = cancel;
  in_turn_ = true;
  const auto at_end = shutdown_.on_cancel([which = cancel]() mutable { which.cancel(); });
  const TurnEnd end =
      co_await play_turn(world_, agent, &listener_, session_.id, std::move(prompt), 0, cancel);
  in_turn_ = false;
  under_way_.reset();
  is_begun_ = true;
  tell_end(end);
}

void Chat::tell_end(const TurnEnd& end) {
  if (!end.response) {
    print_error(end.response.error());
  } else if (end.response->stop_reason != v1::StopReason::end_turn) {
    print_to_stderr("The turn ended early: " + std::string(v1::name_of(end.response->stop_reason)) +
                    "\n");
  }
  print("\n");
}

/// The chat goes on in the fork.
transport::Task<void> Chat::fork(LocalAgent& agent, std::string command) {
  std::vector<v1::ContentBlock> prompt{v1::text_block(std::move(command))};
  auto parsed = session::parse_fork_command(std::move(prompt), world_.backends);
  if (!parsed) {
    print_error(parsed.error());
    co_return;
  }
  const session::SessionService::ForkAt& at = parsed->wish.at;
  std::string meta =
      fork_meta({.point = at.turn ? std::to_string(*at.turn) : at.message_id.value_or(""),
                 .choice = {.backend = parsed->wish.backend, .strategy = errand_.fork.strategy},
                 .title = {},
                 .narrowing = errand_.session.narrowing});
  KnownSession parent{.id = session_.id, .cwd = session_.cwd};
  under_way_.emplace();
  auto forked =
      co_await fork_session(agent, std::move(parent), own_directory, std::move(meta), *under_way_);
  under_way_.reset();
  if (!forked) {
    print_error(forked.error());
    print("\n");
    co_return;
  }
  const std::string before = std::exchange(session_, std::move(*forked)).id;
  v1::CloseSessionRequest request;
  request.session_id = before;
  const auto closed = co_await agent.ask<v1::method::CloseSession>(std::move(request));
  if (!closed) print_error(closed.error());
  const json::View how(session_.fork);
  print("Forked " + how.find("strategy").string().value_or("") + " after turn " +
        std::string(how.find("at").find("turn").raw()) +
        ". The chat goes on in the fork, session " + session_.id +
        (session_.backend.empty() ? "" : " with " + session_.backend) +
        ".\nBack to the session before: tine chat " + before + "\n\n");
  if (!parsed->first_prompt.empty()) co_await play(agent, std::move(parsed->first_prompt));
}

// --- what the agent says

void Chat::on_update(std::string_view session_id, const v1::ToldUpdate& told) {
  if (told.kind == v1::UpdateKind::available_commands_update)
    return take_commands(session_id, told.json);
  if (session_id != session_.id) return;
  if (in_turn_) return listener_.on_update(session_id, told);
  if (told.kind == v1::UpdateKind::agent_message_chunk) return take_words(told.json);
  listener_.on_update(session_id, told);
}

void Chat::take_commands(std::string_view session, json::View update) {
  std::vector<std::string> names;
  for (const json::View each : update.find("availableCommands").elements()) {
    std::string name = each.find("name").string().value_or("");
    if (is_plain(name)) names.push_back(std::move(name));
  }
  commands_.insert_or_assign(std::string(session), std::move(names));
}

/// Between turns: printed when the agent has made a pause, so that what a person types is not torn.
void Chat::take_words(json::View update) {
  words_ += update.find("content").find("text").string().value_or("");
  if (words_.size() > limits::said_between) return say_words();
  if (spoken_++ == 0) world_.loop.spawn(say_soon(world_.loop, self_));
}

transport::Task<void> Chat::say_soon(transport::Loop& loop, std::weak_ptr<Chat*> self) {
  for (std::uint64_t heard = 0;;) {
    co_await transport::pause(loop, limits::pause_in_speech);
    const auto there = self.lock();
    if (there == nullptr) co_return;
    Chat& chat = **there;
    if (chat.spoken_ == heard) {
      chat.spoken_ = 0;
      chat.say_words();
      co_return;
    }
    heard = chat.spoken_;
  }
}

void Chat::say_words() {
  const std::string words = std::exchange(words_, std::string());
  if (!words.empty()) print(std::string(trimmed(words)) + "\n\n");
}

v1::ClientHandler::Answer<v1::PermissionResponse> Chat::request_permission(
    v1::PermissionRequest request, v1::RequestContext& context) {
  listener_.break_line();
  v1::PermissionResponse answer =
      co_await listener_.permissions().answer(std::move(request), context.cancel);
  co_return answer;
}

// --- its end

void Chat::say_how_to_go_on() const {
  if (is_begun_ && !errand_.session.ephemeral)
    print_to_stderr("Go on with: tine chat " + session_.id + "\n");
}

namespace {

struct ChatPlan {
  Errand errand;
  std::string cwd;
  std::vector<session::PermissionRule> rules;
};

transport::Task<int> hold_chat(World& world, Program& program, ChatPlan plan,
                               transport::CancelSource shutdown) {
  auto mirror = open_mirror(world.loop, program.common.mirror, world.redactor, world.log);
  if (!mirror) co_return failed(mirror.error());
  Chat chat(world, std::move(plan.errand), std::move(plan.cwd), std::move(plan.rules),
            std::move(shutdown));
  program.on_interrupt = [&chat] { return chat.interrupt(); };
  LocalAgent agent(world, chat, std::move(*mirror));
  const int code = co_await chat.hold(agent);
  program.on_interrupt = nullptr;
  co_await agent.leave();
  chat.say_how_to_go_on();
  co_return code;
}

}  // namespace

int run_chat(Program& program, Errand errand) {
  if (auto good = errand.session.check(); !good) return misused(good.error());
  if (!Prompter::is_there()) {
    return misused(Error(ErrorKind::invalid_params, "a chat needs a terminal")
                       .with_hint("Without one: tine run \"…\" begins a session, tine reply ID "
                                  "\"…\" goes on in it."));
  }
  ChatPlan plan;
  auto rules = rules_of(errand.turn);
  if (!rules) return misused(rules.error());
  plan.rules = std::move(*rules);
  auto cwd = working_directory(errand.cwd);
  if (!cwd) return failed(cwd.error());
  plan.cwd = std::move(*cwd);
  plan.errand = std::move(errand);
  plan.errand.session.narrowing = narrowing_of(plan.errand.turn);
  if (plan.errand.session.ephemeral) {
    if (auto made = program.keep_nothing(); !made) return failed(made.error());
  }
  return program.run([&plan, &program](World& world, transport::CancelSource shutdown) {
    return hold_chat(world, program, std::move(plan), std::move(shutdown));
  });
}

}  // namespace tine::cli
