#pragma once
// A permission question as its client is asked it. Clients choose in many ways: some show an option
// by its kind alone, some know only the usual ids, some take the first or the last of a kind. So
// that each of them grants what a person was shown, and no more:
//
// - the first option of a kind has the usual id of that kind: allow_once, reject_always, …;
// - a client that does not show the names of options is offered one of each kind, the first, which
//   is the narrowest: a backend puts the narrowest first;
// - what the options mean stands in the content of the tool call, as its last text: each of them
//   for such a client, and for others those that have a description.
//
// An option of a kind that the protocol does not know is not offered. An option's description is
// `_meta.tine.description`.
//
// A value.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace tine::v1 {

class PermissionOffer {
 public:
  /// `asked` are the parameters of the question as a backend puts it.
  PermissionOffer(std::string_view asked, bool by_name);

  /// The parameters of the question as it is put to the client.
  const std::string& params() const { return params_; }
  /// The client's answer as the backend understands it. An option that was not offered is the
  /// client's failure.
  Result<std::string> answer(std::string given) const;

 private:
  std::string params_;
  std::vector<std::pair<std::string, std::string>> ids_;  // offered, and the backend's own
};

}  // namespace tine::v1
