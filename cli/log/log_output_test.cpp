#include "cli/log/log_output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cli/log/limits.h"
#include "tests/catch.h"
#include "tests/doubles/temporary_folder.h"

namespace tine::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t some_time = 1'800'000'000'123;

class Folder {
 public:
  std::string log() const { return file("state/tine.log"); }
  std::string file(const std::string& name) const { return folder_.path(name); }
  std::set<std::string> names() const {
    std::set<std::string> out;
    for (const auto& each : fs::directory_iterator(file("state")))
      out.insert(each.path().filename().string());
    return out;
  }

 private:
  test::TemporaryFolder folder_;
};

/// stderr goes to a file as long as this lives.
class StderrFile {
 public:
  explicit StderrFile(std::string path) : path_(std::move(path)), before_(::dup(STDERR_FILENO)) {
    replace(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600));
  }
  ~StderrFile() { replace(before_); }
  StderrFile(const StderrFile&) = delete;
  StderrFile& operator=(const StderrFile&) = delete;

 private:
  static void replace(int fd) {
    ::dup2(fd, STDERR_FILENO);
    ::close(fd);
  }
  std::string path_;
  int before_;
};

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> out;
  for (std::string line; std::getline(file, line);) out.push_back(line);
  return out;
}

mode_t mode_of(const std::string& path) {
  struct stat facts {};
  REQUIRE(::stat(path.c_str(), &facts) == 0);
  return facts.st_mode & 0777U;
}

Redactor::Key key() { return {}; }

/// What the log has of the messages.
std::vector<std::string> logged(LogPlan plan, const std::vector<std::string>& messages) {
  const Folder folder;
  plan.file = folder.log();
  plan.file_bytes = limits::least_log_file;
  Redactor redactor(key());
  const StderrFile quiet(folder.file("stderr"));
  const Log::Sink sink = make_log_sink(plan, redactor);
  for (const std::string& each : messages)
    sink({.level = Log::Level::warning, .wall_ms = some_time, .text = each});
  CHECK(lines_of(folder.file("stderr")) == lines_of(folder.log()));
  CHECK(mode_of(folder.log()) == 0600);
  CHECK(mode_of(fs::path(folder.log()).parent_path()) == 0700);
  return lines_of(folder.log());
}

std::string head() { return "2027-01-15T08:00:00.123Z tine[" + std::to_string(::getpid()) + "] "; }

}  // namespace

TEST_CASE("log: a message is a line, without secrets and without what controls a terminal") {
  const std::string secret = "ghp_" + std::string("0123456789abcdefghijABCDEFGHIJ012345");
  const auto lines = logged({}, {"plain", "two\nlines", "a \x1b[31mred\u202E", "token " + secret,
                                 std::string(limits::log_message + 10, 'x')});
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] == head() + "warning: plain");
  CHECK(lines[1] == head() + "warning: two\\nlines");
  CHECK(lines[2] == head() + "warning: a \\u001b[31mred\\u202e");
  CHECK(lines[3].find(secret) == std::string::npos);
  CHECK(lines[3].find("«redacted:") != std::string::npos);
  CHECK(lines[4].ends_with("x… (10 more bytes)"));
}

TEST_CASE("log: as JSON each line is an object") {
  const auto lines = logged({.json = true}, {"plain", "two\nlines \"quoted\" \x9b\u202E"});
  REQUIRE(lines.size() == 2);
  const auto first = nlohmann::json::parse(lines[0]);
  CHECK(first == nlohmann::json({{"time", "2027-01-15T08:00:00.123Z"},
                                 {"pid", ::getpid()},
                                 {"level", "warning"},
                                 {"message", "plain"}}));
  CHECK(nlohmann::json::parse(lines[1])["message"] == "two\nlines \"quoted\" \\x9b\\u202e");
}

