// How fast transcripts are read into the search index, how large that gets, and how soon the hits
// of a search are there. TINE_BENCH_MB: megabytes of transcripts.

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>

#include "base/ulid.h"
#include "session/search/keeper.h"
#include "session/search/search.h"
#include "session/store/index_file.h"
#include "session/store/line.h"
#include "session/store/project_folder.h"
#include "session/store/sessions.h"
#include "session/store/store.h"
#include "tests/doubles/await.h"
#include "tests/doubles/still_world.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine;
using namespace tine::session;
using namespace tine::session::search;
namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

/// Words as often as people and programs say them: the n-th one n times rarer than the first.
class Speaker {
 public:
  Speaker() {
    for (std::size_t i = 0; i < words; ++i) {
      std::string word;
      for (std::size_t rest = i + 20; rest > 0; rest /= 20) {
        word += "bcdfghklmnprstvwz"[rest % 17];
        word += "aeiou"[rest % 5];
      }
      all_.push_back(std::move(word));
    }
  }
  const std::string& word() {
    const double at = std::pow(static_cast<double>(words), uniform_(chance_));
    return all_[std::min(static_cast<std::size_t>(at), words) - 1];
  }
  const std::string& common(std::size_t place) const { return all_[place]; }
  std::uint64_t number() { return chance_(); }
  std::string prose(std::size_t bytes) {
    std::string out;
    while (out.size() < bytes) {
      out += word();
      out += chance_() % 12 == 0 ? ". " : " ";
    }
    return out;
  }
  /// What a tool puts out: paths, numbers, identifiers, hashes.
  std::string output(std::size_t bytes) {
    std::string out;
    while (out.size() < bytes) {
      switch (chance_() % 6) {
        case 0:
          out += "/home/someone/" + word() + "/" + word() + "_" + word() +
                 ".cpp:" + std::to_string(chance_() % 2000) + ": ";
          break;
        case 1:
          out += "0x" + hex(12) + " ";
          break;
        case 2:
          out += word() + "And" + capital(word()) + "();\\n";
          break;
        default:
          out += word() + " ";
      }
    }
    return out;
  }

 private:
  static constexpr std::size_t words = 60'000;
  static std::string capital(std::string text) {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
  }
  std::string hex(std::size_t digits) {
    std::string out;
    while (out.size() < digits) out += "0123456789abcdef"[chance_() % 16];
    return out;
  }

  std::mt19937_64 chance_{1};
  std::uniform_real_distribution<double> uniform_{0.0, 1.0};
  std::vector<std::string> all_;
};

