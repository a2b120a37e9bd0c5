#include "protocol/v1/codec/parts.h"

namespace tine::v1 {
namespace {

constexpr std::array<std::string_view, 4> transports = {"stdio", "http", "sse", "acp"};

enum class McpServers : std::uint8_t { required, optional };

bool decode_workspace(json::ObjectReader& reader, Workspace& to, McpServers servers,
                      const json::Path& path, json::Complaint& complaint) {
  reader.required("cwd", to.cwd).check("cwd", is_absolute(to.cwd), absolute_path);
  reader.optional("additionalDirectories", to.additional_directories);
  if (servers == McpServers::required) {
    reader.nullable("mcpServers", to.mcp_servers);
  } else {
    reader.optional("mcpServers", to.mcp_servers);
  }
  reader.optional("systemPrompt", to.system_prompt);
  if (!reader.ok()) return false;
  const json::Path directories = path.member("additionalDirectories");
  for (std::size_t i = 0; i < to.additional_directories.size(); ++i) {
    if (is_absolute(to.additional_directories[i])) continue;
    return complaint.expected(absolute_path, directories.element(i));
  }
  return true;
}

void encode_workspace(json::Writer& out, const Workspace& from) {
  out.member("cwd", std::string_view(from.cwd));
  filled_list_member(out, "additionalDirectories", from.additional_directories);
  list_member(out, "mcpServers", from.mcp_servers);
  optional_member(out, "systemPrompt", from.system_prompt);
}

/// load, resume and fork name a session and a workspace.
template <class T>
bool decode_known_session(json::View from, T& to, McpServers servers, const json::Path& path,
                          json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  reader.required("sessionId", to.session_id).raw_object("_meta", to.meta);
  return decode_workspace(reader, to.workspace, servers, path, complaint);
}

template <class T>
void encode_known_session(json::Writer& out, const T& from) {
  out.begin_object().member("sessionId", std::string_view(from.session_id));
  encode_workspace(out, from.workspace);
  out.raw_member("_meta", from.meta).end_object();
}

template <class T>
bool decode_session_only(json::View from, T& to, const json::Path& path,
                         json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("sessionId", to.session_id).raw_object("_meta", to.meta).ok();
}

template <class T>
void encode_session_only(json::Writer& out, const T& from) {
  out.begin_object().member("sessionId", std::string_view(from.session_id));
  out.raw_member("_meta", from.meta).end_object();
}

/// modes, configOptions and _meta, which all responses that open a session have.
template <class T>
bool decode_setup(json::ObjectReader& reader, T& to) {
  std::vector<ConfigOption> options;
  reader.lenient("modes", to.modes).valid_items("configOptions", options);
  if (reader.find("configOptions").is_array()) to.config_options = std::move(options);
  return reader.raw_object("_meta", to.meta).ok();
}

template <class T>
void encode_setup(json::Writer& out, const T& from) {
  optional_member(out, "modes", from.modes);
  optional_member(out, "configOptions", from.config_options);
  out.raw_member("_meta", from.meta);
}

}  // namespace

bool decode(json::View from, NameValue& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("name", to.name).required("value", to.value).ok();
}

void encode(json::Writer& out, const NameValue& from) {
  out.begin_object().member("name", std::string_view(from.name));
  out.member("value", std::string_view(from.value)).end_object();
}

bool decode(json::View from, McpServer& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  if (!reader.ok()) return false;
  // What is none of the others is stdio: it is the one that needs no type.
  reader.lenient("type", to.transport).required("name", to.name);
  switch (to.transport) {
    case McpServer::Transport::stdio:
      reader.required("command", to.command).nullable("args", to.args).nullable("env", to.env);
      break;
    case McpServer::Transport::http:
    case McpServer::Transport::sse:
      reader.required("url", to.url).nullable("headers", to.headers);
      break;
    case McpServer::Transport::acp:
      reader.required("serverId", to.server_id);
      break;
  }
  to.raw = from.raw();
  return reader.ok();
}

bool decode(json::View from, McpServer::Transport& to, const json::Path& path,
            json::Complaint& complaint) {
  return decode_enum(from, to, transports, path, complaint);
}

void encode(json::Writer& out, const McpServer& from) {
  if (!from.raw.empty()) {
    out.raw(from.raw);
    return;
  }
  out.begin_object();
  if (from.transport != McpServer::Transport::stdio) {
    out.member("type", enum_name(from.transport, transports));
  }
  out.member("name", std::string_view(from.name));
  switch (from.transport) {
    case McpServer::Transport::stdio:
      out.member("command", std::string_view(from.command));
      list_member(out, "args", from.args);
      list_member(out, "env", from.env);
      break;
    case McpServer::Transport::http:
    case McpServer::Transport::sse:
      out.member("url", std::string_view(from.url));
      list_member(out, "headers", from.headers);
      break;
    case McpServer::Transport::acp:
      out.member("serverId", std::string_view(from.server_id));
      break;
  }
  out.end_object();
}

bool decode(json::View from, SystemPrompt& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("mode", to.mode)
      .required("content", to.content)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const SystemPrompt& from) {
  out.begin_object().member("mode", std::string_view(from.mode));
  list_member(out, "content", from.content);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, NewSessionRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  reader.raw_object("_meta", to.meta);
  return decode_workspace(reader, to.workspace, McpServers::required, path, complaint);
}

void encode(json::Writer& out, const NewSessionRequest& from) {
  out.begin_object();
  encode_workspace(out, from.workspace);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, LoadSessionRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  return decode_known_session(from, to, McpServers::required, path, complaint);
}
void encode(json::Writer& out, const LoadSessionRequest& from) { encode_known_session(out, from); }

bool decode(json::View from, ResumeSessionRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  return decode_known_session(from, to, McpServers::optional, path, complaint);
}
void encode(json::Writer& out, const ResumeSessionRequest& from) {
  encode_known_session(out, from);
}

bool decode(json::View from, ForkSessionRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  return decode_known_session(from, to, McpServers::optional, path, complaint);
}
void encode(json::Writer& out, const ForkSessionRequest& from) { encode_known_session(out, from); }

bool decode(json::View from, NewSessionResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return decode_setup(reader.required("sessionId", to.session_id), to);
}

void encode(json::Writer& out, const NewSessionResponse& from) {
  out.begin_object().member("sessionId", std::string_view(from.session_id));
  encode_setup(out, from);
  out.end_object();
}

bool decode(json::View from, LoadSessionResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return decode_setup(reader, to);
}

void encode(json::Writer& out, const LoadSessionResponse& from) {
  out.begin_object();
  encode_setup(out, from);
  out.end_object();
}

bool decode(json::View from, ListSessionsRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.optional("cwd", to.cwd)
      .check("cwd", !to.cwd || is_absolute(*to.cwd), absolute_path)
      .optional("cursor", to.cursor)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const ListSessionsRequest& from) {
  out.begin_object();
  optional_member(out, "cwd", from.cwd);
  optional_member(out, "cursor", from.cursor);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, SessionInfo& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("sessionId", to.session_id)
      .required("cwd", to.cwd)
      .valid_items("additionalDirectories", to.additional_directories)
      .lenient("title", to.title)
      .lenient("updatedAt", to.updated_at)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const SessionInfo& from) {
  out.begin_object().member("sessionId", std::string_view(from.session_id));
  out.member("cwd", std::string_view(from.cwd));
  filled_list_member(out, "additionalDirectories", from.additional_directories);
  text_member(out, "title", from.title);
  text_member(out, "updatedAt", from.updated_at);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, ListSessionsResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required_items("sessions", to.sessions)
      .lenient("nextCursor", to.next_cursor)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const ListSessionsResponse& from) {
  out.begin_object();
  list_member(out, "sessions", from.sessions);
  text_member(out, "nextCursor", from.next_cursor);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, DeleteSessionRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  return decode_session_only(from, to, path, complaint);
}
void encode(json::Writer& out, const DeleteSessionRequest& from) { encode_session_only(out, from); }

bool decode(json::View from, DeleteSessionResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  return decode_meta_only(from, to, path, complaint);
}
void encode(json::Writer& out, const DeleteSessionResponse& from) { encode_meta_only(out, from); }

bool decode(json::View from, CloseSessionRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  return decode_session_only(from, to, path, complaint);
}
void encode(json::Writer& out, const CloseSessionRequest& from) { encode_session_only(out, from); }

bool decode(json::View from, CloseSessionResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  return decode_meta_only(from, to, path, complaint);
}
void encode(json::Writer& out, const CloseSessionResponse& from) { encode_meta_only(out, from); }

bool decode(json::View from, SetModeRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("sessionId", to.session_id)
      .required("modeId", to.mode_id)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const SetModeRequest& from) {
  out.begin_object().member("sessionId", std::string_view(from.session_id));
  out.member("modeId", std::string_view(from.mode_id));
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, SetModeResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  return decode_meta_only(from, to, path, complaint);
}
void encode(json::Writer& out, const SetModeResponse& from) { encode_meta_only(out, from); }

bool decode(json::View from, SetConfigOptionRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  reader.required("sessionId", to.session_id).required("configId", to.config_id);
  reader.raw_object("_meta", to.meta);
  if (!reader.ok()) return false;
  if (reader.find("type").equals("boolean")) {
    reader.required("value", to.value.emplace<bool>());
  } else {
    reader.required("value", to.value.emplace<std::string>());
  }
  return reader.ok();
}

void encode(json::Writer& out, const SetConfigOptionRequest& from) {
  out.begin_object().member("sessionId", std::string_view(from.session_id));
  out.member("configId", std::string_view(from.config_id));
  if (const bool* on = std::get_if<bool>(&from.value)) {
    out.member("type", "boolean").member("value", *on);
  } else {
    out.member("value", std::string_view(*std::get_if<std::string>(&from.value)));
  }
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, SetConfigOptionResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required_items("configOptions", to.config_options)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const SetConfigOptionResponse& from) {
  out.begin_object();
  list_member(out, "configOptions", from.config_options);
  out.raw_member("_meta", from.meta).end_object();
}

}  // namespace tine::v1
