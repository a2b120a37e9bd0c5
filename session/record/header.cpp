#include "session/record/header.h"

#include "base/json/writer.h"
#include "base/version.h"

namespace tine::session {
namespace {

class Reader {
 public:
  explicit Reader(json::View data) : data_(data) {}

  void text(std::string_view name, std::string& to) { to = json::text_in(data_, name); }
  void filled(std::string_view name, std::string& to) { text(name, to); }
  void raw(std::string_view name, std::string& to) { to = data_.find(name).raw(); }
  void mark(std::string_view name, bool& to) { to = data_.find(name).boolean().value_or(false); }
  void number(std::string_view name, std::uint64_t& to) {
    to = json::count_in(data_, name).value_or(0);
  }
  void texts(std::string_view name, std::map<std::string, std::string>& to) {
    for (const auto& [key, value] : data_.find(name).members())
      to[key.string().value_or("")] = value.string().value_or("");
  }

 private:
  json::View data_;
};

class Writer {
 public:
  explicit Writer(json::Writer& out) : out_(out) {}

  void text(std::string_view name, std::string_view text) { out_.member(name, text); }
  void filled(std::string_view name, std::string_view text) {
    if (!text.empty()) out_.member(name, text);
  }
  void raw(std::string_view name, std::string_view json) { out_.raw_member(name, json); }
  void mark(std::string_view name, bool is) {
    if (is) out_.member(name, true);
  }
  void number(std::string_view name, std::uint64_t number) { out_.member(name, number); }
  void texts(std::string_view name, const std::map<std::string, std::string>& from) {
    out_.key(name).begin_object();
    for (const auto& [key, value] : from) text(key, value);
    out_.end_object();
  }

 private:
  json::Writer& out_;
};

template <class Form, class State>
void fields(Form form, State& state) {
  form.text("session", state.id);
  form.text("created", state.created);
  form.text("project", state.project);
  form.text("cwd", state.cwd);
  form.text("backend", state.backend);
  form.text("mode", state.mode);
  form.texts("options", state.options);
  form.filled("title", state.description);
  form.raw("systemPrompt", state.system_prompt);
  form.raw("loads", state.loads);
  form.mark("hasTools", state.has_tools);
}

/// What a session that was forked or adopted has besides.
template <class Form, class State>
void fields_of_fork(Form form, State& state, std::string& conversation) {
  form.filled("parent", state.parent);
  form.filled("adopted", state.adopted);
  form.filled("adoptedTurn", state.adopted_turn);
  form.number("depth", state.depth);
  form.number("forkSeq", state.fork_seq);
  form.number("forkTurn", state.fork_turn);
  form.text("strategy", state.fork_strategy);
  form.filled("conversation", conversation);
}

}  // namespace

std::string header_data(const store::State& state) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  fields(Writer(out), state);
  if (!state.parent.empty() || !state.adopted.empty()) {
    const auto backend = state.backends.find(state.backend);
    std::string conversation;
    if (backend != state.backends.end()) conversation = backend->second.provider_id;
    fields_of_fork(Writer(out), state, conversation);
  }
  out.member("tine", version()).end_object();
  return text;
}

void take_header(json::View data, store::State& state) {
  std::string conversation;
  fields(Reader(data), state);
  fields_of_fork(Reader(data), state, conversation);
  state.turns = state.fork_turn;
  if (!conversation.empty()) state.backends[state.backend].provider_id = std::move(conversation);
}

}  // namespace tine::session
