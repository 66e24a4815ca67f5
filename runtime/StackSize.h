#pragma once
// How much stack a program gets.

#include <cstddef>

namespace gene {

/// What a program gets that asks for nothing, in bytes, for the machine stack and for the VM's value stack each: 112 MiB, so
/// that endless recursion is told soon; less where the process may have less memory (an eighth of its limit on address space
/// or of its control group's on memory), at least 1 MiB.
size_t defaultStackSize();
inline constexpr size_t MinStackSize = size_t{1} << 20;

/// What the process may have, in bytes; SIZE_MAX without a limit: of address space, or of its control group as a container
/// sees it.
size_t memoryLimit();
/// The same of the control groups that the process stands in, wherever they are; takes longer.
size_t groupMemoryLimit();

}  // namespace gene
