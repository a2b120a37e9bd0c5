#pragma once
// Where a case happens: directories that are made for it and removed after it, with the variables
// of the environment that lead the server there.
//
// A resource with an owner; no threads.

#include <filesystem>
#include <map>
#include <string>

#include "conformance/play/bindings.h"
#include "conformance/play/script.h"

namespace tine::transcript {

class Place {
 public:
  explicit Place(const conformance::Case& what);
  ~Place();
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  /// As it was at first: for the next run of the same case.
  void restore() const;

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path project() const { return root_ / "project"; }
  /// Where the server keeps its sessions.
  std::filesystem::path store() const { return root_ / "home/state/tine"; }
  /// All that the server is given.
  const std::map<std::string, std::string, std::less<>>& environment() const {
    return environment_;
  }
  /// $CWD, $OTHER, $LINK (to $CWD), $HOME.
  conformance::Bindings names() const;

 private:
  const conformance::Case& case_;
  std::filesystem::path root_;
  std::map<std::string, std::string, std::less<>> environment_;
};

}  // namespace tine::transcript
