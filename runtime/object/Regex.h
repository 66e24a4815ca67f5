#pragma once
// Regular expressions on PCRE2 (13): compiled when first used, matched by characters.

#include <string>
#include <string_view>
#include <vector>

#include "runtime/Context.h"

namespace gene {

inline bool isRegex(Value v) { return isKind(v, Kind::Regex); }

/// The offsets of one match in bytes: pairs of begin and end, the whole match first; -1 for a group without a part.
struct RegexMatch {
  std::vector<int64_t> offsets;
  [[nodiscard]] size_t begin() const { return static_cast<size_t>(offsets[0]); }
  [[nodiscard]] size_t end() const { return static_cast<size_t>(offsets[1]); }
};

/// Compiles `regex` if that was not done yet; raises for a malformed pattern.
bool compileRegex(Context& context, RegexObject* regex);
enum class RegexOutcome : uint8_t { Match, NoMatch, Failed };
/// Looks for the first match at or behind byte `from`. Failed: it raised, as the search took more steps or memory than it
/// may. The regex must be compiled.
RegexOutcome matchRegex(Context& context, RegexObject* regex, std::string_view text, size_t from,
                        RegexMatch* match);
/// Names of groups and their numbers.
std::vector<std::pair<std::string, uint32_t>> regexGroups(RegexObject* regex);
/// Appends a replacement text with groups filled in (13 §5).
void expandReplacement(RegexObject* regex, std::string_view replacement, std::string_view text,
                       const RegexMatch& match, std::string& out);
/// Where the search goes on behind a match: past it, and one character further when it was empty.
size_t nextSearch(std::string_view text, const RegexMatch& match);
/// Gives up the compiled code, of which there is some. In an executable it is there when the program may have a regex.
[[gnu::weak]] void freeRegex(RegexObject* regex);
Value newRegex(Context& context, std::string_view pattern, Value replacement, bool ignoreCase,
               bool multiline);

}  // namespace gene
