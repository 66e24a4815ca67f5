#pragma once
// The text of a module behind the image of its .gir file, so that other programs can import the file (08 §3): a compiled
// program is whole and has no names that others could use. The text, its length, its hash, eight letters.

#include <optional>
#include <string>
#include <string_view>

namespace gene {

/// What stands behind the image.
std::string moduleTrailer(std::string_view text);
/// The text in a file; none where the trailer is missing or damaged.
std::optional<std::string_view> moduleTextOf(std::string_view file);
/// The file without its trailer.
std::string_view withoutModuleText(std::string_view file);

}  // namespace gene
