#pragma once
// JSON text of values and back (14 §8): gene/json/parse, gene/json/stringify, .to_json.

#include <string>

#include "runtime/Context.h"

namespace gene {

/// Without blanks; values that JSON does not have as strings of their text.
std::string jsonText(Context& context, Value v);
/// Objects become Maps, integers Ints, null nil; 0 and a ParseException for invalid text.
Value parseJson(Context& context, std::string_view text);

}  // namespace gene
