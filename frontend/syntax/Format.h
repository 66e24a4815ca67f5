#pragma once
// The canonical form of a source (19-cli.md §19.7): indentation only, tokens never move between lines.

#include <string>
#include <string_view>

namespace gene {

/// `source` in canonical form; lines inside a string stay untouched.
std::string formatSource(std::string_view source);

}  // namespace gene
