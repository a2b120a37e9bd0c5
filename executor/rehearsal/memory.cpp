#include "executor/rehearsal/memory.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tine::executor::rehearsal {
namespace {

constexpr std::string_view turn_prefix = "turn-";

}  // namespace

Turn::~Turn() {
  Branch next = std::move(before);
  while (next && next.use_count() == 1) {
    // The only owner may take it apart.
    Branch rest = std::move(
        const_cast<Turn&>(*next).before);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    next = std::move(rest);
  }
}

std::vector<const Turn*> turns(const Branch& branch) {
  std::vector<const Turn*> out;
  for (const Turn* turn = branch.get(); turn != nullptr; turn = turn->before.get())
    out.push_back(turn);
  std::reverse(out.begin(), out.end());
  return out;
}

bool find_turn(const Branch& branch, std::string_view id, Branch& found) {
  for (Branch turn = branch; turn; turn = turn->before) {
    if (turn->id == id) {
      found = turn;
      return true;
    }
  }
  found = nullptr;
  return id.empty();
}

std::uint64_t tokens_in(std::string_view text) { return (text.size() + 3) / 4; }

std::uint64_t next_number(const Branch& branch) { return branch ? branch->number + 1 : 1; }

std::string turn_id(std::uint64_t number) {
  return std::string(turn_prefix) + std::to_string(number);
}

std::uint64_t turn_number(std::string_view id) {
  std::uint64_t number = 0;
  if (id.starts_with(turn_prefix))
    std::from_chars(id.data() + turn_prefix.size(), id.data() + id.size(), number);
  return number;
}

Branch remember(const Branch& branch, Said said, Tokens& cost) {
  auto turn = std::make_shared<Turn>();
  turn->before = branch;
  turn->number = std::max(next_number(branch), turn_number(said.id));
  turn->id = turn_id(turn->number);
  turn->told = std::move(said.told);
  turn->prompt = std::move(said.prompt);
  turn->answer = std::move(said.answer);
  turn->sent = (branch ? branch->end : preamble) + tokens_in(turn->prompt);
  turn->end = turn->sent + tokens_in(turn->answer);
  const std::uint64_t cached = branch ? branch->sent / cache_step * cache_step : 0;
  cost.input = turn->sent - cached;
  cost.cache_read = cached;
  cost.output = tokens_in(turn->answer) + said.thought;
  cost.thought = said.thought;
  return turn;
}

}  // namespace tine::executor::rehearsal
