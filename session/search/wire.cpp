#include "session/search/wire.h"

#include "base/ulid.h"

namespace tine::session::search {

v1::SearchResponse on_the_wire(const Answer& answer) {
  v1::SearchResponse response{
      .hits = {}, .more = answer.more, .notices = answer.notices, .meta = {}};
  for (const Hit& hit : answer.hits) {
    v1::SearchHit& to = response.hits.emplace_back();
    to.session_id = hit.session;
    to.title = hit.title;
    to.cwd = hit.project;
    to.backend = hit.backend;
    to.who = name_of(hit.who);
    to.turn = hit.turn;
    to.seq = hit.seq;
    to.time = rfc3339(hit.time_ms);
    for (const Part& part : hit.excerpt)
      to.excerpt.push_back({.text = part.text, .match = part.match});
  }
  return response;
}

}  // namespace tine::session::search
