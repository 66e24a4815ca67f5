#pragma once
// The text form of values (15 §3), for gene/serdes and for trees on disk.

#include <string>

#include "runtime/Context.h"

namespace gene {

/// Appends (gene/serialization PAYLOAD); false with an exception pending for what has no text form.
bool serializeValue(Context& context, Value v, std::string& out);
/// The value of such a text, wrapped or not; 0 when it raised.
Value deserializeText(Context& context, std::string_view text);

}  // namespace gene
