#include "cli/usage_stats.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "executor/limits.h"
#include "tests/catch.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine;
using namespace tine::cli;
using executor::Peaks;

namespace {

struct Desk {
  UsageStats stats() const { return {session::store::system_files(), folder.path()}; }
  std::string file() const { return folder.path() + "/usage_stats.toml"; }
  void write(const std::string& text) const { std::ofstream(file()) << text; }
  std::string text(const std::string& suffix = {}) const {
    std::stringstream out;
    out << std::ifstream(file() + suffix).rdbuf();
    return out.str();
  }

  test::TemporaryFolder folder;
};

}  // namespace

TEST_CASE("usage stats: several tines add to one file") {
  const Desk desk;
  CHECK(desk.stats().recall().peaks.empty());
  CHECK(desk.stats().recall().complaint.empty());
  const UsageStats one = desk.stats();
  const UsageStats other = desk.stats();
  REQUIRE(one.keep({.backend = "claude", .program = "2.1.328", .bytes = {300}}));
  REQUIRE(other.keep({.backend = "work \"x\"", .program = "", .bytes = {7}}));
  REQUIRE(one.keep({.backend = "claude", .program = "2.1.328", .bytes = {400}}));
  const std::vector<Peaks> all{{.backend = "work \"x\"", .program = "", .bytes = {7}},
                               {.backend = "claude", .program = "2.1.328", .bytes = {300, 400}}};
  CHECK(desk.stats().recall().peaks == all);
  CHECK(*parse_usage_stats(usage_stats_text(all)) == all);
}

TEST_CASE("usage stats: no more than the last peaks are kept") {
  const Desk desk;
  for (std::uint64_t i = 0; i <= executor::limits::kept_peaks; ++i)
    REQUIRE(desk.stats().keep({.backend = "a", .program = "1", .bytes = {i}}));
  const auto known = desk.stats().recall().peaks;
  REQUIRE(known.size() == 1);
  CHECK(known.front().bytes.size() == executor::limits::kept_peaks);
  CHECK(known.front().bytes.back() == executor::limits::kept_peaks);
}

TEST_CASE("usage stats: a damaged file is complained of, kept aside and begun anew") {
  const std::string damage =
      GENERATE("", "version = 2\n", "version = 1\nusage = 7\n", "what?",
               "version = 1\n[[usage]]\nbackend = 1\n",
               "version = 1\n[[usage]]\nbackend = \"a\"\nprogram = \"\"\npeaks = [-1]\n");
  INFO(damage);
  const Desk desk;
  desk.write(damage);
  const auto recalled = desk.stats().recall();
  CHECK(recalled.peaks.empty());
  CHECK(recalled.complaint.find("usage_stats.toml") != std::string::npos);
  REQUIRE(desk.stats().keep({.backend = "a", .program = "1", .bytes = {5}}));
  CHECK(desk.text(".damaged") == damage);
  CHECK(desk.stats().recall().peaks.size() == 1);
  CHECK(desk.stats().recall().complaint.empty());
}

TEST_CASE("usage stats: without a place for files nothing is kept") {
  const UsageStats stats(session::store::system_files(),
                         fail(ErrorKind::storage_failed, "there is no home"));
  CHECK(stats.recall().peaks.empty());
  CHECK_FALSE(stats.keep({.backend = "a", .program = "1", .bytes = {5}}));
}