TEST_CASE("log: files are rotated, and so many are kept") {
  const Folder folder;
  Redactor redactor(key());
  const StderrFile quiet(folder.file("stderr"));
  const Log::Sink sink = make_log_sink(
      {.file = folder.log(), .files = 3, .file_bytes = limits::least_log_file}, redactor);
  for (int i = 0; i < 5000; ++i)
    sink({.level = Log::Level::info,
          .wall_ms = some_time,
          .text = std::to_string(i) + std::string(90, 'x')});
  CHECK(folder.names() == std::set<std::string>{"tine.log", "tine.1.log", "tine.2.log"});
  std::vector<std::string> all;
  for (const char* name : {"tine.2.log", "tine.1.log", "tine.log"}) {
    const std::string path = folder.file("state/") + name;
    CHECK(fs::file_size(path) <= static_cast<std::uintmax_t>(limits::least_log_file));
    CHECK(mode_of(path) == 0600);
    for (std::string& line : lines_of(path)) all.push_back(std::move(line));
  }
  // Without a gap up to the last.
  const auto number = [](const std::string& line) {
    return std::stoi(line.substr(line.find("info: ") + 6));
  };
  for (std::size_t i = 1; i < all.size(); ++i) CHECK(number(all[i]) == number(all[i - 1]) + 1);
  CHECK(number(all.back()) == 4999);
}

TEST_CASE("log: several processes write into one file, and no line is torn or lost") {
  constexpr int processes = 4;
  constexpr int each = 600;
  const Folder folder;
  std::vector<pid_t> children;
  for (int process = 0; process < processes; ++process) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      Redactor redactor(key());
      ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
      const Log::Sink sink = make_log_sink(
          {.file = folder.log(), .files = 40, .file_bytes = limits::least_log_file}, redactor);
      for (int i = 0; i < each; ++i) {
        const std::string text = std::to_string(process) + "-" + std::to_string(i) + " ";
        // Also longer than a page.
        sink({.level = Log::Level::info,
              .wall_ms = some_time,
              .text = text + std::string(i % 50 == 0 ? 6000 : 100, 'x') + "."});
      }
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  std::set<std::string> seen;
  std::size_t total = 0;
  const auto names = folder.names();
  CHECK(names.size() > 2);
  for (const std::string& name : names) {
    for (const std::string& line : lines_of(folder.file("state/") + name)) {
      INFO(line);
      CHECK(line.starts_with("2027-01-15T08:00:00.123Z tine["));
      CHECK(line.ends_with("."));
      const std::size_t text = line.find("info: ") + 6;
      seen.insert(line.substr(text, line.find(' ', text) - text));
      ++total;
    }
  }
  CHECK(seen.size() == std::size_t{processes} * each);
  CHECK(total == seen.size());
}

TEST_CASE("log: a file that cannot be written is told once, on stderr") {
  const Folder folder;
  Redactor redactor(key());
  fs::create_directory(folder.file("state"));
  fs::create_symlink(folder.file("elsewhere"), folder.log());
  {
    const StderrFile errors(folder.file("stderr"));
    const Log::Sink sink =
        make_log_sink({.file = folder.log(), .file_bytes = limits::least_log_file}, redactor);
    for (const char* text : {"one", "two"})
      sink({.level = Log::Level::info, .wall_ms = some_time, .text = text});
  }
  const auto lines = lines_of(folder.file("stderr"));
  REQUIRE(lines.size() == 3);
  CHECK(lines[1].ends_with("warning: the log file " + folder.log() +
                           " cannot be written: it is a symbolic link"));
  CHECK_FALSE(fs::exists(folder.file("elsewhere")));
}

TEST_CASE("log: a queued log goes on when nobody reads stderr, and says what is missing") {
  const Folder folder;
  Redactor redactor(key());
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const int before = ::dup(STDERR_FILENO);
  ::dup2(ends[1], STDERR_FILENO);
  constexpr std::size_t messages = 600;
  {
    const Log::Sink sink = make_log_sink({.file = folder.log(),
                                          .file_bytes = 10 * limits::least_log_file,
                                          .delivery = LogDelivery::queued},
                                         redactor);
    for (std::size_t i = 0; i < messages; ++i)
      sink({.level = Log::Level::info, .wall_ms = some_time, .text = std::string(150, 'x')});
    for (int tries = 0; tries < 6000 && lines_of(folder.log()).size() < messages; ++tries)
      ::usleep(10'000);
  }
  ::dup2(before, STDERR_FILENO);
  ::close(before);
  ::close(ends[1]);
  CHECK(lines_of(folder.log()).size() == messages);
  std::string read(200'000, '\0');
  CHECK(::read(ends[0], read.data(), read.size()) > 0);
  ::close(ends[0]);
}

}  // namespace tine::cli
