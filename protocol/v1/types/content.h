#pragma once
// Blocks of content: what prompts, messages and tool calls are made of.
//
// Values. `meta` is everywhere the JSON of the `_meta` object as it came, empty when there is none.
// Where a type has `raw`, that is the JSON as it came; when it is set it is what is sent on, so
// nothing that this program does not know is lost on the way.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tine::v1 {

enum class ContentType : std::uint8_t { text, image, audio, resource_link, resource };

struct ContentBlock {
  ContentType type = ContentType::text;
  std::string text;       ///< of a text, or of an embedded resource that is one
  std::string uri;        ///< of a link, an embedded resource, or an image that has one
  std::string name;       ///< of a link
  std::string mime_type;  ///< empty when not given
  std::string raw;        ///< empty for a text that has nothing beside it, and for a link made here

  bool operator==(const ContentBlock&) const = default;
};

ContentBlock text_block(std::string text);
ContentBlock link_block(std::string uri, std::string name);

/// The base64 data of an image, audio or binary resource block, as a piece of its `raw`; else
/// empty.
std::string_view base64_data(const ContentBlock& block);

/// About how many bytes the blocks have.
std::size_t bytes_of(const std::vector<ContentBlock>& blocks);

/// The texts of the blocks one after the other, as a person would read them; links as their uri.
std::string plain_text(const std::vector<ContentBlock>& blocks);

}  // namespace tine::v1
