#pragma once
// Values as text (00 §1-3): display and literal form, .to_s; floats as the shortest text that reads back.

#include <string>

#include "runtime/Context.h"

namespace gene {

enum class Rendering : uint8_t { Display, Literal };
/// Appends the text of `v`. Cyclic data prints `...` where a container contains itself; depth is bounded by memory only.
void printValue(Context& context, Value v, Rendering rendering, std::string& out);
std::string displayText(Context& context, Value v);
std::string literalText(Context& context, Value v);
/// The text of (v .to_s), ($ v), join, append: nil is empty, chars quoted, sealed containers without `#`.
std::string toText(Context& context, Value v);
/// Appends the text of one hole of #"…": strings and chars raw, everything else literal.
void printHole(Context& context, Value v, std::string& out);
void printFloat(double value, std::string& out);

}  // namespace gene
