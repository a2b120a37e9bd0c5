#pragma once
// Tells whether a test runs under the address sanitizer, where everything takes ten times as long:
// a test of every place in a text then looks at some of them.

namespace tine::test {

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif
#else
inline constexpr bool is_sanitized = false;
#endif

}  // namespace tine::test
