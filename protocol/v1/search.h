#pragma once
// The extension `_tine/search`: where in the agent's sessions something was said.
//
// Values, and plain functions between them and their JSON.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/decode.h"
#include "base/json/writer.h"

namespace tine::v1 {

struct SearchRequest {
  std::string query;
  std::optional<std::string> cwd;     ///< of the project; none: of all
  std::vector<std::string> backends;  ///< empty: all
  std::string since;                  ///< empty: any time
  std::optional<std::uint64_t> limit;
  std::string meta;
};

/// A part of an excerpt; whether it is what was searched for.
struct SearchPart {
  std::string text;
  bool match = false;
};

struct SearchHit {
  std::string session_id;
  std::string title;
  std::string cwd;  ///< of the session's project
  std::string backend;
  std::string who;
  std::uint64_t turn = 0;
  std::uint64_t seq = 0;  ///< of the record
  std::string time;
  std::vector<SearchPart> excerpt;
};

struct SearchResponse {
  std::vector<SearchHit> hits;  ///< the newest one first
  bool more = false;            ///< there may be older ones
  std::vector<std::string> notices;
  std::string meta;
};

bool decode(json::View from, SearchRequest& to, const json::Path& path, json::Complaint& complaint);
bool decode(json::View from, SearchPart& to, const json::Path& path, json::Complaint& complaint);
bool decode(json::View from, SearchHit& to, const json::Path& path, json::Complaint& complaint);
bool decode(json::View from, SearchResponse& to, const json::Path& path,
            json::Complaint& complaint);
void encode(json::Writer& out, const SearchRequest& from);
void encode(json::Writer& out, const SearchPart& from);
void encode(json::Writer& out, const SearchHit& from);
void encode(json::Writer& out, const SearchResponse& from);

namespace method {

struct Search {
  using Request = SearchRequest;
  using Response = SearchResponse;
  static constexpr std::string_view name = "_tine/search";
};

}  // namespace method
}  // namespace tine::v1
