#pragma once
// How the files of a project's memory are JSON: what this version knows is taken out of an object,
// and what is left stays as it is, as another version of the program or a person has added it.
//
// Values, and plain functions. On any thread.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/json/document.h"
#include "base/result.h"
#include "session/memory/project_state.h"

namespace tine::session::memory {

using json::Document;

/// Parses a file of at most that version. damaged: it is no JSON, with the line; unsupported: a
/// newer version of the program has written it.
Result<Document> parsed_file(std::string_view text, std::uint64_t version);
/// Its text: a line for each member, so that git shows and merges it well.
std::string file_text(const Document& file);

Error damaged(const std::string& where, std::string_view what);

/// Takes the members out of an object; what is left is what this version does not know. The first
/// fault is kept.
class Members {
 public:
  Members(Document object, std::string where, std::optional<Error>& fault)
      : object_(std::move(object)), where_(std::move(where)), fault_(fault) {
    if (!object_.is_object()) note("", "expected an object");
  }

  Document take(const char* name);
  std::string text(const char* name);
  std::uint64_t count(const char* name);
  std::int64_t time(const char* name);
  TaskStatus status(const char* name);
  std::string id();
  /// Calls `each` with the elements of a list and their places.
  template <class Each>
  void list(const char* name, const Each& each) {
    Document value = take(name);
    if (value.is_null()) return;
    if (!value.is_array()) return note(name, "expected a list");
    for (std::size_t i = 0; i < value.size(); ++i)
      each(std::move(value[i]), where_of(name) + "[" + std::to_string(i) + "]");
  }
  std::string rest() const;
  void note(std::string_view name, std::string_view what) {
    if (!fault_) fault_ = damaged(where_of(name), what);
  }

 private:
  std::string where_of(std::string_view name) const;

  Document object_;
  std::string where_;
  std::optional<Error>& fault_;
};

Evidence evidence_of(Document json, const std::string& where, std::optional<Error>& fault);
CommitMade commit_of(Document json, const std::string& where, std::optional<Error>& fault);

/// Adds a member, unless it says nothing.
void put(Document& to, const char* name, const std::string& text);
void put_time(Document& to, const char* name, std::int64_t ms);
/// Adds what Members::rest() has given.
void put_more(Document& to, const std::string& more);
Document json_of(const Evidence& from);
Document json_of(const CommitMade& made);

}  // namespace tine::session::memory
