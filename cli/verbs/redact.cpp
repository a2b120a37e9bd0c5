// `tine redact`: removes secrets from a text, or finds them in files.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "transport/fd.h"

namespace tine::cli {
namespace {

constexpr std::size_t read_size = std::size_t{64} * 1024;

std::optional<std::string> read_file(const std::string& path) {
  const transport::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::string text;
  std::array<char, read_size> room{};
  for (;;) {
    const ssize_t n = ::read(file.get(), room.data(), room.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::nullopt;
    if (n == 0) return text;
    text.append(room.data(), static_cast<std::size_t>(n));
  }
}

std::string place(const std::string& path, std::string_view text, const SecretPlace& found) {
  const std::string_view before = text.substr(0, found.offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t newline = before.rfind('\n');
  const std::size_t column =
      found.offset - (newline == std::string_view::npos ? 0 : newline + 1) + 1;
  return path + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + found.kind +
         "\n";
}

int redact_stdin(Redactor& redactor) {
  RedactionStream stream(redactor);
  PrintStream printed;
  std::array<char, read_size> room{};
  std::string out;
  for (;;) {
    const ssize_t n = ::read(STDIN_FILENO, room.data(), room.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      print_to_stderr("tine: cannot read stdin: " + std::string(std::strerror(errno)) + "\n");
      return exit_code::failed;
    }
    if (n == 0) break;
    stream.feed({room.data(), static_cast<std::size_t>(n)}, out);
    printed.print(out);
    out.clear();
  }
  stream.finish(out);
  printed.print(out);
  printed.finish();
  return exit_code::good;
}

int check_files(Redactor& redactor, const std::vector<std::string>& files) {
  bool clean = true;
  for (const std::string& path : files) {
    const auto text = read_file(path);
    if (!text) {
      print_to_stderr("tine: cannot read " + path + ": " + std::strerror(errno) + "\n");
      clean = false;
      continue;
    }
    for (const SecretPlace& found : redactor.find(*text)) {
      clean = false;
      print(place(path, *text, found));
    }
  }
  return clean ? exit_code::good : exit_code::failed;
}

struct RedactAsked {
  bool check = false;
  std::vector<std::string> files;
};

}  // namespace

const Verb redact_verb{
    .name = "redact",
    .help = "Copy stdin to stdout with secrets removed",
    .declare = [](Options& options) -> Run {
      const auto asked = std::make_shared<RedactAsked>();
      options.rest("files", asked->files, "FILE", "Files to check")
          .flag("--check", asked->check,
                "List the places of secrets in files; exit with 1 if there are any")
          .needs("files");
      return [asked](Program& program) {
        return asked->check ? check_files(program.redactor, asked->files)
                            : redact_stdin(program.redactor);
      };
    },
    .examples = "Examples:\n  env | tine redact\n  tine redact --check notes.md log.txt"};

}  // namespace tine::cli
