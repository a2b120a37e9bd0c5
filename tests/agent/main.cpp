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
//   stays       does not end with its input

#include <set>
#include <string>

#include "tests/agent/agent.h"

int main(int count, char** arguments) {
  tine::tests::Agent agent(std::set<std::string>(arguments + 1, arguments + count));
  return agent.serve();
}
