#include "cli/welcome.h"

#include "base/json/writer.h"
#include "base/version.h"
#include "protocol/v1/types/initialize.h"

namespace tine::cli {

std::string version_text(bool json) {
  if (!json) return "tine " + std::string(version()) + " (" + std::string(commit()) + ")\n";
  std::string out;
  json::Writer(out)
      .begin_object()
      .member("version", version())
      .member("commit", commit())
      .key("protocolVersions")
      .begin_array()
      .integer(v1::protocol_version)
      .end_array()
      .end_object();
  return out.append("\n");
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
      "Neovim, with CodeCompanion:\n"
      "  require(\"codecompanion\").setup({ adapters = { acp = { tine = function()\n"
      "    return require(\"codecompanion.adapters\").extend(\"codex\", { name = \"tine\",\n"
      "      commands = { default = { \"" +
      path + "\", \"acp\" } } }) end } } })\n\n";
  out +=
      "Emacs, with agent-shell:\n"
      "  (agent-shell-make-agent-config :identifier 'tine :buffer-name \"tine\" :mode-line-name "
      "\"tine\"\n"
      "    :client-maker (lambda (buffer) (agent-shell--make-acp-client\n"
      "      :command \"" +
      path + "\" :command-params '(\"acp\") :context-buffer buffer)))\n\n";
  out += "More: tine --help\n";
  return out;
}

}  // namespace tine::cli
