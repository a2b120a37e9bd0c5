#include "protocol/v1/codec/parts.h"

namespace tine::v1 {
namespace {

/// Announced by an object, whatever is in it; anything else counts as not announced.
bool announced(const json::ObjectReader& reader, std::string_view name) {
  return reader.find(name).is_object();
}

bool is_true(json::View value) { return value.boolean().value_or(false); }

void decode_session(json::View from, SessionCapabilities& to) {
  const json::Path path("sessionCapabilities");
  json::Complaint ignored;
  json::ObjectReader reader(from, path, ignored);
  to.list = announced(reader, "list");
  to.remove = announced(reader, "delete");
  to.additional_directories = announced(reader, "additionalDirectories");
  to.resume = announced(reader, "resume");
  to.close = announced(reader, "close");
  to.fork = announced(reader, "fork");
  to.system_prompt = announced(reader, "systemPrompt");
  to.system_prompt_override = reader.find("systemPrompt").find("mode").find("override").is_object();
  reader.raw_object("_meta", to.meta);
}

}  // namespace

bool decode(json::View from, Implementation& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("name", to.name)
      .required("version", to.version)
      .lenient("title", to.title)
      .ok();
}

void encode(json::Writer& out, const Implementation& from) {
  out.begin_object().member("name", std::string_view(from.name));
  text_member(out, "title", from.title);
  out.member("version", std::string_view(from.version)).end_object();
}

bool decode(json::View from, ClientCapabilities& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  if (!reader.ok()) return false;
  const json::View files = reader.find("fs");
  to.read_text_file = is_true(files.find("readTextFile"));
  to.write_text_file = is_true(files.find("writeTextFile"));
  to.terminal = is_true(reader.find("terminal"));
  to.terminal_auth = is_true(reader.find("auth").find("terminal"));
  const json::View session = reader.find("session");
  to.boolean_options = session.find("configOptions").find("boolean").is_object();
  to.notices = session.find("notices").is_object();
  to.compaction = session.find("compaction").is_object();
  const json::View elicitation = reader.find("elicitation");
  to.elicitation_form = elicitation.find("form").is_object();
  to.elicitation_url = elicitation.find("url").is_object();
  to.plan_updates = reader.find("plan").is_object();
  to.subagents = reader.find("subagents").is_object();
  to.error_facts = reader.find("_meta").find("tine").is_object();
  return reader.raw_object("_meta", to.meta).ok();
}

void encode(json::Writer& out, const ClientCapabilities& from) {
  out.begin_object();
  out.key("fs").begin_object();
  out.member("readTextFile", from.read_text_file).member("writeTextFile", from.write_text_file);
  out.end_object();
  out.member("terminal", from.terminal);
  if (from.boolean_options || from.notices || from.compaction) {
    out.key("session").begin_object();
    if (from.boolean_options) {
      out.key("configOptions").begin_object();
      announce(out, "boolean", true);
      out.end_object();
    }
    announce(out, "notices", from.notices);
    announce(out, "compaction", from.compaction);
    out.end_object();
  }
  announce(out, "plan", from.plan_updates);
  announce(out, "subagents", from.subagents);
  if (from.terminal_auth) out.key("auth").begin_object().member("terminal", true).end_object();
  if (from.elicitation_form || from.elicitation_url) {
    out.key("elicitation").begin_object();
    announce(out, "form", from.elicitation_form);
    announce(out, "url", from.elicitation_url);
    out.end_object();
  }
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, AgentCapabilities& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  if (!reader.ok()) return false;
  to.load_session = is_true(reader.find("loadSession"));
  to.logout = reader.find("auth").find("logout").is_object();
  const json::View prompt = reader.find("promptCapabilities");
  to.prompt.image = is_true(prompt.find("image"));
  to.prompt.audio = is_true(prompt.find("audio"));
  to.prompt.embedded_context = is_true(prompt.find("embeddedContext"));
  const json::View mcp = reader.find("mcpCapabilities");
  to.mcp.http = is_true(mcp.find("http"));
  to.mcp.sse = is_true(mcp.find("sse"));
  to.mcp.acp = is_true(mcp.find("acp"));
  decode_session(reader.find("sessionCapabilities"), to.session);
  return reader.raw_object("_meta", to.meta).ok();
}

void encode(json::Writer& out, const AgentCapabilities& from) {
  out.begin_object();
  out.member("loadSession", from.load_session);
  out.key("promptCapabilities").begin_object();
  out.member("image", from.prompt.image).member("audio", from.prompt.audio);
  out.member("embeddedContext", from.prompt.embedded_context).end_object();
  out.key("mcpCapabilities").begin_object();
  out.member("http", from.mcp.http).member("sse", from.mcp.sse);
  if (from.mcp.acp) out.member("acp", true);
  out.end_object();
  out.key("sessionCapabilities").begin_object();
  announce(out, "list", from.session.list);
  announce(out, "delete", from.session.remove);
  announce(out, "additionalDirectories", from.session.additional_directories);
  announce(out, "resume", from.session.resume);
  announce(out, "close", from.session.close);
  announce(out, "fork", from.session.fork);
  if (from.session.system_prompt) {
    out.key("systemPrompt").begin_object();
    if (from.session.system_prompt_override) {
      out.key("mode").begin_object();
      announce(out, "override", true);
      out.end_object();
    }
    out.end_object();
  }
  out.raw_member("_meta", from.session.meta).end_object();
  out.key("auth").begin_object();
  announce(out, "logout", from.logout);
  out.end_object();
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, AuthMethod& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  reader.required("id", to.id).required("name", to.name).lenient("description", to.description);
  reader.raw_object("_meta", to.meta);
  if (!reader.ok() || !reader.find("type").equals("terminal")) return reader.ok();
  to.type = AuthMethod::Type::terminal;
  reader.optional("args", to.args);
  const json::Path env = path.member("env");
  for (const auto& variable : reader.find("env").members()) {
    NameValue entry;
    if (!json::decode(variable.key, entry.name, env, complaint) ||
        !json::decode(variable.value, entry.value, env.member(entry.name), complaint)) {
      return false;
    }
    to.env.emplace_back(std::move(entry.name), std::move(entry.value));
  }
  return reader.ok();
}

void encode(json::Writer& out, const AuthMethod& from) {
  const bool terminal = from.type == AuthMethod::Type::terminal;
  out.begin_object();
  out.member("type", terminal ? "terminal" : "agent");
  out.member("id", std::string_view(from.id)).member("name", std::string_view(from.name));
  text_member(out, "description", from.description);
  if (terminal) {
    filled_list_member(out, "args", from.args);
    if (!from.env.empty()) {
      out.key("env").begin_object();
      for (const auto& [name, value] : from.env) out.member(name, std::string_view(value));
      out.end_object();
    }
  }
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, InitializeRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("protocolVersion", to.protocol_version)
      .lenient("clientCapabilities", to.client_capabilities)
      .lenient("clientInfo", to.client_info)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const InitializeRequest& from) {
  out.begin_object().member("protocolVersion", std::int64_t{from.protocol_version});
  out.key("clientCapabilities");
  encode(out, from.client_capabilities);
  optional_member(out, "clientInfo", from.client_info);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, InitializeResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  const json::View steering = reader.find("_meta").find("steering").find("supported");
  reader.required("protocolVersion", to.protocol_version)
      .lenient("agentCapabilities", to.agent_capabilities)
      .valid_items("authMethods", to.auth_methods)
      .lenient("agentInfo", to.agent_info)
      .raw_object("_meta", to.meta);
  to.agent_capabilities.steering = is_true(steering);
  return reader.ok();
}

void encode(json::Writer& out, const InitializeResponse& from) {
  out.begin_object().member("protocolVersion", std::int64_t{from.protocol_version});
  out.key("agentCapabilities");
  encode(out, from.agent_capabilities);
  list_member(out, "authMethods", from.auth_methods);
  optional_member(out, "agentInfo", from.agent_info);
  if (from.agent_capabilities.steering || !from.meta.empty()) {
    out.key("_meta").begin_object();
    if (from.agent_capabilities.steering) out.key("steering").raw(R"({"supported":true})");
    for (const auto& [key, value] : json::View(from.meta).members()) {
      // What was read says so itself.
      if (!key.equals("steering")) out.key(key.string().value_or("")).raw(value.raw());
    }
    out.end_object();
  }
  out.end_object();
}

bool decode(json::View from, AuthenticateRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("methodId", to.method_id).raw_object("_meta", to.meta).ok();
}

void encode(json::Writer& out, const AuthenticateRequest& from) {
  out.begin_object().member("methodId", std::string_view(from.method_id));
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, AuthenticateResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  return decode_meta_only(from, to, path, complaint);
}
void encode(json::Writer& out, const AuthenticateResponse& from) { encode_meta_only(out, from); }

bool decode(json::View from, LogoutRequest& to, const json::Path& path,
            json::Complaint& complaint) {
  return decode_meta_only(from, to, path, complaint);
}
void encode(json::Writer& out, const LogoutRequest& from) { encode_meta_only(out, from); }

bool decode(json::View from, LogoutResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  return decode_meta_only(from, to, path, complaint);
}
void encode(json::Writer& out, const LogoutResponse& from) { encode_meta_only(out, from); }

}  // namespace tine::v1
