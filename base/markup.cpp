#include "base/markup.h"

namespace tine {

std::string escaped_markup(std::string_view text) {
  std::string out;
  for (const char each : text) {
    switch (each) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        if (static_cast<unsigned char>(each) < 0x20 && each != '\n' && each != '\t') {
          out += "\xE2\x90";  // U+2400 and on: pictures of control characters
          out.push_back(static_cast<char>(0x80 + each));
        } else {
          out.push_back(each);
        }
    }
  }
  return out;
}

}  // namespace tine
