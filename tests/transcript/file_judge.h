#pragma once
// Judges what a server has left in its store: every line of every transcript and every state by
// its schema, the checksums, the numbers, and each recorded update by the protocol's schema.
//
// One per process, as loading the schemas takes a moment; no threads.

#include <filesystem>
#include <string>

#include "conformance/schema/schema_check.h"

namespace tine::transcript {

class FileJudge {
 public:
  FileJudge();

  /// Faults that the judge lets pass; empty: all is well.
  std::string fault();

  /// What is wrong in the store at `root`, in words; empty: nothing, or no store.
  std::string check(const std::filesystem::path& root);

 private:
  std::string check_transcript(const std::filesystem::path& file);
  std::string check_line(std::string_view line);
  std::string check_state(const std::filesystem::path& file);

  conformance::SchemaCheck protocol_;
  conformance::SchemaCheck transcript_;
  conformance::SchemaCheck state_;
};

}  // namespace tine::transcript
