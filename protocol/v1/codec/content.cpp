#include "protocol/v1/types/content.h"

#include "protocol/v1/codec/parts.h"

namespace tine::v1 {
namespace {

constexpr std::array<std::string_view, 5> content_types = {"text", "image", "audio",
                                                           "resource_link", "resource"};

/// A string that stays where it is: base64 data is large and is passed on as it came.
struct UnreadString {};

bool decode(json::View from, UnreadString& /*to*/, const json::Path& path,
            json::Complaint& complaint) {
  return from.is_string() || complaint.expected("string", path);
}

void decode_resource(json::View from, ContentBlock& to, const json::Path& path,
                     json::Complaint& complaint) {
  json::ObjectReader resource(from, path, complaint);
  resource.required("uri", to.uri).lenient("mimeType", to.mime_type);
  if (!resource.ok()) return;
  if (resource.find("blob").is_string() && !resource.find("text").exists()) return;
  resource.required("text", to.text);
}

}  // namespace

bool decode(json::View from, ContentBlock& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  reader.required("type", to.type);
  if (!reader.ok()) return false;
  UnreadString unread;
  switch (to.type) {
    case ContentType::text:
      reader.required("text", to.text);
      break;
    case ContentType::image:
    case ContentType::audio:
      reader.required("data", unread).required("mimeType", to.mime_type).lenient("uri", to.uri);
      break;
    case ContentType::resource_link:
      reader.required("name", to.name).required("uri", to.uri).lenient("mimeType", to.mime_type);
      break;
    case ContentType::resource:
      decode_resource(reader.find("resource"), to, path.member("resource"), complaint);
      break;
  }
  if (complaint.any()) return false;
  // A large text need not be kept twice.
  const bool text_alone = to.type == ContentType::text && reader.has_exactly(2);
  if (!text_alone) to.raw = from.raw();
  return true;
}

bool decode(json::View from, ContentType& to, const json::Path& path, json::Complaint& complaint) {
  return decode_enum(from, to, content_types, path, complaint);
}

void encode(json::Writer& out, const ContentBlock& from) {
  if (!from.raw.empty()) {
    out.raw(from.raw);
    return;
  }
  out.begin_object().member("type", enum_name(from.type, content_types));
  if (from.type == ContentType::text) {
    out.member("text", std::string_view(from.text));
  } else {
    out.member("uri", std::string_view(from.uri)).member("name", std::string_view(from.name));
    text_member(out, "mimeType", from.mime_type);
  }
  out.end_object();
}

ContentBlock text_block(std::string text) {
  ContentBlock block;
  block.text = std::move(text);
  return block;
}

ContentBlock link_block(std::string uri, std::string name) {
  ContentBlock block;
  block.type = ContentType::resource_link;
  block.uri = std::move(uri);
  block.name = std::move(name);
  return block;
}

std::string_view base64_data(const ContentBlock& block) {
  const json::View view(block.raw);
  switch (block.type) {
    case ContentType::image:
    case ContentType::audio:
      return view.find("data").escaped();
    case ContentType::resource:
      return view.find("resource").find("blob").escaped();
    default:
      return {};
  }
}

std::size_t bytes_of(const std::vector<ContentBlock>& blocks) {
  std::size_t bytes = 0;
  for (const ContentBlock& block : blocks)
    bytes += block.text.size() + block.uri.size() + block.name.size() + block.raw.size();
  return bytes;
}

std::string plain_text(const std::vector<ContentBlock>& blocks) {
  std::string out;
  for (const ContentBlock& block : blocks) {
    const std::string& part = block.text.empty() ? block.uri : block.text;
    if (part.empty()) continue;
    if (!out.empty() && out.back() != '\n') out.push_back('\n');
    out.append(part);
  }
  return out;
}

}  // namespace tine::v1
