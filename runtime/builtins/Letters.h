#pragma once
// The letters of Unicode. In an executable they are there when its program names a method that asks for them
// (Libraries.def).

namespace gene {

/// The simple mappings of Unicode, one character for one.
[[gnu::weak]] char32_t upperLetter(char32_t c);
[[gnu::weak]] char32_t lowerLetter(char32_t c);

}  // namespace gene
