#pragma once
// Judges messages of the Agent Client Protocol by the official schema: parameters and results by
// the type that the schema names for their method, and no member that the schema does not know.
//
// Loading takes a moment: make one and keep it. Not thread-safe.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace tine::conformance {

enum class Sender : char { agent = 'a', client = 'c' };

/// What is said of a message that is in order.
inline constexpr std::string_view valid;

class SchemaCheck {
 public:
  /// What each side has asked and not been answered: (who asked, id) to method. One for each
  /// connection.
  using Pending = std::map<std::pair<Sender, std::string>, std::string>;

  /// The schema at `path`; the protocol's, which is part of the program, when empty. Without one
  /// every check fails and says so.
  explicit SchemaCheck(const std::string& path = {});
  ~SchemaCheck();
  SchemaCheck(const SchemaCheck&) = delete;
  SchemaCheck& operator=(const SchemaCheck&) = delete;

  /// What is wrong with a message, in words; `valid` when nothing is. Keeps `pending` up to date.
  std::string check_message(Sender sender, std::string_view line, Pending& pending);

  /// The same of one value of a type: "InitializeRequest".
  std::string check_type(const std::string& type, std::string_view json);

 private:
  class Schema;
  std::unique_ptr<Schema> schema_;
};

}  // namespace tine::conformance
