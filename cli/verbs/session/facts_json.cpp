#include "cli/verbs/session/facts_json.h"

#include <nlohmann/json.hpp>

#include "base/json/document.h"
#include "base/ulid.h"
#include "session/meta.h"
#include "session/store/line.h"

namespace tine::cli {
namespace {

using json::Document;

void add_facts(const SessionFacts& facts, Document& to) {
  const session::store::State& state = facts.state;
  to["id"] = state.id;
  to["title"] = state.description;
  to["updated"] = rfc3339(facts.entry.updated_ms);
  to["path"] = facts.path;
  if (facts.fault.empty()) {
    to["created"] = state.created;
    to["project"] = state.project;
    to["cwd"] = state.cwd;
    to["backend"] = state.backend;
    to["status"] = session::store::name_of(state.status);
    to["turns"] = state.turns;
    to["tokens"] = json::parsed(session::tokens_json(state.total));
  } else {
    to["fault"] = facts.fault;
  }
  if (!state.adopted.empty()) to["adopted"] = state.adopted;
  if (state.parent.empty()) return;
  Document& fork = to["fork"];
  fork["parent"] = state.parent;
  fork["turn"] = state.fork_turn;
  fork["seq"] = state.fork_seq;
  fork["depth"] = state.depth;
  fork["strategy"] = state.fork_strategy;
}

Document git_document(const session::store::GitState& git) {
  Document out;
  out["branch"] = git.branch;
  out["commit"] = git.commit;
  out["dirty"] = nullptr;
  if (git.dirty) out["dirty"] = *git.dirty;
  return out;
}

Document backend_document(const session::store::BackendState& backend) {
  Document out;
  out["providerId"] = backend.provider_id;
  out["lastAction"] = backend.last_action;
  out["turns"] = backend.turns;
  out["tokens"] = json::parsed(session::tokens_json(backend.tokens));
  return out;
}

}  // namespace

std::string list_json(const std::vector<SessionFacts>& listed) {
  Document out = Document::array();
  for (const SessionFacts& each : listed) add_facts(each, out.emplace_back());
  return json::text_of(out) + "\n";
}

std::string show_json(const SessionFacts& facts, const Surroundings& around) {
  Document out;
  add_facts(facts, out);
  out["forks"] = around.forks;
  out["bytes"] = around.bytes;
  out["running"] = around.running;
  if (around.holder) out["pid"] = around.holder->pid;
  out["compacted"] = facts.state.compacted;
  if (facts.state.git) out["git"] = git_document(*facts.state.git);
  Document& backends = out["backends"] = Document::object();
  for (const auto& [name, backend] : facts.state.backends) {
    backends[name] = backend_document(backend);
  }
  return json::text_of(out) + "\n";
}

std::string export_json(const SessionFacts& facts, std::string_view time) {
  Document out;
  out["v"] = session::store::transcript_version;
  out["type"] = "export";
  out["exported"] = time;
  add_facts(facts, out);
  return json::text_of(out);
}

}  // namespace tine::cli
