#pragma once
// What a program around Gene is linked with.

#include "runtime/Context.h"

namespace gene {

/// True: whoever asks has runtime/async linked; the others come with the evaluator.
bool hasAllLibraries();

}  // namespace gene
