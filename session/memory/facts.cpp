#include "session/memory/facts.h"

#include <algorithm>
#include <utility>

#include "session/memory/limits.h"
#include "session/memory/short_ids.h"

namespace tine::session {
namespace {

Fact* fact_in(std::vector<Fact>& facts, const std::string& id) {
  const auto found =
      std::find_if(facts.begin(), facts.end(), [&](const Fact& each) { return each.id == id; });
  return found == facts.end() ? nullptr : &*found;
}

}  // namespace

std::string_view name_of(FactKind kind) {
  constexpr std::array<std::string_view, 3> names{"goal", "decision", "milestone"};
  return names.at(static_cast<std::size_t>(kind));
}

const std::vector<Fact>& facts_of(const ProjectState& state, FactKind kind) {
  if (kind == FactKind::goal) return state.goals;
  return kind == FactKind::decision ? state.decisions : state.milestones;
}

std::vector<Fact>& facts_of(ProjectState& state, FactKind kind) {
  if (kind == FactKind::goal) return state.goals;
  return kind == FactKind::decision ? state.decisions : state.milestones;
}

std::size_t letters_of_facts(const ProjectState& state) {
  std::vector<std::string_view> ids;
  for (const FactKind kind : fact_kinds)
    for (const Fact& each : facts_of(state, kind)) ids.push_back(each.id);
  return telling_letters(ids);
}

Result<std::string> find_fact(const ProjectState& state, std::string_view named) {
  const std::string part = typed_id(named);
  const std::string key = title_key(named);
  std::vector<const Fact*> found;
  const Fact* titled = nullptr;
  for (const FactKind kind : fact_kinds) {
    for (const Fact& each : facts_of(state, kind)) {
      if (is_named_by(each.id, part)) found.push_back(&each);
      const bool is_newer = titled == nullptr || titled->made_ms < each.made_ms;
      if (!key.empty() && title_key(each.text) == key && is_newer) titled = &each;
    }
  }
  if (found.size() == 1) return found.front()->id;
  if (found.size() > 1) {
    std::string all;
    for (const Fact* each : found) all += "\n  " + each->id + "  " + each->text;
    return fail(Error(ErrorKind::invalid_params, "more than one of them has an id like that:" + all)
                    .with_hint("Give more letters of the id."));
  }
  if (titled != nullptr) return titled->id;
  return fail(Error(ErrorKind::invalid_params, "no goal, decision or milestone has this id or text")
                  .with_hint("`tine memory show` shows all of them."));
}

Result<void> add_fact(ProjectState& state, FactKind kind, Fact fact) {
  if (title_key(fact.text).empty())
    return fail(ErrorKind::invalid_params, "a " + std::string(name_of(kind)) + " needs a text");
  if (fact.text.size() > limits::fact_text) {
    return fail(ErrorKind::invalid_params, "the text of a " + std::string(name_of(kind)) +
                                               " has at most " + std::to_string(limits::fact_text) +
                                               " bytes");
  }
  std::vector<Fact>& facts = facts_of(state, kind);
  if (facts.size() >= limits::facts) {
    return fail(Error(ErrorKind::queue_full, "the project has " + std::to_string(limits::facts) +
                                                 " of its kind, and takes no more")
                    .with_hint("Remove one: tine memory forget."));
  }
  facts.push_back(std::move(fact));
  return {};
}

Result<void> set_status(ProjectState& state, const std::string& id, TaskStatus status,
                        std::int64_t now_ms) {
  if (fact_in(state.decisions, id) != nullptr) {
    return fail(Error(ErrorKind::invalid_params, "a decision is neither open nor done")
                    .with_hint("`tine memory forget` removes it."));
  }
  for (std::vector<Fact>* const facts : {&state.goals, &state.milestones}) {
    Fact* const fact = fact_in(*facts, id);
    if (fact == nullptr) continue;
    fact->status = status;
    fact->changed_ms = now_ms;
  }
  return {};
}

void remove_fact(ProjectState& state, const std::string& id) {
  for (const FactKind kind : fact_kinds)
    std::erase_if(facts_of(state, kind), [&](const Fact& each) { return each.id == id; });
}

}  // namespace tine::session
