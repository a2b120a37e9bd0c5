#include "cli/verbs/session/page.h"

#include "base/markup.h"
#include "base/visible.h"

namespace tine::cli {
namespace {

constexpr std::string_view style =
    "body{max-width:50em;margin:2em auto;padding:0 1em;font:16px/1.5 sans-serif}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:.5em 0}"
    ".prompt{border-left:4px solid #888;padding-left:1em}"
    ".tool{font-family:monospace}"
    ".remark,dl,time{color:#666}"
    "dt{float:left;width:7em}dd{margin:0 0 0 8em}";

}  // namespace

std::string html_text(std::string_view text) { return escaped_markup(visible(text)); }

std::string page_begin(std::string_view title) {
  const std::string name = html_text(title);
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
         "style-src 'unsafe-inline'\">\n<title>" +
         name + "</title>\n<style>" + std::string(style) + "</style>\n</head>\n<body>\n<h1>" +
         name + "</h1>\n";
}

std::string page_end() { return "</body>\n</html>\n"; }

}  // namespace tine::cli
