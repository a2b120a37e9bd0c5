#include "tests/transcript/run.h"

#include <unistd.h>

#include <functional>
#include <utility>
#include <vector>

#include "conformance/play/player.h"
#include "tests/sanitized.h"
#include "tests/transcript/inside.h"

namespace tine::transcript {
namespace {

using conformance::Case;
using conformance::Manner;
using conformance::Server;

/// Lines up to this length are cut at each of their bytes, in inputs up to that size.
constexpr std::size_t longest_cut_line = 4096;
constexpr std::size_t longest_cut_input = std::size_t{32} * 1024;

/// A sanitized program takes ten times as long: there a case is cut at some columns only, others
/// for each case. `./run test --all` cuts each case at each column, without the sanitizers.
constexpr std::size_t column_step = test::is_sanitized ? 64 : 1;

/// A run that takes longer than any patience allows ends with its process.
constexpr unsigned longest_run_seconds = 600;

std::vector<std::size_t> columns(const Case& what, const Reading& reading) {
  const std::size_t end = reading.longest_line;
  std::vector<std::size_t> out;
  if (end <= longest_cut_line && reading.bytes <= longest_cut_input) {
    const std::size_t first = std::hash<std::string>()(what.place) % column_step + 1;
    for (std::size_t column = first; column < end; column += column_step) out.push_back(column);
    return out;
  }
  for (const std::size_t column : {std::size_t{1}, end / 2}) {
    if (column < end) out.push_back(column);
  }
  return out;
}

std::string play(const Case& what, Server& server, Judge& judge, const Place& place,
                 Manner manner) {
  ::alarm(longest_run_seconds);
  conformance::Player player(what, server, judge, place.names(), manner);
  return conformance::report_of(player.perform());
}

std::string run_program(const Case& what, const std::filesystem::path& program, const Place& place,
                        Judge& judge, Manner manner) {
  place.restore();
  conformance::Launch launch{.command = {program.string()},
                             .environment = {},
                             .cwd = place.project(),
                             .errors = place.root() / "stderr"};
  launch.command.insert(launch.command.end(), what.arguments.begin(), what.arguments.end());
  for (const auto& [name, value] : place.environment())
    launch.environment.push_back(std::string(name).append("=").append(value));
  const auto server = conformance::start_program(launch);
  if (!server) return "  cannot start " + program.string() + "\n";
  auto fault = play(what, *server, judge, place, manner);
  return fault.empty() ? judge.check_files(place.store()) : fault;
}

std::string run_inside(const Case& what, const Place& place, Judge& judge, Cut cut,
                       Reading& reading) {
  place.restore();
  const auto server = start_inside(place, cut, reading);
  return play(what, *server, judge, place, cut.column == 0 ? Manner::at_once : Manner::by_steps);
}

std::string titled(const std::string& how, const std::string& fault) {
  return fault.empty() ? fault : " (" + how + ")\n" + fault;
}

}  // namespace

std::string run_case(const Case& what, const std::filesystem::path& program, Judge& judge,
                     std::size_t& runs) {
  const Place place(what);
  judge.begin_case();
  if (what.server == Case::Server::echo) {
    ++runs;
    const auto server = start_echo();
    return titled("echo", play(what, *server, judge, place, Manner::by_steps));
  }
  if (what.where != Case::Where::inside) {
    for (const auto& [manner, how] : {std::pair(Manner::at_once, "program, in one write"),
                                      std::pair(Manner::byte_by_byte, "program, byte by byte")}) {
      ++runs;
      auto fault = run_program(what, program, place, judge, manner);
      if (!fault.empty()) return titled(how, fault);
    }
  }
  if (what.where == Case::Where::program) return {};
  Reading reading;
  runs += 2;
  auto fault = titled("inside, whole", run_inside(what, place, judge, {}, reading));
  if (!fault.empty() || what.joined()) return fault;
  Reading ignored;
  fault = run_inside(what, place, judge, {.column = 0, .everywhere = true}, ignored);
  if (!fault.empty()) return titled("inside, cut after each byte", fault);
  for (const std::size_t column : columns(what, reading)) {
    ++runs;
    fault = run_inside(what, place, judge, {.column = column, .everywhere = false}, ignored);
    if (!fault.empty()) {
      return titled("inside, lines cut after byte " + std::to_string(column), fault);
    }
  }
  return {};
}

}  // namespace tine::transcript
