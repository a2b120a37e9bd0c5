#pragma once
// A scripted ACP agent: one thread, a line at a time. While a prompt waits for something, it goes
// on to serve what else comes.
//
// How it is started says how it misbehaves whatever it is told: see main.cpp.

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/agent/script.h"

namespace tine::tests {

using Json = nlohmann::json;

class Agent {
 public:
  explicit Agent(std::set<std::string> manners) : manners_(std::move(manners)) {}

  /// Serves until its input ends.
  int serve();

 private:
  struct Session {
    std::vector<std::string> past;
    std::string mode = "ask";
    bool cancelled = false;
    bool dead = false;
    bool waits = false;   // for words that steer its turn
    std::string steered;  // those words
  };

  bool is(const char* manner) const { return manners_.contains(manner); }
  /// Reads a line and serves it. False at the end of the input.
  bool step();
  void serve(const Json& message);
  void answer(const Json& id, const Json& result);
  void refuse(const Json& id, int code, const std::string& text);
  void notify(const std::string& method, const Json& params);
  void update(const std::string& session, const Json& update);
  void say(const std::string& session, const std::string& text);
  void count(const std::string& session, unsigned long to);
  void tell_time(const std::string& session, const std::string& how_often);
  Json call(const std::string& method, const Json& params);
  void write(const std::string& line);

  void initialize(const Json& id, const Json& params);
  void steer(const Json& id, const Json& params);
  void open(const Json& id, const std::string& method, const Json& params);
  Json choices(const std::string& session) const;
  void replay(const std::string& session);
  void prompt(const Json& id, const Json& params);
  bool act(const Directive& directive, const std::string& session, const Json& id);

  const std::set<std::string> manners_;
  std::string input_;
  std::map<std::string, Session> sessions_;
  std::map<std::uint64_t, Json> answers_;  // to what was asked, by id
  std::uint64_t asked_ = 0;
  std::uint64_t made_ = 0;
  Json result_;
  Json meta_;                      // of the last prompt
  Json client_;                    // what the client can do
  std::vector<std::string> late_;  // what is told after the answer
};

}  // namespace tine::tests
