#pragma once
// What compiler and runtime both go by when they lay out the fields of instances.

#include <cstddef>

namespace gene {

/// So many fields a class's layout has: they are in each instance from the start, and native code reaches them by their place.
/// Further ones are added to an instance when they are set.
inline constexpr size_t MostLayoutFields = 60;

}  // namespace gene
