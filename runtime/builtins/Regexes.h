#pragma once
// What String methods and Regexp methods share (13). In an executable they are there when its program may have a regex
// (Libraries.def): whoever calls them holds one.

#include "runtime/builtins/Builtins.h"
#include "runtime/object/Regex.h"

namespace gene {

/// Match data of the first match, or nil; 0 if the pattern is malformed.
[[gnu::weak]] Value regexMatchData(Context& context, Value regex, Value text);
/// Bool: is there a match?
[[gnu::weak]] Value regexTest(Context& context, Value regex, Value text);
/// The text of the first match, or nil.
[[gnu::weak]] Value regexFind(Context& context, Value regex, Value text);
[[gnu::weak]] Value regexFindAll(Context& context, Value regex, Value text);
/// At most `limit` pieces (INT64_MAX: all).
[[gnu::weak]] Value regexSplit(Context& context, Value regex, Value text, int64_t limit);
/// `replacement` nil or void: the one stored in the regex.
[[gnu::weak]] Value regexReplace(Context& context, Value regex, Value text, Value replacement,
                                 bool all);
/// The byte offset of the first match at or behind byte `from`, or -1; -2 if it raised.
[[gnu::weak]] int64_t regexIndex(Context& context, Value regex, Value text, size_t from);
/// The byte offset of the last match that starts at or before byte `limit`, or -1; -2 if it raised.
[[gnu::weak]] int64_t regexLastIndex(Context& context, Value regex, Value text, size_t limit);

}  // namespace gene
