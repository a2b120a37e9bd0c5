#include "session/store/line.h"

#include <array>
#include <charconv>

#include "base/crc32c.h"

namespace tine::session::store {
namespace {

constexpr std::string_view crc_member = R"(,"crc":")";
constexpr std::string_view line_end = "\"}";
constexpr std::size_t crc_digits = 8;
constexpr std::size_t tail = crc_member.size() + crc_digits + line_end.size();
constexpr std::string_view hex = "0123456789abcdef";

std::array<char, crc_digits> hex_of(std::uint32_t crc) {
  std::array<char, crc_digits> out{};
  for (std::size_t i = 0; i < crc_digits; ++i) out[i] = hex[crc >> (28 - 4 * i) & 0xFU];
  return out;
}

Failure damaged(std::string what) { return fail(ErrorKind::damaged, std::move(what)); }

}  // namespace

void write_line(std::string& out, std::uint64_t seq, std::string_view time, std::string_view type,
                std::string_view data) {
  const std::size_t begin = out.size();
  begin_line(out, seq, time, type, data);
  end_line(out, begin);
}

void begin_line(std::string& out, std::uint64_t seq, std::string_view time, std::string_view type,
                std::string_view data) {
  std::array<char, 20> digits{};
  const auto seq_end = std::to_chars(digits.data(), digits.data() + digits.size(), seq).ptr;
  out.append(R"({"v":1,"seq":)").append(digits.data(), seq_end);
  out.append(R"(,"ts":")").append(time);
  out.append(R"(","type":")").append(type);
  out.append(R"(","data":)").append(data);
}

void end_line(std::string& out, std::size_t begin, std::uint32_t before) {
  const auto crc = hex_of(crc32c(std::string_view(out).substr(begin), before));
  out.append(crc_member).append(crc.data(), crc.size()).append(line_end).push_back('\n');
}

bool checksum_holds(std::string_view text) {
  if (text.size() <= tail) return false;
  const std::string_view body = text.substr(0, text.size() - tail);
  const std::string_view rest = text.substr(body.size());
  if (!rest.starts_with(crc_member) || !rest.ends_with(line_end)) return false;
  const auto expected = hex_of(crc32c(body));
  return rest.substr(crc_member.size(), crc_digits) ==
         std::string_view(expected.data(), expected.size());
}

Result<Line> read_line(std::string_view text) {
  if (!checksum_holds(text)) return damaged("the checksum does not hold");
  Line line;
  std::optional<std::int64_t> version;
  std::optional<std::int64_t> seq;
  // What bears a good checksum was written by tine, so it is JSON; it may be of another version.
  for (const auto& member : json::View(text).members()) {
    if (member.key.equals("v")) version = member.value.integer();
    if (member.key.equals("seq")) seq = member.value.integer();
    if (member.key.equals("ts")) line.time = member.value.escaped();
    if (member.key.equals("type")) line.type = member.value.escaped();
    if (member.key.equals("data")) line.data = member.value;
  }
  if (!version) return damaged("the line has no version");
  if (*version != transcript_version) {
    return fail(Error(ErrorKind::unsupported,
                      "the transcript has version " + std::to_string(*version) +
                          ", this program reads version " + std::to_string(transcript_version))
                    .with_hint("Use a newer tine for this session."));
  }
  if (!seq || *seq < 0 || line.type.empty() || !line.data.is_object())
    return damaged("the line lacks a member");
  line.seq = static_cast<std::uint64_t>(*seq);
  return line;
}

}  // namespace tine::session::store
