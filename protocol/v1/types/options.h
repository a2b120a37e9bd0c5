#pragma once
// What a person can choose in a session: modes, config options, commands. Values.

#include <cstdint>
#include <string>
#include <vector>

namespace tine::v1 {

struct Mode {
  std::string id;
  std::string name;
  std::string description;
  std::string meta;

  bool operator==(const Mode&) const = default;
};

struct ModeState {
  std::string current;
  std::vector<Mode> available;
  std::string meta;

  bool operator==(const ModeState&) const = default;
};

struct ConfigValue {
  std::string value;
  std::string name;
  std::string description;
  std::string meta;

  bool operator==(const ConfigValue&) const = default;
};

struct ConfigGroup {
  std::string group;
  std::string name;
  std::vector<ConfigValue> values;
  std::string meta;

  bool operator==(const ConfigGroup&) const = default;
};

struct ConfigOption {
  enum class Type : std::uint8_t { select, boolean };
  Type type = Type::select;
  std::string id;
  std::string name;
  std::string description;
  std::string category;  ///< mode, model, model_config, thought_level or another; empty: none
  std::string current;   ///< select: the value chosen
  bool on = false;       ///< boolean
  std::vector<ConfigValue> values;  ///< select without groups
  std::vector<ConfigGroup> groups;  ///< select with groups; `values` is empty then
  std::string meta;

  bool operator==(const ConfigOption&) const = default;
};

struct Command {
  std::string name;
  std::string description;
  std::string hint;  ///< what to type after the name; empty: the command takes no input
  std::string meta;

  bool operator==(const Command&) const = default;
};

}  // namespace tine::v1
