#pragma once
// Selector values: @a/b/*, (@ "k" f) and how they are applied (17 §3).

#include "runtime/Context.h"

namespace gene {

/// The result of (selector target fallback): `fallback`, when it is not absent, replaces void and empty streams.
Value applySelector(Context& context, SelectorObject* selector, Value target, Value fallback);
/// Can `segment` be a part of a selector: a string, symbol, int or callable? Else raises.
bool checkSegment(Context& context, Value segment);

}  // namespace gene
