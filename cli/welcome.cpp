#include "cli/welcome.h"

#include "base/version.h"
#include "cli/report_json.h"

namespace tine::cli {

std::string version_text(bool json) {
  if (json) return version_json();
  return "tine " + std::string(tine::version()) + " (" + std::string(tine::commit()) + ")\n";
}

std::string welcome(std::string_view program, std::string_view backends) {
  const std::string path(program);
  std::string out = version_text(false);
  out +=
      "An ACP agent server: your editor starts it and talks to it over stdin and stdout, and it "
      "puts\n"
      "forkable, resumable and metered sessions in front of coding agents.\n\n";
  out += "Backends:\n" + std::string(backends) + "\n";
  out +=
      "Try it:\n"
      "  tine demo              a short show with the agent that is built in\n"
      "  tine run \"say hello\"   one prompt, the answer on stdout\n"
      "  tine doctor            which backends work\n\n";
  out +=
      "Zed, in settings.json:\n"
      "  \"agent_servers\": { \"tine\": { \"type\": \"custom\", \"command\": \"" +
      path + "\", \"args\": [\"acp\"] } }\n\n";
  out +=
      "JetBrains, in ~/.jetbrains/acp.json:\n"
      "  { \"agent_servers\": { \"tine\": { \"command\": \"" +
      path + "\", \"args\": [\"acp\"] } } }\n\n";
  out +=
      "Neovim, with CodeCompanion (opencode's adapter needs no login, as tine does not):\n"
      "  require(\"codecompanion\").setup({\n"
      "    adapters = { acp = { tine = function()\n"
      "      return require(\"codecompanion.adapters\").extend(\"opencode\", {\n"
      "        name = \"tine\", formatted_name = \"tine\",\n"
      "        commands = { default = { \"" +
      path +
      "\", \"acp\" } } })\n"
      "    end } },\n"
      "    interactions = { chat = { adapter = \"tine\" } } })\n\n";
  out +=
      "Neovim, with avante:\n"
      "  require(\"avante\").setup({ provider = \"tine\",\n"
      "    acp_providers = { tine = { command = \"" +
      path +
      "\", args = { \"acp\" },\n"
      "      env = vim.fn.environ() } } })\n\n";
  out +=
      "Emacs, with agent-shell:\n"
      "  (with-eval-after-load 'agent-shell (add-to-list 'agent-shell-agent-configs\n"
      "    (agent-shell-make-agent-config :identifier 'tine :mode-line-name \"tine\"\n"
      "      :buffer-name \"tine\" :shell-prompt \"tine> \" :shell-prompt-regexp \"tine> \"\n"
      "      :client-maker (lambda (buffer) (agent-shell--make-acp-client\n"
      "        :command \"" +
      path +
      "\" :command-params '(\"acp\") :context-buffer buffer\n"
      "        :environment-variables\n"
      "        (agent-shell-make-environment-variables :inherit-env t))))))\n\n";
  out += "More: tine --help\n";
  return out;
}

}  // namespace tine::cli
