// The transcripts: plays all cases, or those that are named, and counts.
// usage: tine_transcripts [--program PATH] [--jobs N] [-v] [FILE[:LINE]...]
// Runs at the root of the project.

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "conformance/play/crew.h"
#include "tests/transcript/coverage.h"
#include "tests/transcript/run.h"

namespace tine::transcript {
namespace {

namespace fs = std::filesystem;
using conformance::Case;

constexpr std::string_view root = "tests/transcripts";

struct Options {
  fs::path program;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  bool verbose = false;
  std::vector<std::string> wanted;  // ends of paths, maybe with the line of a case; none: all
};

Options read_options(const std::vector<std::string>& words) {
  Options options;
  const char* const program = std::getenv("TINE");
  if (program != nullptr) options.program = program;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool more = i + 1 < words.size();
    if (words[i] == "--program" && more) {
      options.program = words[++i];
    } else if (words[i] == "--jobs" && more) {
      const std::string& jobs = words[++i];
      std::from_chars(jobs.data(), jobs.data() + jobs.size(), options.jobs);
    } else if (words[i] == "-v") {
      options.verbose = true;
    } else {
      options.wanted.push_back(words[i]);
    }
  }
  return options;
}

std::vector<fs::path> scripts() {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const fs::path folder = entry.path().parent_path();
    if (entry.path().extension() != ".txt" || folder == root || folder.filename() == "shared")
      continue;
    out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

conformance::Checked<std::string> shared(const std::string& name) {
  return conformance::read_text(fs::path(root) / "shared" / (name + ".txt"));
}

bool is_wanted(const Options& options, const fs::path& file, const Case& what) {
  if (options.wanted.empty()) return true;
  const std::string line = what.place.substr(what.place.rfind(':'));
  return std::any_of(options.wanted.begin(), options.wanted.end(), [&](const std::string& wish) {
    return file.string().ends_with(wish) || (file.string() + line).ends_with(wish);
  });
}

/// What a case that must fail has done instead.
std::string not_failed(const Case& what, const std::string& fault) {
  if (fault.empty()) return "\n  it passed, and should have failed: " + what.fails + "\n";
  if (conformance::fits_glob("*" + what.fails + "*", fault)) return {};
  return "\n  it failed, but not so: " + what.fails + "\n" + fault;
}

int main(const Options& options) {
  Judge judge;
  if (const std::string fault = judge.fault(); !fault.empty()) {
    std::printf("%s\n0 passed, 1 failed\n", fault.c_str());
    return EXIT_FAILURE;
  }
  std::size_t failed = 0;
  std::vector<Case> all;
  std::vector<Case> cases;
  for (const fs::path& file : scripts()) {
    auto text = conformance::read_text(file);
    auto read = text ? conformance::read_script(file.filename().string(), *text, shared)
                     : conformance::wrong(std::move(text.error()));
    if (!read) {
      std::printf("FAILED %s\n", read.error().c_str());
      ++failed;
      continue;
    }
    for (Case& each : *read) {
      if (is_wanted(options, file, each)) cases.push_back(each);
      all.push_back(std::move(each));
    }
  }

  const auto play = [&](std::size_t number) {
    const Case& what = cases[number];
    std::size_t runs = 0;
    std::string fault = run_case(what, options.program, judge, runs);
    if (!what.fails.empty()) fault = not_failed(what, fault);
    return std::to_string(runs) + "\n" + fault;
  };
  const auto done = [&](std::size_t number) {
    if (!options.verbose) return;
    std::printf("%s %s\n", cases[number].place.c_str(), cases[number].title.c_str());
    std::fflush(stdout);
  };
  const auto results = conformance::share_out(cases.size(), options.jobs, play, done);

  std::size_t runs = 0;
  std::size_t passed = 0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    std::size_t here = 0;
    const std::size_t newline = std::min(results[i].find('\n'), results[i].size());
    std::from_chars(results[i].data(), results[i].data() + newline, here);
    runs += here;
    const std::string fault = here == 0 ? results[i] : results[i].substr(newline + 1);
    if (fault.empty()) {
      ++passed;
      continue;
    }
    ++failed;
    std::printf("FAILED %s %s%s", cases[i].place.c_str(), cases[i].title.c_str(), fault.c_str());
  }
  if (options.wanted.empty()) {
    const auto missing = gaps(fs::path(root) / "behaviour.txt", all);
    for (const std::string& each : missing) std::printf("FAILED %s\n", each.c_str());
    ++(missing.empty() ? passed : failed);
  }
  std::printf("%zu cases, %zu runs\n", cases.size(), runs);
  std::printf("%zu passed, %zu failed\n", passed, failed);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace tine::transcript

int main(int argc, char** argv) {
  return tine::transcript::main(tine::transcript::read_options({argv + 1, argv + argc}));
}
