#pragma once
// Judges each message of a server by the schemas: the protocol's, and ours for `_meta.tine` and for
// the data of errors.
//
// One per process, as loading the schemas takes a moment; no threads.

#include <string>
#include <string_view>
#include <unordered_set>

#include "conformance/play/judge.h"
#include "conformance/schema/schema_check.h"
#include "tests/transcript/file_judge.h"

namespace tine::transcript {

class Judge final : public conformance::Judge {
 public:
  Judge();

  /// Schemas that are not there, and faults that they let pass; empty: all is well.
  std::string fault();

  std::string check(std::string_view line, const std::string& asked) override;

  /// What is wrong with the files of the server's store, in words; empty: nothing.
  std::string check_files(const std::filesystem::path& store) { return files_.check(store); }

  /// Forgets what it has seen: it judges an equal message only once.
  void begin_case() { good_.clear(); }

 private:
  std::string fault_of(std::string_view line, const std::string& asked);

  conformance::SchemaCheck protocol_;
  conformance::SchemaCheck meta_;
  conformance::SchemaCheck error_;
  conformance::SchemaCheck search_;
  conformance::SchemaCheck tasks_;
  FileJudge files_;
  std::unordered_set<std::string> good_;
};

}  // namespace tine::transcript
