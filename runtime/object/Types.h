#pragma once
// Type expressions at run time (02 §2-3). A type is quoted data: a symbol, a path, or a gene such as (Int | String),
// (Array Int), (Fn [Int] -> String).

#include <string>
#include <string_view>

#include "runtime/Context.h"

namespace gene {

/// Does `v` match the type? nil matches only what names it.
bool matchesType(Context& context, Value type, Value v);

/// Is it a type of functions, (Fn …)?
bool isFunctionType(Value type);
/// Does every object with the shape of `v` match the type, as `v` does? False where that takes a closer look.
bool isMatchedByShape(Context& context, Value type, Value v);

/// Text that is the same for equivalent types (02 §4): the order of union members and aliases of names do not count.
/// Accepts type expressions, type values, classes, enums and interfaces.
std::string canonicalType(Value type);
/// A type as a value.
Value newType(Context& context, Value expression);
/// The expression that names a class, an enum, an interface, a type value or nil; absent for other values.
Value typeExpression(Value v);
/// (C args…) for classes, enums and types: an applied type as a value; absent when it is none.
Value applyType(Context& context, Value type, const Value* args, uint32_t count);

enum class Conversion : uint8_t { None, Numeric };
/// Where nil fits: everywhere, only where the type names it (02 §3.6), and likewise in enum payloads.
enum class NilRule : uint8_t { Accepted, Strict, Payload };
/// The value, converted between Int and Float where allowed; 0 and a TypeException when it does not fit.
/// `where` is the text behind "in".
Value checkType(Context& context, Value type, std::string_view where, Value v,
                Conversion conversion, NilRule nilRule = NilRule::Accepted);
/// Int to Float and Float to Int as (v .to T) and annotations do; `v` itself where the type does not ask for it; absent
/// when there is none. A lossy conversion warns on standard error.
Value convertNumber(Context& context, Value type, std::string_view where, Value v);

/// (v is T) for any right side; 0 when that is no type.
Value isOfType(Context& context, Value v, Value type);

}  // namespace gene
