#pragma once
// How a piece of a prompt that is no plain text is told to a model in words: alike for all
// backends.
//
// Plain functions.

#include <string>

#include "protocol/v1/types/content.h"

namespace tine::executor {

/// A text as it is, a link as a reference, an embedded resource with its text, or as a reference
/// where it is binary: bytes are never put into words. Empty for an image or sound.
std::string prompt_text(const v1::ContentBlock& block);

}  // namespace tine::executor
