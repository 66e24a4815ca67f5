#pragma once
// What the report of an uncaught exception says besides the message: the messages themselves are fixed by the language's
// reference, and programs see them. Each is called right after `raise`.

#include <string>

#include "runtime/object/Function.h"

namespace gene {

/// A sentence.
[[gnu::cold]] void addHint(Context& context, std::string text);
/// The name that was meant, if one of the names in these objects' tables is near.
[[gnu::cold]] void hintMethod(Context& context, Value receiver, Symbol name);
[[gnu::cold]] void hintName(Context& context, Symbol name);
/// The callee's parameters, and its place. `given`: how many arguments there were, not counting the object of a method;
/// negative: that is not the point.
[[gnu::cold]] void hintSignature(Context& context, const FunctionInfo& callee, int given);
/// A keyword parameter of the callee, if one is near.
[[gnu::cold]] void hintKeyword(Context& context, const FunctionInfo& callee, Symbol keyword);
/// What could be meant by the call of something that is no function.
[[gnu::cold]] void hintCallable(Context& context, Value callee);

}  // namespace gene
