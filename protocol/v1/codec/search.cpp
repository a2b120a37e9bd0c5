#include "protocol/v1/search.h"

#include "protocol/v1/codec/parts.h"

namespace tine::v1 {

bool decode(json::View from, SearchRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  reader.required("query", to.query).optional("cwd", to.cwd).optional("backends", to.backends);
  reader.optional("since", to.since).optional("limit", to.limit).raw_object("_meta", to.meta);
  return reader.check("cwd", !to.cwd || is_absolute(*to.cwd), absolute_path).ok();
}

void encode(json::Writer& out, const SearchRequest& from) {
  out.begin_object().member("query", std::string_view(from.query));
  optional_member(out, "cwd", from.cwd);
  filled_list_member(out, "backends", from.backends);
  text_member(out, "since", from.since);
  optional_member(out, "limit", from.limit);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, SearchPart& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("text", to.text).optional("match", to.match).ok();
}

void encode(json::Writer& out, const SearchPart& from) {
  out.begin_object().member("text", std::string_view(from.text));
  if (from.match) out.member("match", true);
  out.end_object();
}

bool decode(json::View from, SearchHit& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  reader.required("sessionId", to.session_id).optional("title", to.title).optional("cwd", to.cwd);
  reader.optional("backend", to.backend).required("who", to.who).required("turn", to.turn);
  reader.required("seq", to.seq).required("time", to.time).required("excerpt", to.excerpt);
  return reader.ok();
}

void encode(json::Writer& out, const SearchHit& from) {
  out.begin_object()
      .member("sessionId", std::string_view(from.session_id))
      .member("title", std::string_view(from.title))
      .member("cwd", std::string_view(from.cwd))
      .member("backend", std::string_view(from.backend))
      .member("who", std::string_view(from.who))
      .member("turn", from.turn)
      .member("seq", from.seq)
      .member("time", std::string_view(from.time));
  list_member(out, "excerpt", from.excerpt);
  out.end_object();
}

bool decode(json::View from, SearchResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  reader.required("hits", to.hits).required("more", to.more).optional("notices", to.notices);
  return reader.raw_object("_meta", to.meta).ok();
}

void encode(json::Writer& out, const SearchResponse& from) {
  out.begin_object();
  list_member(out, "hits", from.hits);
  out.member("more", from.more);
  filled_list_member(out, "notices", from.notices);
  out.raw_member("_meta", from.meta).end_object();
}

}  // namespace tine::v1
