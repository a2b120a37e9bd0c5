// The server within this process.
#include "tests/transcript/inside.h"

#include <array>

#include "cli/backends.h"
#include "cli/config/files.h"
#include "cli/secrets.h"
#include "cli/serve.h"
#include "cli/world.h"
#include "transport/event.h"

namespace tine::transcript {
namespace {

/// The same at each run, so that each run of a case says the same.
class SteadyEnv final : public Env {
 public:
  explicit SteadyEnv(const Place& place) : variables_(place.environment()) {}

  std::int64_t wall_ms() override { return ++now_ms_; }
  void random(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(next_ += 37U);
  }
  std::optional<std::string> variable(std::string_view name) const override {
    const auto found = variables_.find(name);
    if (found == variables_.end()) return std::nullopt;
    return found->second;
  }

 private:
  const std::map<std::string, std::string, std::less<>>& variables_;
  std::int64_t now_ms_ = 1'800'000'000'000;
  std::uint8_t next_ = 0;
};

cli::Config configuration(const Env& env) {
  auto config = cli::load_config(
      {.env = env, .read = cli::read_config_file, .is_program = cli::is_program, .flags = {}});
  return config ? std::move(*config) : cli::Config();
}

class Inside final : public conformance::Server {
 public:
  Inside(const Place& place, Cut cut, Reading& reading)
      : env_(place),
        log_(env_, Log::Level::info,
             [this](const Log::Message& message) { errors_.append(message.text).append("\n"); }),
        redactor_(cli::redaction_key(env_)),
        world_(env_, log_, redactor_, configuration(env_), session::store::default_root(env_),
               session::store::default_root(env_)),
        gone_(world_.loop) {
    auto [ours, theirs] = transport::make_memory_channel(world_.loop);
    channel_ = std::move(ours);
    world_.loop.spawn(serve(*this, cut_channel(std::move(theirs), cut, reading)));
  }

  transport::Loop& loop() override { return world_.loop; }
  transport::Channel& channel() override { return *channel_; }
  void signal(int /*number*/) override { shutdown_.cancel(); }
  transport::Task<std::optional<int>> gone() override {
    co_await gone_.wait();
    co_return std::nullopt;
  }
  std::string errors() const override { return errors_; }

 private:
  static transport::Task<void> serve(Inside& inside, std::unique_ptr<transport::Channel> channel) {
    co_await cli::serve(inside.world_, std::move(channel), {}, inside.shutdown_);
    inside.gone_.set();
  }

  std::string errors_;
  SteadyEnv env_;
  Log log_;
  Redactor redactor_;
  cli::World world_;
  transport::CancelSource shutdown_;
  transport::Event gone_;
  std::unique_ptr<transport::Channel> channel_;
};

class Echo final : public conformance::Server {
 public:
  Echo() : gone_(loop_) {
    auto [ours, theirs] = transport::make_memory_channel(loop_);
    channel_ = std::move(ours);
    loop_.spawn(serve(*this, std::move(theirs)));
  }

  transport::Loop& loop() override { return loop_; }
  transport::Channel& channel() override { return *channel_; }
  void signal(int /*number*/) override {}
  transport::Task<std::optional<int>> gone() override {
    co_await gone_.wait();
    co_return std::nullopt;
  }
  std::string errors() const override { return "nothing to say"; }

 private:
  static transport::Task<void> serve(Echo& echo, std::unique_ptr<transport::Channel> channel) {
    std::array<char, 4096> room{};
    for (;;) {
      const auto got = co_await channel->read_some(room);
      if (!got || *got == 0) break;
      const std::string_view piece(room.data(), *got);
      co_await channel->write_all(std::span(&piece, 1));
    }
    channel->close_write();
    echo.gone_.set();
  }

  transport::Loop loop_;
  transport::Event gone_;
  std::unique_ptr<transport::Channel> channel_;
};

}  // namespace

std::unique_ptr<conformance::Server> start_inside(const Place& place, Cut cut, Reading& reading) {
  return std::make_unique<Inside>(place, cut, reading);
}

std::unique_ptr<conformance::Server> start_echo() { return std::make_unique<Echo>(); }

}  // namespace tine::transcript
