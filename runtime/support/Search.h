#pragma once
// Substring search at the speed of memory.

#include <cstddef>
#include <string_view>

namespace gene {

/// Where `pattern` begins in `text`, at `from` or behind it; npos if nowhere. Linear in the length of the text.
size_t findText(std::string_view text, std::string_view pattern, size_t from = 0);

}  // namespace gene
