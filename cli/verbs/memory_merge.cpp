#include "cli/verbs/memory_merge.h"

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json/document.h"
#include "base/json/redact.h"
#include "base/json/utf8.h"
#include "base/visible.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "session/memory/limits.h"
#include "session/memory/merge.h"
#include "session/project.h"
#include "session/store/folder.h"
#include "session/store/shared_files.h"

namespace tine::cli {
namespace {

using session::ProjectState;
using session::Unreconciled;
using How = Unreconciled::How;
namespace store = session::store;

/// Bytes of a text in a line about it.
constexpr std::size_t shown_text = 160;

struct Paths {
  std::string base;
  std::string ours;
  std::string theirs;
};

/// A file by its folder, so that nothing is read or written but a regular file.
struct FilePlace {
  store::Folder folder;
  std::string name;
};

/// The error of a file.
Error about(const std::string& path, Error error) {
  error.message = path + ": " + error.message;
  if (error.hint.empty()) error.hint = "Nothing was written.";
  return error;
}

Result<FilePlace> place_of(const std::string& path) {
  const std::filesystem::path whole(path);
  const std::string above = whole.parent_path().empty() ? "." : whole.parent_path().string();
  auto folder = store::Folder::root(store::shared_files(), session::canonical(above), false);
  if (!folder || whole.filename().empty()) {
    return fail(Error(ErrorKind::invalid_params, path + ": there is no such file")
                    .with_hint("Name three files, the common one first."));
  }
  return FilePlace{.folder = std::move(*folder), .name = whole.filename().string()};
}

Result<std::string> read(const FilePlace& place, const std::string& path) {
  auto text = place.folder.read_whole(place.name, session::limits::project_state);
  if (!text) return fail(about(path, std::move(text.error())));
  return text;
}

Result<ProjectState> state_of(const std::string& text, const std::string& path) {
  auto state = session::project_state_of(text);
  if (!state) return fail(about(path, std::move(state.error())));
  return state;
}

/// Without a file that both sides began with, git gives an empty one.
Result<ProjectState> base_of(const std::string& path) {
  const auto place = place_of(path);
  if (!place) return fail(place.error());
  const auto text = read(*place, path);
  if (!text) return fail(text.error());
  return text->empty() ? ProjectState() : state_of(*text, path);
}

Result<ProjectState> side_of(const FilePlace& place, const std::string& path) {
  const auto text = read(place, path);
  if (!text) return fail(text.error());
  return state_of(*text, path);
}

/// What goes into the file.
Result<std::string> text_of(const ProjectState& state, Redactor& redactor) {
  std::string text = json::redacted(session::text_of(state), redactor);
  if (text.size() > session::limits::project_state) {
    return fail(Error(ErrorKind::storage_full, "together both sides would be larger than " +
                                                   std::to_string(session::limits::project_state) +
                                                   " bytes")
                    .with_hint("Remove on one side what is over: tine tasks clear."));
  }
  // What stands in place of a secret may be longer than it.
  if (auto valid = session::project_state_of(text); !valid)
    return fail(about("the merged file", std::move(valid.error())));
  return text;
}

std::string_view name_of(How how) {
  switch (how) {
    case How::ours:
      return "ours";
    case How::theirs:
      return "theirs";
    case How::kept:
      return "kept";
    case How::circle:
      return "circle";
    case How::gone:
      return "gone";
  }
  return {};
}

std::string shown(const std::string& text) {
  std::string out = visible_line(text);
  if (out.size() <= shown_text) return out;
  out.resize(json::character_start(out, shown_text));
  return out + "…";
}

std::string line_of(const Unreconciled& of) {
  std::string out = of.id.empty() ? "the " + of.what : of.what + " " + shown(of.id);
  if (!of.title.empty()) out += " \"" + shown(of.title) + "\"";
  out += ": ";
  const auto stays = [&](const char* one, const char* other) {
    return out + "both sides changed \"" + shown(of.member) + "\"; " + one + " stays, " +
           (of.other.empty() ? std::string(other) + " took it away"
                             : other + std::string(" was \"") + shown(of.other) + "\"");
  };
  switch (of.how) {
    case How::ours:
      return stays("ours", "theirs");
    case How::theirs:
      return stays("theirs", "ours");
    case How::kept:
      return out + "one side removed it, the other changed it; it stays";
    case How::circle:
      return out + "the link to " + shown(of.other) + " would close a circle; it is left out";
    case How::gone:
      return out + "one side removed " + shown(of.other) + ", which it needs; the link is left out";
  }
  return out;
}

std::string json_of(const std::vector<Unreconciled>& all) {
  json::Document list = json::Document::array();
  for (const Unreconciled& each : all) {
    json::Document one{{"what", each.what}, {"how", name_of(each.how)}};
    for (const auto& [name, text] :
         {std::pair("id", &each.id), std::pair("title", &each.title),
          std::pair("member", &each.member), std::pair("other", &each.other)})
      if (!text->empty()) one[name] = *text;
    list.push_back(std::move(one));
  }
  return json::text_of({{"reconciled", all.empty()}, {"unreconciled", std::move(list)}}) + "\n";
}

/// What could not be reconciled, once the file is written.
Result<std::vector<Unreconciled>> merge_files(const Paths& paths, Redactor& redactor) {
  const auto base = base_of(paths.base);
  if (!base) return fail(base.error());
  const auto place = place_of(paths.ours);
  if (!place) return fail(place.error());
  const auto ours = side_of(*place, paths.ours);
  if (!ours) return fail(ours.error());
  const auto other = place_of(paths.theirs);
  if (!other) return fail(other.error());
  const auto theirs = side_of(*other, paths.theirs);
  if (!theirs) return fail(theirs.error());
  auto merged = session::merge(*base, *ours, *theirs);
  if (!merged) return fail(std::move(merged.error()));
  const auto text = text_of(merged->state, redactor);
  if (!text) return fail(text.error());
  if (auto written = place->folder.replace(place->name, *text, true); !written)
    return fail(about(paths.ours, std::move(written.error())));
  return std::move(merged->unreconciled);
}

int merge(Program& program, const Paths& paths) {
  const auto unreconciled = merge_files(paths, program.redactor);
  // 1 would say that the file has been written.
  if (!unreconciled) return misused(unreconciled.error());
  for (const Unreconciled& each : *unreconciled)
    print_to_stderr("tine: " + program.redactor.redacted(line_of(each)) + "\n");
  if (program.common.json) print(json::redacted(json_of(*unreconciled), program.redactor));
  return unreconciled->empty() ? exit_code::good : exit_code::failed;
}

}  // namespace

Run declare_memory_merge(Options& options) {
  const auto paths = std::make_shared<Paths>();
  options.argument("base", paths->base, "BASE", "The version that both began with; may be empty")
      .argument("ours", paths->ours, "OURS", "Our version; the result takes its place")
      .argument("theirs", paths->theirs, "THEIRS", "Their version");
  return [paths](Program& program) { return merge(program, *paths); };
}

}  // namespace tine::cli
