#include "conformance/tool/requirements.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/toml/document.h"

namespace tine::conformance {
namespace {

struct Word {
  std::string_view text;
  Level level;
  bool forbids;
};

constexpr std::array words = {Word{"MUST", Level::must, false}, Word{"MUST NOT", Level::must, true},
                              Word{"SHOULD", Level::should, false},
                              Word{"SHOULD NOT", Level::should, true},
                              Word{"TOLD", Level::told, false}};

constexpr std::string_view capability = "CAPABILITY";

Tier usual_tier(Level level) {
  return level == Level::must     ? Tier::mandatory
         : level == Level::should ? Tier::advisory
                                  : Tier::informational;
}

Error wrong_at(const std::string& file, const toml::Node& node, const std::string& what) {
  return Error(ErrorKind::config_invalid,
               file + ":" + std::to_string(node.key_at.line) + ": " + node.key + " " + what);
}

Result<Requirement> read_one(const toml::Node& node, const std::string& file) {
  Requirement out;
  out.id = node.key;
  bool has_level = false;
  bool is_about_capability = false;
  for (const toml::Node& member : node.children) {
    if (member.key == "level") {
      for (const Word& word : words) {
        if (word.text != member.text) continue;
        has_level = true;
        out.level = word.level;
        out.forbids = word.forbids;
      }
    } else if (member.key == "tier" && member.text == capability) {
      is_about_capability = true;
    } else if (member.key == "kit") {
      for (const toml::Node& each : member.children) out.kit.push_back(each.text);
    } else if (member.key == "page") {
      out.page = member.text;
    } else if (member.key == "says") {
      out.says = member.text;
    } else if (member.key == "watched") {
      out.is_watched = member.boolean;
    } else if (member.key == "untested") {
      out.untested = member.text;
    } else {
      return fail(wrong_at(file, node, "has a member that is not known: " + member.key));
    }
  }
  if (!has_level || out.says.empty())
    return fail(wrong_at(file, node, "needs a level (MUST, MUST NOT, …) and what it says"));
  if (is_about_capability && out.level != Level::must)
    return fail(wrong_at(file, node, "has the tier CAPABILITY, and is no MUST"));
  out.tier = is_about_capability ? Tier::capability : usual_tier(out.level);
  return out;
}

}  // namespace

const Requirement* Requirements::find(std::string_view id) const {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Requirement& each) { return each.id == id; });
  return found == all.end() ? nullptr : &*found;
}

std::string_view word_for(const Requirement& requirement) {
  for (const Word& word : words) {
    if (word.level == requirement.level && word.forbids == requirement.forbids) return word.text;
  }
  return {};
}

std::string_view name_of(Tier tier) {
  switch (tier) {
    case Tier::mandatory:
      return "MANDATORY";
    case Tier::capability:
      return capability;
    case Tier::advisory:
      return "ADVISORY";
    case Tier::informational:
      return "INFORMATIONAL";
  }
  return {};
}

std::string address_of(const Requirement& requirement) {
  if (requirement.page.empty()) return {};
  return "https://agentclientprotocol.com/protocol/v1/" + requirement.page;
}

Result<Requirements> read_requirements(std::string_view text, const std::string& file) {
  auto root = toml::parse(text, file, ErrorKind::config_invalid);
  if (!root) return fail(std::move(root.error()));
  Requirements out;
  for (const toml::Node& node : root->children) {
    if (node.key == "revision") {
      out.revision = node.text;
      continue;
    }
    auto one = read_one(node, file);
    if (!one) return fail(std::move(one.error()));
    out.all.push_back(std::move(*one));
  }
  return out;
}

}  // namespace tine::conformance
