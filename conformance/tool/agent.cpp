#include "conformance/tool/agent.h"

namespace tine::conformance {

const std::vector<PromptFacts>& prompt_facts() {
  static const std::vector<PromptFacts> facts = {
      {"SHORT", "an answer in words, without tools", "Answer with the one word: pong"},
      {"LONG", "a turn that is still running when it is cancelled",
       "Count from 1 to 3000 in words, one number on each line, without any tool."},
      {"REMEMBER", "nothing but to keep the word marmalade in mind",
       "Remember the word marmalade, and answer with ok."},
      {"RECALL", "an answer with the word of REMEMBER",
       "Which word did I ask you to remember? Answer with that word alone."},
      {"TOOL", "a tool call", "List the files in this directory with a tool."},
      {"PLAN", "a plan", "Make a plan of three steps for tidying this directory."},
      {"ASK", "a question for permission",
       "Create the file conform.txt with the word hello in it."},
      {"READ", "a file read through the client", "Read the file conform.txt and say what it says."},
      {"WRITE", "a file written through the client",
       "Write the word hello into the file conform.txt."},
      {"RUN", "a command in a terminal of the client", "Run the command: echo hello"},
      {"FLOOD", "an answer with the numbers from 1 to 400, in many small pieces",
       "Count from 1 to 400 in digits, separated by commas, without any tool."},
      {"SLEEP", "a command of its own that runs for minutes", "Run the command: sleep 600"},
      {"INPUT", "a form for the person to fill in", "Ask me for my name with a form."},
  };
  return facts;
}

}  // namespace tine::conformance
