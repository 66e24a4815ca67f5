#pragma once
// Did you mean …? Names that are near to one that does not exist.

#include <string>
#include <string_view>

#include "runtime/support/Span.h"

namespace gene {

/// The candidate nearest to `word` by edit distance (insertions, deletions, replacements, swaps of neighbours), or empty
/// if none is near: up to a third of the word, at least one. Names that differ in case and `_`, `?`, `!` only are nearest.
std::string_view nearest(std::string_view word, Span<const std::string_view> candidates);

/// The candidate that is nearest to a method's name, or one that other languages call so (`upcase` for `to_upper`); empty if
/// there is none.
std::string_view nearestMethod(std::string_view word, Span<const std::string_view> candidates);

/// What a word of another language is called here, as a sentence; empty for other words.
std::string_view foreignWord(std::string_view word);
/// Is it the word with which functions are defined, here or elsewhere: fn, def, function …
bool definesFunction(std::string_view word);

/// What does the work of a method of another language that has no counterpart, as a sentence; empty for other names.
std::string_view foreignMethod(std::string_view name);

/// What a built-in type of another language is called here; empty for other names.
std::string_view foreignType(std::string_view name);

}  // namespace gene
