// How fast a transcript is written, step by step and beside a plain loop of writes, and how long
// questions to a store of 100,000 sessions take.

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>

#include "base/crc32c.h"
#include "base/redact/redactor.h"
#include "base/ulid.h"
#include "protocol/v1/build_update.h"
#include "session/record/update_redactor.h"
#include "session/store/index_file.h"
#include "session/store/limits.h"
#include "session/store/line.h"
#include "session/store/project_folder.h"
#include "session/store/store.h"
#include "session/store/writer.h"
#include "tests/doubles/await.h"
#include "tests/doubles/store_folder.h"

using namespace tine;
using namespace tine::session;
using namespace tine::session::store;

namespace {

using Clock = std::chrono::steady_clock;

class BenchEnv final : public Env {
 public:
  std::int64_t wall_ms() override { return 1'800'000'000'000 + count_++; }
  void random(std::span<std::uint8_t> bytes) override {
    for (auto& byte : bytes) {
      state_ = state_ * 6364136223846793005U + 1442695040888963407U;
      byte = static_cast<std::uint8_t>(state_ >> 33U);
    }
  }
  std::optional<std::string> variable(std::string_view /*name*/) const override {
    return std::nullopt;
  }

 private:
  std::int64_t count_ = 0;
  std::uint64_t state_ = 1;
};

/// The best of several runs, in seconds.
double best(const std::function<void()>& run) {
  double least = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto begin = Clock::now();
    run();
    least = std::min(least, std::chrono::duration<double>(Clock::now() - begin).count());
  }
  return least;
}

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n <= 0) std::abort();
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

constexpr std::size_t total = std::size_t{64} * 1024 * 1024;

void row(const char* what, std::size_t size, double seconds) {
  std::printf("%-44s %7zu %9.0f\n", what, size, static_cast<double>(total) / seconds / 1e6);
}

/// Updates whose payload has about `size` bytes, none of which continues the one before.
void recording(std::size_t size) {
  const test::TemporaryFolder place;
  const Folder folder = test::store_folder(place);
  BenchEnv env;
  Redactor redactor(Redactor::Key{1});
  const v1::Update whole = v1::text_chunk(v1::UpdateKind::agent_message_chunk, "", "message-1");
  const std::string text = [&] {
    std::string out;
    while (out.size() + whole.payload.size() < size) out += "the quick brown fox, ";
    return out;
  }();
  const v1::Update update = v1::text_chunk(v1::UpdateKind::agent_message_chunk, text, "message-1");
  v1::Update plain = update;
  plain.text = {};  // a line of its own
  const std::size_t count = total / update.payload.size();

  std::string line;
  row("crc32c", size, best([&] {
        std::uint32_t crc = 0;
        for (std::size_t i = 0; i < count; ++i) crc ^= crc32c(update.payload);
        if (crc == 42) std::printf(" ");
      }));
  row("framing and crc", size, best([&] {
        for (std::size_t i = 0; i < count; ++i) {
          line.clear();
          write_line(line, i, "2026-01-31T12:00:00.000Z", "update", update.payload);
        }
      }));
  const auto fresh = [&] {
    ::unlink((place.path() + "/transcript.jsonl").c_str());
    return Writer(env, {});
  };
  row("framing, crc and append", size, best([&] {
        Writer writer = fresh();
        for (std::size_t i = 0; i < count; ++i) {
          writer.add_update(plain);
          if (writer.should_flush()) (void)writer.flush(folder);
        }
        (void)writer.flush(folder);
      }));
  row("the same, chunks merged into lines", size, best([&] {
        Writer writer = fresh();
        for (std::size_t i = 0; i < count; ++i) {
          writer.add_update(update);
          if (writer.should_flush()) (void)writer.flush(folder);
        }
        (void)writer.flush(folder);
      }));
  row("the same, secrets taken out", size, best([&] {
        Writer writer = fresh();
        UpdateRedactor clean(redactor, [&](const v1::Update& each) { writer.add_update(each); });
        for (std::size_t i = 0; i < count; ++i) {
          clean.update(update);
          if (writer.should_flush()) (void)writer.flush(folder);
        }
        clean.finish();
        (void)writer.flush(folder);
      }));
  row("the limit: write(2) of the same lines", size, best([&] {
        const std::string path = place.path() + "/plain";
        ::unlink(path.c_str());
        const int fd =
            ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
        std::string block;
        while (block.size() < store::limits::write_buffer) block += update.payload + "\n";
        for (std::size_t i = 0; i < total / block.size(); ++i) write_all(fd, block);
        ::close(fd);
      }));
}

double milliseconds(const std::function<void()>& run) {
  const auto begin = Clock::now();
  run();
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

using Question = std::function<void(transport::Loop&, Store&)>;

void many_sessions() {
  constexpr std::size_t sessions = 100'000;
  constexpr std::size_t projects = 50;
  const test::TemporaryFolder place;
  BenchEnv env;
  UlidSource ids(env);
  std::vector<std::string> known;
  {
    // As the processes that made them would have left it, but for the transcripts.
    transport::Loop loop;
    Store store(loop, system_files(), env, place.path());
    for (std::size_t i = 0; i < sessions; ++i) {
      known.push_back(ids.next());
      State state;
      state.id = known.back();
      state.project = "/home/someone/project-" + std::to_string(i % projects);
      state.description = "What was asked first, number " + std::to_string(i);
      if (!store.create(state)) std::abort();
    }
  }
  std::printf("\n%-44s %9s %9s\n", "100,000 sessions, ms", "first", "then");
  const auto ask = [&](const char* what, const Question& question) {
    transport::Loop loop;
    Store store(loop, system_files(), env, place.path());
    const double first = milliseconds([&] { question(loop, store); });
    double then = 1e9;
    for (int i = 0; i < 20; ++i)
      then = std::min(then, milliseconds([&] { question(loop, store); }));
    std::printf("%-44s %9.2f %9.2f\n", what, first, then);
  };
  ask("a page of the list", [](transport::Loop& loop, Store& store) {
    if (test::await(loop, store.page({}, {}, 50))->size() != 50) std::abort();
  });
  ask("a page of one project", [](transport::Loop& loop, Store& store) {
    if (test::await(loop, store.page("/home/someone/project-7", {}, 50))->size() != 50)
      std::abort();
  });
  ask("a session by a prefix", [&](transport::Loop& loop, Store& store) {
    if (!test::await(loop, store.find_prefix(known[77'777].substr(0, 16)))) std::abort();
  });
  ask("a session by its id", [&](transport::Loop&, Store& store) {
    if (!store.find(known[12'345])) std::abort();
  });
}

}  // namespace

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::printf("%-44s %7s %9s\n", "recording, on one core", "bytes", "MB/s");
  for (const std::size_t size : {std::size_t{200}, std::size_t{4096}, std::size_t{65536}}) {
    recording(size);
  }
  many_sessions();
}
