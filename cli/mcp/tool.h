#pragma once
// A tool that an agent may call: its description for the agent, and its work.
//
// Values; a call runs on the loop's thread and works beside it where it may block. The world
// outlives it.

#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "base/json/document.h"
#include "base/result.h"
#include "cli/world.h"
#include "transport/cancel.h"

namespace tine::cli {

class Inquiry;

/// What an agent passes to a tool. Reads each argument by its name; what is wrong with one is
/// invalid_params, and says what is expected.
class Arguments {
 public:
  explicit Arguments(json::Document members) : members_(std::move(members)) {}

  /// Empty when it is left out.
  Result<std::string> text(const char* name) const;
  /// Not empty.
  Result<std::string> needed_text(const char* name) const;
  Result<std::int64_t> number(const char* name, std::int64_t least, std::int64_t most,
                              std::int64_t otherwise) const;
  Result<bool> flag(const char* name) const;
  /// Not there: no texts.
  Result<std::vector<std::string>> texts(const char* name) const;

 private:
  const json::Document* member(const char* name) const;
  json::Document members_;
};

struct ToolCall {
  World& world;
  Inquiry& inquiry;
  std::string directory;  ///< whose project the tools are for
  Arguments arguments;
  transport::CancelSource cancel;
};

/// What a tool gives: a text for the model, or a document, which is a text as well.
struct ToolAnswer {
  std::string text;
  json::Document document;  ///< null: the text is all
};

using ToolWork = transport::Task<Result<ToolAnswer>> (*)(std::shared_ptr<ToolCall> call);

struct Tool {
  std::string_view name;
  std::string_view title;
  std::string_view description;
  std::string_view input;  ///< JSON Schema of its arguments
  bool reads_only = true;
  ToolWork work = nullptr;
};

/// Each in a source of its own.
std::span<const Tool> memory_tools();
std::span<const Tool> session_tools();
std::span<const Tool> ask_tools();

}  // namespace tine::cli
