#include "protocol/v1/known_clients.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tine::v1 {
namespace {

/// As `clientInfo.name` has them.
constexpr std::array<std::string_view, 5> with_option_names = {
    "agent-shell", "obsidian-agent-client", "toad", "vscode-acp-client", "zed"};

}  // namespace

bool shows_option_names(const std::optional<Implementation>& client) {
  return client && std::ranges::find(with_option_names, client->name) != with_option_names.end();
}

}  // namespace tine::v1