struct Bench {
  /// Sessions of 1 MB each, of which many records are of no interest, as in life.
  void fill(std::size_t megabytes) {
    store::Store store(loop, store::system_files(), world, root());
    UlidSource ids(world);
    std::string lines;
    for (std::size_t i = 0; i < megabytes; ++i) {
      world.now_ms += 60'000;
      store::State state;
      state.id = ids.next();
      state.project = "/home/someone/project-" + std::to_string(i % projects);
      state.description = speaker.prose(40);
      if (!store.create(state)) std::abort();
      lines.clear();
      std::uint64_t seq = 0;
      const auto line = [&](std::string_view type, const std::string& data) {
        store::write_line(lines, seq++, rfc3339(world.now_ms), type, data);
      };
      line("header", R"({"session":")" + state.id + R"(","backend":"codex","project":")" +
                         state.project + R"("})");
      const auto say = [&](const char* kind, const std::string& id, const std::string& text) {
        line("update", R"({"sessionUpdate":")" + std::string(kind) + R"(","messageId":")" + id +
                           R"(","content":{"type":"text","text":")" + text + R"("}})");
      };
      for (int turn = 1; lines.size() < 1'000'000; ++turn) {
        world.now_ms += 1000;
        std::string asked = speaker.prose(200);
        if (i == megabytes / 2 && turn == 1) asked += " quetzalcoatlus";
        line("prompt", R"({"turn":)" + std::to_string(turn) +
                           R"(,"content":[{"type":"text","text":")" + asked + R"("}]})");
        for (int call = 0; call < 4; ++call) {
          const std::string id = "call-" + std::to_string(turn) + "-" + std::to_string(call);
          for (int part = 0; part < 3; ++part) say("agent_thought_chunk", id, speaker.prose(150));
          line("update", R"({"sessionUpdate":"tool_call","toolCallId":")" + id +
                             R"(","title":"Run","kind":"execute","rawInput":{"command":")" +
                             speaker.output(80) + R"("}})");
          const std::string out = speaker.output(speaker.number() % 6000);
          line("update", R"({"sessionUpdate":"tool_call_update","toolCallId":")" + id +
                             R"(","status":"completed","content":[{"type":"content","content":)" +
                             R"({"type":"text","text":")" + out + R"("}}],"rawOutput":{"out":")" +
                             out + R"("}})");
        }
        for (int part = 0; part < 8; ++part)
          say("agent_message_chunk", "answer-" + std::to_string(turn), speaker.prose(200));
        line("update", R"({"sessionUpdate":"usage_update","used":12345,"size":200000})");
        line("turn_end", R"({"turn":)" + std::to_string(turn) + R"(,"stop":"end_turn"})");
      }
      const std::string path = root() + "/" + store::session_path(store::entry_of(state, 0));
      std::ofstream(path + "/transcript.jsonl", std::ios::binary) << lines;
      bytes += lines.size();
      if (!store.write_state(state)) std::abort();
    }
  }

  /// As a process of its own; in milliseconds.
  double search(const std::string& typed, const std::string& project, std::size_t& hits) {
    const auto begin = Clock::now();
    store::Store store(loop, store::system_files(), world, root());
    Searcher searcher(loop, store, redactor, world.log);
    Wish wish{.query = *read_query(typed)};
    if (!project.empty()) wish.folder = store::project_folder(project);
    const auto answer =
        test::await(loop, searcher.search(std::move(wish), transport::CancelSource()));
    if (!answer) {
      std::printf("%s\n", answer.error().message.c_str());
      std::abort();
    }
    for (const std::string& notice : answer->notices) std::printf("(%s)\n", notice.c_str());
    hits = answer->hits.size();
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  }
  void row(const char* what, const std::string& typed, const std::string& project = {}) {
    std::size_t hits = 0;
    const double first = search(typed, project, hits);
    double then = first;
    for (int i = 0; i < 5; ++i) then = std::min(then, search(typed, project, hits));
    std::printf("%-52s %5zu %9.1f %9.1f\n", what, hits, first, then);
  }

  std::string root() const { return folder.path("tine"); }
  std::size_t index_bytes() const { return fs::file_size(root() + "/" + database_name); }

  static constexpr std::size_t projects = 20;
  test::TemporaryFolder folder;
  test::StillWorld world;
  transport::Loop loop;
  Redactor redactor{Redactor::Key{1}};
  Speaker speaker;
  std::size_t bytes = 0;
};

}  // namespace

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const char* const asked = std::getenv("TINE_BENCH_MB");
  const std::size_t megabytes = asked == nullptr ? 100 : std::strtoul(asked, nullptr, 10);
  Bench bench;
  bench.fill(std::max<std::size_t>(megabytes, 2));
  const double mb = static_cast<double>(bench.bytes) / 1e6;
  std::size_t hits = 0;
  const std::clock_t before = std::clock();
  const double built = bench.search("quetzalcoatlus", {}, hits);
  const double worked = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  if (hits != 1) std::abort();
  const double index_mb = static_cast<double>(bench.index_bytes()) / 1e6;
  std::printf(
      "%.0f MB of transcripts: index made in %.1f s, %.1f s of processor time (%.0f MB/s)\n", mb,
      built / 1000, worked, mb / worked);
  std::printf("its size: %.1f MB, %.1f %%\n\n", index_mb, index_mb / mb * 100);
  std::printf("%-52s %5s %9s %9s\n", "a search by a new process, ms", "hits", "first", "then");
  const std::string& one = bench.speaker.common(3);
  const std::string& other = bench.speaker.common(5);
  bench.row("a word that was said once", "quetzalcoatlus");
  bench.row("… beginning", "quetzalc*");
  bench.row("a word that was never said", "absentword");
  bench.row("a common word", one);
  bench.row("… of one project", one, "/home/someone/project-3");
  bench.row("… of a project that has no session", one, "/home/someone/none");
  bench.row("two common words", one + " " + other);
  bench.row("a phrase that was never said, of common words",
            "\"" + one + " " + other + " " + one + " " + other + "\"");
  bench.row("a beginning that is common", one.substr(0, 2) + "*");
}
