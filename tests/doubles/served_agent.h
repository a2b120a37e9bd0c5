#pragma once
// A server and the bare end that its client holds, for the tests of the agent's side.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/schema/schema_check.h"
#include "protocol/v1/agent_server.h"
#include "tests/catch.h"
#include "tests/doubles/peers.h"
#include "tests/doubles/scripted_agent.h"

namespace tine::v1 {

using Log = std::vector<std::string>;

inline conformance::SchemaCheck& schema() {
  static conformance::SchemaCheck check;
  return check;
}

inline std::string request(int id, std::string_view method, std::string_view params) {
  std::string line = R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":")";
  return line.append(method).append(R"(","params":)").append(params).append("}");
}

inline std::string kind_of(std::string_view line) {
  const json::View error = json::View(line).find("error");
  return error.find("data").find("tine").find("kind").string().value_or("(no error)");
}

inline std::string message_of(std::string_view line) {
  return json::View(line).find("error").find("message").string().value_or("(no error)");
}

/// A server and the bare end that its client holds. Every line that the server sends is judged.
struct Served {
  explicit Served(AgentServerOptions options = {}) : server(loop, agent, proxy, options) {
    loop.spawn(peer->serve(server));
    loop.run_ready();
  }
  ~Served() {
    peer->close();
    loop.run_ready();
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  /// What the server says in answer to a line.
  Log ask(const std::string& line) {
    const std::size_t before = client.lines.size();
    schema().check_message(conformance::Sender::client, line, pending);
    client.send(line);
    return judged_from(before);
  }
  Log judged_from(std::size_t before) {
    Log fresh(client.lines.begin() + static_cast<std::ptrdiff_t>(before), client.lines.end());
    for (const std::string& line : fresh) {
      INFO(line.substr(0, 500));
      CHECK(schema().check_message(conformance::Sender::agent, line, pending) ==
            conformance::valid);
    }
    return fresh;
  }
  /// What the server says after `action`.
  template <class Action>
  Log after(Action action) {
    const std::size_t before = client.lines.size();
    action();
    loop.run_ready();
    return judged_from(before);
  }
  /// The one answer to a request.
  std::string answer(std::string_view method, std::string_view params) {
    const Log lines = ask(request(++id, method, params));
    REQUIRE(lines.size() == 1);
    return lines.front();
  }
  /// As a client that is told all of an error.
  std::string initialize(const std::string& capabilities = "{}", const std::string& name = "") {
    const std::string others = capabilities == "{}" ? "}" : "," + capabilities.substr(1);
    const std::string info =
        name.empty() ? "" : R"(,"clientInfo":{"name":")" + name + R"(","version":"1"})";
    const std::string params =
        R"({"protocolVersion":1,"clientCapabilities":{"_meta":{"tine":{}})" + others + info + "}";
    std::string response = answer("initialize", params);
    CHECK(kind_of(response) == "(no error)");
    agent.log.clear();
    return response;
  }

  transport::Loop loop;
  transport::test::ChannelPair ends = transport::make_memory_channel(loop);
  BareEnd client{loop, std::move(ends.first)};
  std::shared_ptr<transport::RpcPeer> peer = transport::RpcPeer::make(loop, std::move(ends.second));
  ClientProxy proxy{peer};
  ScriptedAgent agent;
  AgentServer server;
  conformance::SchemaCheck::Pending pending;
  int id = 0;
};

}  // namespace tine::v1
