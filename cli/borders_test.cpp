// Every sort of secret, in every encoding, streamed a character at a time through the whole server:
// what it writes anywhere holds none of it, and its client gets all of it.

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/json/controls.h"
#include "base/json/view.h"
#include "base/json/writer.h"
#include "cli/backends.h"
#include "cli/config/files.h"
#include "cli/mirror.h"
#include "cli/secrets.h"
#include "cli/serve.h"
#include "cli/world.h"
#include "protocol/v1/agent_connection.h"
#include "tests/catch.h"
#include "tests/doubles/temporary_folder.h"
#include "tests/redact/encodings.h"
#include "transport/event.h"

using namespace tine;
using namespace tine::test;
namespace fs = std::filesystem;

namespace {

#ifdef NDEBUG
constexpr std::size_t sample_step = 1;
#else
constexpr std::size_t sample_step = 7;
#endif

class Home {
 public:
  Home() { fs::create_directories(path() / "project"); }
  fs::path path() const { return folder_.path(); }

  /// All that stands in files, a file after the other.
  std::string everything() const {
    std::string out;
    for (const auto& entry : fs::recursive_directory_iterator(path())) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      out.append(std::istreambuf_iterator<char>(file), {}).push_back('\n');
    }
    return out;
  }

 private:
  test::TemporaryFolder folder_;
};

class HomeEnv final : public Env {
 public:
  explicit HomeEnv(const Home& home) : home_(home.path()) {}
  std::int64_t wall_ms() override { return ++now_; }
  void random(std::span<std::uint8_t> bytes) override {
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(seed_ += 37);
  }
  std::optional<std::string> variable(std::string_view name) const override {
    if (name == "HOME" || name == "XDG_STATE_HOME") return home_.string();
    return std::nullopt;
  }

 private:
  fs::path home_;
  std::int64_t now_ = 1'800'000'000'000;
  unsigned seed_ = 0;
};

class Reader final : public v1::ClientHandler {
 public:
  void on_update(std::string_view /*session*/, const v1::ToldUpdate& update) override {
    if (update.kind != v1::UpdateKind::agent_message_chunk) return;
    heard += update.json.find("content").find("text").string().value_or("");
  }
  Answer<v1::PermissionResponse> request_permission(v1::PermissionRequest /*request*/,
                                                    v1::RequestContext& /*context*/) override {
    co_return v1::PermissionResponse();
  }
  std::string heard;
};

cli::Config configuration(const Env& env) {
  auto config = cli::load_config(
      {.env = env, .read = cli::read_config_file, .is_program = cli::is_program, .flags = {}});
  REQUIRE(config);
  return std::move(*config);
}

transport::Task<void> serve(cli::World& world, std::unique_ptr<transport::Channel> channel,
                            transport::RpcPeer::Mirror mirror, transport::Event& over) {
  const transport::CancelSource never;
  co_await cli::serve(world, std::move(channel), std::move(mirror), never);
  over.set();
}

transport::Task<void> listen(v1::AgentConnection& agent, transport::Event& over) {
  co_await agent.serve();
  over.set();
}

struct Heard {
  std::size_t missed = 0;  ///< texts that the client did not get as they are
  std::string failure;
};

/// Says each text in a session of its own, so that each may become a title.
/// As a person is shown it.
std::string with_controls_shown(std::string_view text) {
  std::string json;
  json::Writer(json).string(text);
  json = json::with_pictures(std::move(json));
  return json::View(json).string().value();
}

transport::Task<void> converse(v1::AgentConnection& agent, Reader& reader, const Home& home,
                               const std::vector<Encoded>& texts, Heard& heard) {
  const transport::CallOptions no_deadline;
  const v1::InitializeRequest hello;
  (void)co_await agent.ask<v1::method::Initialize>(hello, no_deadline);
  for (const Encoded& each : texts) {
    v1::NewSessionRequest request;
    request.workspace.cwd = (home.path() / "project").string();
    const auto session =
        co_await agent.ask<v1::method::NewSession>(std::move(request), no_deadline);
    if (!session) {
      heard.failure = session.error().message;
      continue;
    }
    v1::PromptRequest prompt;
    prompt.session_id = session->session_id;
    prompt.prompt = {v1::text_block("[[slow:100000:0]]" + each.text)};
    reader.heard.clear();
    (void)co_await agent.ask<v1::method::Prompt>(std::move(prompt), no_deadline);
    std::string_view said(each.text);
    said.remove_prefix(std::min(said.find_first_not_of(" \n\r\t"), said.size()));
    said = said.substr(0, said.find_last_not_of(" \n\r\t") + 1);
    if (reader.heard != with_controls_shown(said)) ++heard.missed;
  }
}

void check(const Encoding& encoding) {
  const Home home;
  HomeEnv env(home);
  std::string logged;
  Log log(env, Log::Level::debug,
          [&logged](const Log::Message& message) { logged.append(message.text); });
  Redactor redactor(cli::redaction_key(env));
  std::vector<Encoded> texts;
  const std::vector<SecretSample> samples = secret_samples();
  for (std::size_t i = 0; i < samples.size(); i += sample_step)
    texts.push_back(encoding(samples[i]));
  Heard result;
  {
    const Result<std::string> root = session::store::default_root(env);
    cli::World world(env, log, redactor, configuration(env), root, root);
    auto mirror = cli::open_mirror(world.loop, (home.path() / "mirror").string(), redactor, log);
    REQUIRE(mirror);
    auto [ours, theirs] = transport::make_memory_channel(world.loop);
    transport::Event served(world.loop);
    transport::Event heard(world.loop);
    Reader reader;
    v1::AgentConnection agent(world.loop, std::move(ours), reader);
    world.loop.spawn(serve(world, std::move(theirs), std::move(*mirror), served));
    world.loop.spawn(listen(agent, heard));
    world.loop.spawn([](v1::AgentConnection& the_agent, Reader& the_reader, const Home& the_home,
                        const std::vector<Encoded>& the_texts, Heard& the_result,
                        transport::Event& over, cli::World& the_world) -> transport::Task<void> {
      co_await converse(the_agent, the_reader, the_home, the_texts, the_result);
      the_agent.close();
      co_await over.wait();
      co_await the_world.syncer.finish();
      the_world.loop.stop();
    }(agent, reader, home, texts, result, served, world));
    world.loop.run();
  }
  CHECK(result.failure.empty());
  CHECK(result.missed == 0);
  const std::string written = home.everything() + logged;
  CHECK(written.find("«redacted:") != std::string::npos);
  for (const Encoded& each : texts) {
    INFO(each.text);
    // Fewer characters may stand somewhere by chance, as a word that is no secret.
    CHECK_FALSE(leaks(each, written, 16));
  }
}

}  // namespace

TEST_CASE("borders: plain secrets") {
  check([](const SecretSample& sample) {
    return by_character(sample, [](char c, std::size_t) { return std::string(1, c); });
  });
}

TEST_CASE("borders: secrets in JSON escapes") {
  check([](const SecretSample& sample) {
    return by_character(sample, [](char c, std::size_t) { return "\\u00" + hex(c); });
  });
}

TEST_CASE("borders: percent-encoded secrets") {
  check([](const SecretSample& sample) {
    return by_character(sample, [](char c, std::size_t) { return "%" + hex(c); });
  });
}

TEST_CASE("borders: secrets in a line of base64") {
  check([](const SecretSample& sample) { return base64(sample, "x"); });
}

TEST_CASE("borders: secrets in a diff") {
  check([](const SecretSample& sample) { return diff(sample, '+'); });
}

TEST_CASE("borders: secrets with colours in the middle") { check(coloured); }
