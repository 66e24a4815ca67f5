#pragma once
// Generators (11): functions that were suspended at a yield.

#include "runtime/Context.h"

namespace gene {

/// A generator that has not begun: `resume` takes a frame of `slots` slots (frontend/lower/Yields.h).
Value newGenerator(Context& context, Value resume, uint32_t slots);
/// Runs to the next yield: its value, `not_found` at the end and ever after, 0 when the body raised.
Value generatorNext(Context& context, GeneratorObject* generator);
/// The same for a value that must be a [key value] array.
Value generatorNextPair(Context& context, GeneratorObject* generator);
/// Is there another value? It is kept for the following `next`. 0 when the body raised, else a Bool.
Value generatorHasNext(Context& context, GeneratorObject* generator);

}  // namespace gene
