#include "session/trust_record.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/ulid.h"
#include "session/limits.h"
#include "session/store/folder.h"
#include "session/store/lock.h"

namespace tine::session {
namespace {

using Json = nlohmann::json;

constexpr const char* trust_file = "trust.json";
constexpr const char* lock_name = "trust.lock";

/// The lines as one text from which they could be told again.
std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += std::to_string(line.size()) + ":" + line;
  return out;
}

std::string hex(std::uint64_t number) {
  std::string out(16, '0');
  for (std::size_t i = out.size(); i-- > 0; number >>= 4U)
    out[i] = "0123456789abcdef"[number & 15U];
  return out;
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, fault] = std::from_chars(text.data(), end, number, 16);
  if (text.size() != 16 || fault != std::errc() || rest != end) return std::nullopt;
  return number;
}

std::uint64_t half(const redact::DigestKey& key, std::size_t from) {
  std::uint64_t number = 0;
  for (std::size_t i = from; i < from + 8; ++i) number = number << 8U | key[i];
  return number;
}

Json as_json(const TrustEntry& entry) {
  Json out = {{"folder", entry.folder},
              {"backend", entry.backend},
              {"trusted", entry.trusted},
              {"since", entry.since}};
  if (entry.trusted) {
    out["key"] = hex(half(entry.key, 0)) + hex(half(entry.key, 8));
    out["digest"] = hex(entry.digest.low) + hex(entry.digest.high);
  }
  return out;
}

std::string text_in(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<TrustEntry> entry_in(const Json& object) {
  if (!object.is_object()) return std::nullopt;
  TrustEntry entry;
  entry.folder = text_in(object, "folder");
  entry.backend = text_in(object, "backend");
  entry.since = text_in(object, "since");
  const auto trusted = object.find("trusted");
  if (entry.folder.empty() || trusted == object.end() || !trusted->is_boolean())
    return std::nullopt;
  entry.trusted = trusted->get<bool>();
  if (!entry.trusted) return entry;
  const std::string key = text_in(object, "key");
  const std::string digest = text_in(object, "digest");
  if (key.size() != 32 || digest.size() != 32) return std::nullopt;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto part = number_in(std::string_view(key).substr(i * 16, 16));
    if (!part) return std::nullopt;
    for (std::size_t byte = 0; byte < 8; ++byte)
      entry.key[i * 8 + byte] = static_cast<std::uint8_t>(*part >> (56U - 8U * byte));
  }
  const auto low = number_in(std::string_view(digest).substr(0, 16));
  const auto high = number_in(std::string_view(digest).substr(16));
  if (!low || !high) return std::nullopt;
  entry.digest = {.low = *low, .high = *high};
  return entry;
}

Result<std::vector<TrustEntry>> read_from(const store::Folder& folder) {
  std::vector<TrustEntry> entries;
  if (!folder.has(trust_file)) return entries;
  auto text = folder.read_whole(trust_file, limits::trust_file);
  if (!text) return fail(std::move(text.error()));
  const Json document = Json::parse(*text, nullptr, false);
  const auto folders = document.is_object() ? document.find("folders") : document.end();
  if (folders == document.end() || !folders->is_array())
    return fail(ErrorKind::damaged, "trust.json cannot be understood");
  for (const Json& each : *folders) {
    // An entry of a later version, or a damaged one, trusts nothing.
    if (auto entry = entry_in(each)) entries.push_back(std::move(*entry));
  }
  return entries;
}

}  // namespace

bool TrustEntry::agrees_to(const std::vector<std::string>& starts) const {
  return trusted && redact::digest(key, joined(starts)) == digest;
}

TrustEntry agreement(Env& env, std::string folder, std::string backend,
                     const std::vector<std::string>& starts) {
  TrustEntry entry;
  entry.folder = std::move(folder);
  entry.backend = std::move(backend);
  entry.trusted = true;
  env.random(entry.key);
  entry.digest = redact::digest(entry.key, joined(starts));
  entry.since = rfc3339(env.wall_ms());
  return entry;
}

Result<std::vector<TrustEntry>> TrustRecord::read() const {
  if (!root_) return fail(root_.error());
  const auto folder = store::Folder::root(*files_, *root_, false);
  if (!folder) return std::vector<TrustEntry>();
  return read_from(*folder);
}

Result<void> TrustRecord::change(const std::function<void(std::vector<TrustEntry>&)>& how) const {
  if (!root_) return fail(root_.error());
  const auto folder = store::Folder::root(*files_, *root_, true);
  if (!folder) return fail(folder.error());
  const auto lock = store::wait_for_lock(*folder, lock_name);
  if (!lock) return fail(lock.error());
  std::vector<TrustEntry> entries = read_from(*folder).value_or(std::vector<TrustEntry>());
  how(entries);
  Json folders = Json::array();
  for (const TrustEntry& each : entries) folders.push_back(as_json(each));
  const Json document = {{"version", 1}, {"folders", std::move(folders)}};
  const std::string text = document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  if (text.size() > limits::trust_file)
    return fail(ErrorKind::storage_failed, "too many folders stand in trust.json");
  return folder->replace(trust_file, text, true);
}

}  // namespace tine::session
