// scripted_agent [MANNER...]: an ACP agent that does as its prompt says (script.h), and misbehaves
// as its manners say, whatever it is told:
//
//   mute        never answers initialize          refuses    answers it with an error
//   modern      speaks version 2 of the protocol  login      wants a login for each session
//   nameless    makes sessions without an id      modeless   has no modes
//   forgets     can open no session of the past   loads      can load them, and not resume them
//   replays     tells the past of what it opens   announces  tells its commands after an answer
//   forkless    has no fork of its own            stubborn   announces forks, and refuses them
//   same        answers a fork with its parent    stillborn  makes forks that cannot be prompted
//   stays       does not end with its input       steers     takes words into a turn that waits
//   mute-past   tells nothing of it               forgetful  tells a past without prompts
//   logs-in     prints that it logs in, and ends

#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

#include "tests/agent/agent.h"

int main(int count, char** arguments) {
  const std::set<std::string> manners(arguments + 1, arguments + count);
  if (manners.contains("logs-in")) {
    const char* const way = std::getenv("SCRIPTED_LOGIN");
    std::puts(way != nullptr ? "logged in by way of the agent's environment" : "logged in");
    return 0;
  }
  return tine::tests::Agent(manners).serve();
}
