#pragma once
// What an EnterNative instruction without code yet leads to (runtime/image/NativeEntries.h).

#include "runtime/Context.h"

namespace gene::vm {

struct Arrival {
  /// Binds the code. False: it cannot be, or not by this thread; then the call goes on as if it had not come.
  bool (*bind)(Context& context, Arrival& arrival);
};

}  // namespace gene::vm
