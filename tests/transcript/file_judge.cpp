#include "tests/transcript/file_judge.h"

#include <fstream>
#include <sstream>

#include "base/json/view.h"
#include "base/json/writer.h"
#include "base/toml/document.h"
#include "base/toml/json.h"
#include "session/store/line.h"

namespace tine::transcript {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& file) {
  std::ostringstream out;
  out << std::ifstream(file, std::ios::binary).rdbuf();
  return out.str();
}

std::string line_of(std::string_view type, std::string_view data) {
  std::string line;
  session::store::write_line(line, 1, "2026-01-31T12:00:00.000Z", type, data);
  line.pop_back();
  return line;
}

}  // namespace

FileJudge::FileJudge()
    : transcript_("schemas/transcript.v1.schema.json"), state_("schemas/state.v1.schema.json") {}

std::string FileJudge::fault() {
  constexpr std::string_view prompt = R"({"turn":1,"messageId":"prompt-1","content":[]})";
  if (auto fault = check_line(line_of("prompt", prompt)); !fault.empty()) return fault;
  for (const auto& [type, data] :
       {std::pair("prompt", R"({"turn":0,"messageId":"prompt-1","content":[]})"),
        std::pair("prompt", R"({"turn":1,"messageId":"prompt-1","content":[],"hat":1})"),
        std::pair("hat", "{}"),
        std::pair("update", R"({"sessionUpdate":"current_mode_update"})")}) {
    if (check_line(line_of(type, data)).empty())
      return std::string("no fault found in a ") + type + " " + data;
  }
  std::string flipped = line_of("prompt", prompt);
  flipped[20] = '9';
  return check_line(flipped).empty() ? "no fault found in a line with a wrong checksum" : "";
}

std::string FileJudge::check_line(std::string_view text) {
  const auto line = session::store::read_line(text);
  if (!line) return line.error().message;
  if (auto fault = transcript_.check_type("Line", text); !fault.empty()) return fault;
  const std::string data(line->data.raw());
  if (auto fault = transcript_.check_type(std::string(line->type), data); !fault.empty())
    return fault;
  return line->type == "update" ? protocol_.check_type("SessionUpdate", data) : "";
}

std::string FileJudge::check_transcript(const fs::path& file) {
  std::istringstream lines(content_of(file));
  std::optional<std::uint64_t> last;
  std::string text;
  while (std::getline(lines, text)) {
    if (auto fault = check_line(text); !fault.empty())
      return fault.append("\n    in ").append(text);
    const std::uint64_t seq = session::store::read_line(text)->seq;
    if (last && seq != *last + 1) return "the numbers do not follow at " + text;
    last = seq;
  }
  return {};
}

std::string FileJudge::check_state(const fs::path& file) {
  const auto root = toml::parse(content_of(file), "state.toml", ErrorKind::damaged);
  if (!root) return root.error().message;
  std::string json;
  json::Writer writer(json);
  if (!toml::write_json(*root, writer)) return "what JSON cannot say";
  return state_.check_type("State", json);
}

std::string FileJudge::check(const fs::path& root) {
  if (!fs::exists(root)) return {};
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const fs::path& file = entry.path();
    std::string fault;
    if (file.filename() == "transcript.jsonl") fault = check_transcript(file);
    if (file.filename() == "state.toml") fault = check_state(file);
    if (!fault.empty()) return "  " + file.string() + ": " + fault + "\n";
  }
  return {};
}

}  // namespace tine::transcript
