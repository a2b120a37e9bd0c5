#pragma once
// The verbs and options of the command line, as data: what completions and manual pages are made
// of.
//
// Values.

#include <string>
#include <vector>

namespace tine::cli {

struct OptionOutline {
  std::string names;  ///< "-h,--help"; of an argument its name
  std::string type;   ///< what stands behind it; empty: nothing
  std::string help;
  bool is_argument = false;
  bool is_required = false;
  bool repeats = false;  ///< may be given several times
};

struct VerbOutline {
  std::string name;
  std::string help;
  std::string examples;
  std::vector<OptionOutline> options;
  std::vector<VerbOutline> verbs;
};

/// Of the program; its own options hold for every verb.
VerbOutline outline();

}  // namespace tine::cli
