#pragma once
// What an argument of a call is, and what a slot of a function takes: one word for each, for the front end, the IR and the runtime.

#include <cstdint>

namespace gene {

enum class ArgKind : uint8_t { Positional, Spread, Keyword, KeywordSpread };

/// How a slot of a function is bound (05 §2).
enum class SlotKind : uint8_t { Self, Positional, Rest, Keyword, KeywordRest };

}  // namespace gene
