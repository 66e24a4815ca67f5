#pragma once
// Did you mean …? Names that are near to one that does not exist.

#include <span>
#include <string>
#include <string_view>

namespace gene {

/// The candidate nearest to `word` by edit distance (insertions, deletions, replacements, swaps of neighbours), or empty
/// if none is near: up to a third of the word, at least one. Names that differ in nothing but case are nearest.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// What a word of another language is called here, as a sentence; empty for other words.
std::string_view foreignWord(std::string_view word);

}  // namespace gene
