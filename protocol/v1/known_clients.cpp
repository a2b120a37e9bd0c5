#include "protocol/v1/known_clients.h"

#include <algorithm>
#include <array>

namespace tine::v1 {
namespace {

struct KnownClient {
  std::string_view name;  ///< as `clientInfo.name` has it
  bool option_names = false;
  bool joins_messages = false;
  std::string_view way_to_open;  ///< empty: as in any other
};

constexpr KnownClient any{.name = {}, .way_to_open = "choose it in your editor's list of sessions"};

constexpr std::array known_clients = {
    KnownClient{.name = "acpx",
                .way_to_open = "run `acpx … sessions new --resume-session` with this id"},
    KnownClient{.name = "agent-shell",
                .option_names = true,
                .way_to_open = "use `M-x agent-shell-resume-session` with this id. "
                               "`M-x agent-shell-fork` forks and opens in one step"},
    KnownClient{.name = "CodeCompanion.nvim",
                .joins_messages = true,
                .way_to_open = "choose it with `/resume` in a new chat"},
    KnownClient{.name = "obsidian-agent-client", .option_names = true, .way_to_open = {}},
    KnownClient{.name = "toad", .option_names = true, .joins_messages = true, .way_to_open = {}},
    KnownClient{.name = "vscode-acp-client",
                .option_names = true,
                .joins_messages = true,
                .way_to_open = {}},
    KnownClient{.name = "zed",
                .option_names = true,
                .way_to_open = "import it into the thread list of the agent panel"},
};

const KnownClient& known(const std::optional<Implementation>& client) {
  if (!client) return any;
  const auto* const found = std::ranges::find(known_clients, client->name, &KnownClient::name);
  return found == known_clients.end() ? any : *found;
}

}  // namespace

bool shows_option_names(const std::optional<Implementation>& client) {
  return known(client).option_names;
}

bool joins_messages(const std::optional<Implementation>& client) {
  return known(client).joins_messages;
}

std::string_view way_to_open(const std::optional<Implementation>& client) {
  const std::string_view way = known(client).way_to_open;
  return way.empty() ? any.way_to_open : way;
}

}  // namespace tine::v1
