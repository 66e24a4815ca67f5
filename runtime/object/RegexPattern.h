#pragma once
// Regex patterns as PCRE2 takes them.

#include <string>
#include <string_view>

namespace gene {

/// Under `i` only ASCII letters fold (13 §7), while PCRE2 folds all of Unicode: the pattern with everything taken out of
/// `i` that would match more. What is no part of `i` is as it was written.
std::string foldAsciiOnly(std::string_view pattern, bool ignoreCase);

}  // namespace gene
