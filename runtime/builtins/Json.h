#pragma once
// JSON text of values and back (14 §8): gene/json/parse, gene/json/stringify, .to_json.

#include <string>

#include "runtime/Context.h"

namespace gene {

/// A String without blanks; values that JSON does not have are strings of their text. Raises for circular data.
Value jsonText(Context& context, Value v);
/// Objects become Maps, integers Ints, null nil; 0 and a ParseException for invalid text.
Value parseJson(Context& context, std::string_view text);

}  // namespace gene
